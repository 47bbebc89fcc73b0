"""An office whose province moves from its file to PostgreSQL, and may be served from the old place again."""

from __future__ import annotations

from contextlib import redirect_stderr, redirect_stdout
from io import StringIO
from pathlib import Path

from sqlalchemy import select

from sync.server.__main__ import main
from sync.server.engine import tables
from sync.server.engine.address import PostgresAddress
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from tests.sync.actors.server_fixtures import Done
from tests.sync.actors.travelled_office import TravelledOffice


class MovingOffice:
    """The office, and the PostgreSQL that its province moves to."""

    def __init__(self, office: TravelledOffice, target: PostgresAddress) -> None:
        self.office, self.target = office, target
        self.old, self.key = office.real.province.data, office.folder / "key-file"

    def command(self, name: str, *words: str) -> Done:
        """At the old folder."""
        inner = words[: name in ("bundle", "desk")]
        places = ["--data", str(self.old), "--key-file", str(self.key)]
        with redirect_stdout(StringIO()) as out, redirect_stderr(StringIO()) as err:
            code = main(["--lang", "en", name, *inner, *places, *words[len(inner) :]])
        return Done(code, out.getvalue(), err.getvalue())

    def move(self) -> Done:
        """The server stops, the store moves, and the new one is served."""
        self.office.real.province.close()
        new = self.office.folder / "new"
        to = ["--new-data", str(new), "--to", self.target.url, "--owner", self.target.owner]
        done = self.command("migrate-store", *to)
        self.serve(new if done.returncode == 0 else self.old)
        return done

    def serve(self, data: Path) -> None:
        self.office.real.province.close()
        self.office.real.province = open_province(data, self.key)
        self.office.real.restart()

    def heads(self) -> dict[str, tuple[int, bytes]]:
        table = tables.scope
        asked = select(table.c.id, table.c.head, table.c.chain)
        read = self.office.real.province.database.read
        return {row.id: (row.head, row.chain) for row in read(lambda c: c.execute(asked).all(), WHOLE_PROVINCE)}
