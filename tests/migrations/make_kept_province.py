"""Makes the province that is kept of this version: `python -m tests.migrations.make_kept_province`. Once for each.

The folder stays in `kept/` for good, with the keys of its only desk, so that every later server is tried on what this
one really wrote.
"""

from __future__ import annotations

import shutil
import sys
import tempfile
from pathlib import Path

import msgspec

from commune_desk.domain.model.ids import uuid7
from sync.protocol import b64, unb64
from sync.seal import SigningKey
from sync.server import engine
from sync.server.engine.embedded import FILE
from sync.server.identity.province import CA_FILE
from tests.migrations.make_kept import KEPT
from tests.sync.actors.server_fixtures import ServerDesk, World, province_in

NAMES = ("Đặng Thị Hoà", "Bàn Văn Tài")
PHONES = ("0912345678", "0987111223")
DESK_FILE = "desk.json"
STEPS = Path(engine.__file__).parent / "migrations" / "versions"


class KeptDesk(msgspec.Struct, frozen=True):
    """The desk of a kept province: its secret keys, and how far its journal goes."""

    id: str
    key: str
    officer: str
    n: int
    head: str
    record: str

    def at(self, world: World) -> ServerDesk:
        """The desk as it goes on in the province opened anew."""
        desk = ServerDesk(world)
        desk.id, desk.officer, desk.n, desk.head = self.id, self.officer, self.n, unb64(self.head)
        desk.key = SigningKey.from_bytes(unb64(self.key))
        return desk


def fill(world: World) -> KeptDesk:
    """Two people, an edit of each, and a conflict of two edits that knew nothing of one another."""
    desk = world.desk()
    records = [uuid7() for _name in NAMES]
    made = [
        desk.send("person", record, {"full_name": name, "phone": "0333000111"})
        for record, name in zip(records, NAMES, strict=True)
    ]
    for phone in PHONES:
        desk.send("person", records[0], {"phone": phone}, base={"phone": made[0]})
    return KeptDesk(desk.id, b64(desk.key.to_bytes()), desk.officer, desk.n, b64(desk.head), records[0])


def main() -> int:
    target = KEPT / f"province-{len([*STEPS.glob('v*.py')]):04}"
    if target.exists():
        sys.stderr.write(f"{target.name} is kept already and stays as it is.\n")
        return 1
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        with province_in(folder) as world:
            desk = fill(world)
        (target / "data").mkdir(parents=True)
        for file in (FILE, CA_FILE):
            shutil.copyfile(folder / "data" / file, target / "data" / file)
        shutil.copyfile(folder / "key.json", target / "key.json")
        (target / DESK_FILE).write_bytes(msgspec.json.encode(desk))
    return 0


if __name__ == "__main__":
    sys.exit(main())
