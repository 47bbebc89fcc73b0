"""Two desks of one commune with a child and the real province, made once and copied for each test."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, select, update

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.exchange.file_replica import RegisterFiles
from commune_desk.store.exchange.replica import RegisterReplica
from sync.client.session import Session, SyncOutcome
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import Province, open_province
from tests.helpers.attached import add_child, add_file, ask_for, content_at, file_of, scan, state_of
from tests.helpers.builders import make_visit, save_all
from tests.helpers.store_engine import engine
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import OFFICE, RealProvince, real_province

NAMES = ("here", "there")


def _made() -> Path:
    folder = Path(tempfile.mkdtemp(prefix="file-office-"))
    with real_province(folder) as real:
        for name in NAMES:
            make_register(folder / f"{name}.db", real.enrol(OFFICE))
    return folder


def forget_files(province: Province) -> None:
    """The province loses the content of all files."""

    def work(connection: Connection) -> None:
        for table in (tables.blob, tables.blob_piece):
            connection.execute(table.delete())

    province.database.write(work, WHOLE_PROVINCE)


class Place(RealDesk):
    """A desk that carries files too."""

    def carry(self, session: type[Session] = Session) -> SyncOutcome:
        def silent(_changes: object) -> None:
            return None

        replica, files = RegisterReplica(self.register, silent), RegisterFiles(self.register, silent)
        return session(self.connect(), replica, files).sync()

    def carry_text(self) -> None:
        """A sync without files."""
        Session(self.connect(), self.replica()).sync()

    def ask_for(self, file: RecordId) -> None:
        ask_for(self.register, file)

    def content(self, file: RecordId) -> bytes:
        return content_at(self.register, file)

    def state(self, file: RecordId) -> tuple[str, str, int]:
        """State, code and bytes reached."""
        return state_of(self.register, file_of(self.register, file))

    def write(self, operation: Any) -> Any:
        return self.register.write(operation).result()[0]


class Office:
    """`paths` are the routes asked for, in order; `before` is told of each before the province is."""

    def __init__(self, folder: Path) -> None:
        self.province = open_province(folder / "province", folder / "key-file")
        self.real = RealProvince(self.province)
        self.line = self.real.line
        self.clock = HandClock()
        self.here, self.there = (Place(folder / f"{name}.db", self.clock, self.real.transport) for name in NAMES)
        self.child = add_child(self.here.register)
        self.paths: list[str] = []
        self.before: Callable[[str], object] = lambda path: None
        served = self.line.app

        async def noted(scope: dict[str, Any], receive: Any, send: Any) -> None:
            self.before(scope["path"])
            self.paths.append(scope["path"])
            await served(scope, receive, send)

        self.line.app = noted

    def add(self, size: int, seed: int = 1) -> RecordId:
        return add_file(self.here.register, self.child, scan(size, seed)).id

    def visit(self) -> RecordId:
        one = make_visit(self.child)
        self.here.register.write(save_all(one)).result()
        return one.id

    def sync_all(self) -> None:
        for desk in (self.here, self.there, self.here):
            desk.carry()

    def piece_at_province(self) -> bytes:
        query = select(tables.blob_piece.c.data)
        return bytes(self.province.database.read(lambda c: c.scalars(query).one(), WHOLE_PROVINCE))

    def spoil(self, data: bytes) -> None:
        """What a disk or a hand at the province does to the pieces of files."""
        self.province.database.write(lambda c: c.execute(update(tables.blob_piece).values(data=data)), WHOLE_PROVINCE)

    def lose_files(self) -> None:
        """The province loses the content of all files."""
        forget_files(self.province)

    def close(self) -> None:
        for desk in (self.here, self.there):
            desk.register.close()
        self.line.shut()
        self.province.close()


@contextmanager
def file_office() -> Iterator[Office]:
    """A copy of the office, opened."""
    folder = Path(tempfile.mkdtemp(prefix="files-"))
    engine.copy(engine.kept("files", _made), folder)
    office = Office(folder)
    try:
        yield office
    finally:
        office.close()
        engine.forget(folder)
        shutil.rmtree(folder)
