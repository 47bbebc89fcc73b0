"""Two desks of a commune and one of another; province and desks may be put back, and desks be enrolled anew.

Each sync is a whole round of the program: what waits is numbered, text and files go, what a round left to do is done.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import RecordId, Scope, uuid7
from commune_desk.domain.records.attachments import Attachment
from commune_desk.domain.time.clock import Clock, SystemClock
from commune_desk.domain.words.errors import DeskError
from commune_desk.store.desk.register import Register
from commune_desk.store.desk.versions import to_begin_anew
from commune_desk.store.engine.settings import Pins
from commune_desk.store.exchange.set_aside import entries_set_aside
from commune_desk.store.exchange.staged import accept_new_desk
from commune_desk.store.files import file_queue
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.children import ChildEntry, register_child
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of, with_last_receipt
from commune_desk.usecases.sync.courier import Courier
from commune_desk.usecases.sync.desk_sync import DeskSync
from commune_desk.usecases.sync.stick_bundles import ReadIn
from sync import bundle
from sync.client.enrol import Credentials
from sync.client.session import SyncOutcome
from sync.client.transport import Transport
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from sync.server.identity.scopes import ensure_communes
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.erasing import Ordered, erase
from tests.helpers.attached import add_file, scan
from tests.helpers.builders import make_file, make_person, make_visit, save_all
from tests.helpers.store_engine import engine
from tests.sync.actors import kept_provinces
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import KEY, OFFICER, RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince, real_province

PROVINCE = "province"
PLACES = {"ours": COMMUNE, "colleague": COMMUNE, "there": OTHER_COMMUNE}


def _grants(name: str) -> dict[str, Role]:
    return {PLACES[name]: Role.COMMUNE_OFFICER}


def made() -> Path:
    """The office as every test begins with it."""
    folder = Path(tempfile.mkdtemp(prefix="travelled-"))
    with real_province(folder) as real:
        escrow = real.province.escrow_public
        real.write(lambda connection: ensure_communes(connection, escrow_public=escrow))
        for name in PLACES:
            make_register(folder / f"{name}.db", real.enrol(_grants(name)))
    return folder


def _unheard(_changes: ChangeSet) -> None:
    return None


class Traveller(RealDesk):
    """A desk that goes round as the program does, and may come back from an older copy of its disk."""

    def __init__(self, path: Path, clock: Clock, real: RealProvince) -> None:
        super().__init__(path, clock, real.transport)
        self.real = real

    @property
    def _copy(self) -> Path:
        return self._path.with_suffix(".copy")

    def go(self) -> SyncOutcome:
        """One whole round."""

        def connect(pins: Pins) -> Transport:
            return self.real.transport(pins.address, pins.ca_pem)

        return DeskSync(self.register, _unheard, connect=connect).sync()

    def stopped(self) -> str:
        """A round that the province refuses; by which fault."""
        try:
            self.go()
        except DeskError as fault:
            return type(fault).__name__
        return ""

    def enrol_anew(self) -> None:
        """The province gave a new code."""
        own = self.register.identity
        shown = with_last_receipt(self.register, Credentials())
        enrolment = self.real.enrol({own.scope: Role(own.role)}, shown)
        identity, keys = identity_of(enrolment, own.label, uuid7()), scope_keys_of(enrolment)
        self.run(lambda tx: accept_new_desk(tx, identity, keys))

    def keep_copy(self) -> None:
        self._copied(self._path, self._copy)

    def set_back(self) -> None:
        """The disk as it was copied last."""
        self._copied(self._copy, self._path)

    def copied_to(self, path: Path) -> None:
        self._copied(self._path, path)

    def _copied(self, source: Path, target: Path) -> None:
        self.register.close()
        shutil.copy(source, target)
        self.register = Register(self._path, KEY, self._clock, OFFICER)

    def stick_out(self) -> list[bytes]:
        """What a courier takes along."""
        with tempfile.TemporaryDirectory() as stick:
            Courier(self.register, _unheard).write_out(Path(stick))
            return [path.read_bytes() for path in sorted(Path(stick).iterdir())]

    def stick_in(self, files: Sequence[bytes]) -> ReadIn:
        """What a courier brings."""
        with tempfile.TemporaryDirectory() as stick:
            for data in files:
                (Path(stick) / bundle.file_name(data)).write_bytes(data)
            return Courier(self.register, _unheard).read_in(Path(stick))

    def counted(self) -> tuple[int, ...]:
        """Of files: what the sync page counts, how many are told unsent, and how many hold back a removal."""

        def count(tx: Tx) -> tuple[int, ...]:
            db = tx.connection
            return *file_queue.waiting(db), file_queue.count_unsent(db), file_queue.count_going_up(db)

        return self.register.write(count).result()[0]

    def shown(self, record: RecordId, field: str) -> object:
        """A value of a person that is here; None where nobody is."""
        rows = self.ask(f"SELECT {field} FROM person WHERE id=?", record)
        return rows[0][0] if rows else None

    def words(self) -> str:
        """Every value of every table of the register, whatever it is for."""
        listed = "SELECT name FROM sqlite_master WHERE type='table' AND sql NOT LIKE 'CREATE VIRTUAL%'"
        rows = [row for (table,) in self.ask(listed) for row in self.ask(f'SELECT * FROM "{table}"')]
        return "\n".join(map(_spelt, (cell for row in rows for cell in row)))


def _spelt(cell: object) -> str:
    return cell.decode("utf-8", "replace") if isinstance(cell, bytes) else str(cell)


class TravelledOffice:
    """`ours` and `colleague` share a commune, `there` is the other one."""

    def __init__(self, folder: Path, clocks: Mapping[str, Clock] = MappingProxyType({})) -> None:
        """`clocks`: by desk, and the province's under its own name; whom nothing is said of goes by the system's."""
        self.folder = folder
        self.real = RealProvince(
            open_province(folder / "province", folder / "key-file", clock=clocks.get(PROVINCE, SystemClock()))
        )
        self.desks = {
            name: Traveller(folder / f"{name}.db", clocks.get(name, SystemClock()), self.real) for name in PLACES
        }
        self.ours, self.colleague, self.there = (self.desks[name] for name in PLACES)

    def sync(self, *names: str) -> None:
        for name in names or (*PLACES, *PLACES):
            self.desks[name].go()

    def join(self, name: str, grants: Mapping[str, Role]) -> Traveller:
        """One more desk, enrolled now."""
        make_register(self.folder / f"{name}.db", self.real.enrol(grants))
        return self._open(name)

    def doubled(self, name: str, copy: str) -> Traveller:
        """A copy of the desk's disk goes on as a second one."""
        self.desks[name].copied_to(self.folder / f"{copy}.db")
        return self._open(copy)

    def _open(self, name: str) -> Traveller:
        self.desks[name] = Traveller(self.folder / f"{name}.db", SystemClock(), self.real)
        return self.desks[name]

    def child(self, name: str, *, by: str = "ours") -> RecordId:
        """A child in the register, known to everybody of its commune."""
        entry = ChildEntry(person=make_person(name, scope=Scope(PLACES[by])), file=make_file(RecordId("")))
        person: RecordId = self.desks[by].register.write(lambda tx: register_child(tx, entry)).result()[0]
        self.sync()
        return person

    def visit(self, by: str, child: RecordId, words: str = "Cháu khoẻ.") -> RecordId:
        one = make_visit(child, observations=words, scope=Scope(PLACES[by]))
        self.desks[by].run(save_all(one))
        return one.id

    def photo(self, by: str, child: RecordId, size: int = 300_000) -> Attachment:
        return add_file(self.desks[by].register, child, scan(size))

    def move(self, by: str, child: RecordId, to: str) -> None:
        def run(tx: Tx) -> None:
            move_child(tx, child, Scope(to))

        self.desks[by].run(run)

    def back_up(self, name: str = "backup") -> None:
        kept_provinces.back_up(self.real, self.folder / "key-file", self.folder / name)

    def put_back(self, name: str = "backup", *, older: bool = False) -> None:
        """The province as it was backed up then, in an epoch of its own."""
        kept_provinces.put_back(self.real, self.folder / "key-file", self.folder / name, older=older)
        erased_list.settle(self.real.province)

    def copy_silently(self, name: str = "copy") -> None:
        """The province's disk as it is: a copy of which nobody knows."""
        self._reopened(lambda data: engine.copy(data, self.folder / name))

    def put_back_silently(self, name: str = "copy") -> None:
        """The disk as it was copied, in the same epoch: neither the province nor a desk is told."""
        self._reopened(lambda data: engine.put_back(self.folder / name, data))

    def _reopened(self, meanwhile: Callable[[Path], None]) -> None:
        kept_provinces.reopened(self.real, self.folder / "key-file", meanwhile)

    def homes(self, kind: str) -> dict[str, str]:
        """Every record of the kind at the province, and its home."""
        table = tables.RECORDS[kind]
        return self._pairs(select(table.c.id, table.c.scope))

    def whole_files(self) -> dict[str, str]:
        """Each file of which the province has all, and where it lies."""
        blob = tables.blob
        return self._pairs(select(blob.c.sha256, blob.c.scope).where(blob.c.done_at.is_not(None)))

    def _pairs(self, asked: Any) -> dict[str, str]:
        database = self.real.province.database
        return dict(database.read(lambda c: [tuple(row) for row in c.execute(asked)], WHOLE_PROVINCE))

    def erase(self, person: RecordId) -> None:
        """By order of the law."""
        province, order = self.real.province, Ordered("Sở Y tế", "QĐ 12/2026")
        self.real.write(lambda connection: erase(connection, province, "person", person, order)[0])
        erased_list.settle(province)

    def unrest(self, *names: str) -> dict[str, object]:
        """What is not as it should be once everybody has heard everything, by desk; of all, or of those named."""
        return {name: found for name in names or self.desks if (found := self._unrest_of(self.desks[name]))}

    def _unrest_of(self, desk: Traveller) -> dict[str, object]:
        scope = desk.register.identity.scope
        more = desk.go()
        found: dict[str, object] = {
            "under way": desk.ask("SELECT id, state, raw FROM change WHERE state IN ('waiting', 'staged')"),
            "set aside": list(desk.register.write(lambda tx: entries_set_aside(tx.connection)).result()[0]),
            "hidden": desk.ask("SELECT record, field FROM shadow"),
            "leaving": desk.ask("SELECT record FROM departure WHERE is_gone=0"),
            "unsaid": desk.ask("SELECT change FROM purge_receipt WHERE is_sent=0"),
            "files": [one for one in desk.counted() if one],
            "still moved": [one for one in (more.pushed, more.pulled, more.file_bytes) if one],
            "begun": to_begin_anew(desk.register.reader),
        }
        if sums_here(desk, scope) != sums_there(self.real, scope):
            found["sums"] = (sums_here(desk, scope).whole, sums_there(self.real, scope).whole)
        return {what: held for what, held in found.items() if held}

    def close(self) -> None:
        for desk in self.desks.values():
            desk.register.close()
        self.real.line.shut()
        self.real.province.close()


@contextmanager
def travelled_office(folder: Path, clocks: Mapping[str, Clock] = MappingProxyType({})) -> Iterator[TravelledOffice]:
    """A fresh copy of the office, on the engine of the test."""
    engine.copy(engine.kept("travelled", made), folder)
    office = TravelledOffice(folder, clocks)
    try:
        yield office
    finally:
        office.close()
