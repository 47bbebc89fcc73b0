"""Two desks of one commune and one of another, copied for each example of the machine `children_on_the_move`."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import CompoundSelect, select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from sync.server.identity.scopes import ensure_communes
from tests.helpers.builders import make_file, make_person
from tests.helpers.store_engine import engine
from tests.sync.actors.moving_model import Registered, Row
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province

PLACES = (COMMUNE, COMMUNE, OTHER_COMMUNE)
"""By desk."""
DESKS = range(len(PLACES))


def _office() -> tuple[Path, Registered]:
    """A province, its desks, and a child whom all of one commune know: copied for each example."""
    folder = Path(tempfile.mkdtemp(prefix="two-communes-"))
    with real_province(folder) as real:
        escrow = real.province.escrow_public
        real.write(lambda connection: ensure_communes(connection, escrow_public=escrow))
        desks = [enrolled(folder / f"desk{number}.db", real, scope) for number, scope in enumerate(PLACES)]
        for desk in desks:
            desk.sync()
        child = registered(desks[0], 0)
        for desk in desks:
            desk.sync()
            desk.register.close()
    return folder, child


def enrolled(path: Path, real: RealProvince, scope: str) -> RealDesk:
    make_register(path, real.enrol({scope: Role.COMMUNE_OFFICER}))
    return RealDesk(path, SystemClock(), real.transport)


def registered(desk: RealDesk, number: int) -> Registered:
    """A child with a mother of their own."""
    scope = Scope(desk.register.identity.scope)
    mother = KinEntry(person=make_person(f"Chìu Thị Mẹ {number}", scope=scope), relation="mother")
    child = make_person(name_of(number), scope=scope)
    entry = ChildEntry(person=child, file=make_file(RecordId(""), scope=scope), kin=(mother,))
    said = saved(desk, lambda tx: register_child(tx, entry))
    return Registered(child.id, frozenset(row_of(one) for one in said))


def saved(desk: RealDesk, run: Callable[[Tx], object]) -> list[Any]:
    """The changes that this wrote, as they stand in the desk's own journal."""
    before = {one for (one,) in desk.ask("SELECT id FROM change")}
    desk.run(run)
    rows = desk.ask("SELECT id, raw FROM change WHERE desk=? ORDER BY stamp, id", desk.register.identity.desk)
    return [msgspec.json.decode(raw) for one, raw in rows if one not in before]


class Communes:
    """A copy of the office, opened."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="moving-"))
        kept, self.first = engine.kept("two communes", _office)
        engine.copy(kept, self.folder)
        self.key_file = self.folder / "key-file"
        self.real = RealProvince(open_province(self.folder / "province", self.key_file))
        paths = [self.folder / f"desk{number}.db" for number in DESKS]
        self.desks = [RealDesk(path, SystemClock(), self.real.transport) for path in paths]

    def new_desk(self, name: str, scope: str) -> RealDesk:
        return enrolled(self.folder / name, self.real, scope)

    def held(self, asked: Any) -> list[Any]:
        """Rows of the province."""
        statement = asked if isinstance(asked, CompoundSelect) else select(asked)
        database = self.real.province.database
        return database.read(lambda connection: list(connection.execute(statement).all()), WHOLE_PROVINCE)

    def close(self) -> None:
        for desk in self.desks:
            desk.register.close()
        self.real.line.shut()
        self.real.province.close()
        engine.forget(self.folder)
        shutil.rmtree(self.folder)


def name_of(number: int) -> str:
    return f"Chìu Văn Dấu {number}"


def row_of(said: Any) -> Row:
    return said["t"], said["r"]
