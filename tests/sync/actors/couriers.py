"""Two desks and a province in a folder that can be copied as a whole, and what couriers carry between them."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, TypeVar

import msgspec
import pytest
from sqlalchemy import Connection, select

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import DeskError, Refusal
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.sync.courier import Courier
from commune_desk.usecases.sync.stick_bundles import ReadIn
from sync import bundle, seal
from sync.client.channel import Channel
from sync.client.exchange import push_body
from sync.server.edge import courier, courier_reply
from sync.server.edge.courier_answer import Answer
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.province import Province, open_province
from sync.server.identity.scopes import ensure_communes
from sync.server.intake.admission import Admission
from sync.server.lifecycle.restoring import begin
from tests.helpers.builders import make_file, make_person, make_visit, save_all
from tests.helpers.store_engine import engine
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import OFFICE, OTHER_COMMUNE, RealProvince, real_province

T = TypeVar("T")
DESKS = (0, 1)
_OF_ARRIVAL = {"received_at", "skew_ms", "opened_at"}
"""When something came: no two ways take the same time."""


def _founded(movable: int) -> tuple[Path, RecordId, list[RecordId]]:
    """A province and two desks that know a child and so many who may move away; made once, copied for each example."""
    folder = Path(tempfile.mkdtemp(prefix="couriers-"))
    with real_province(folder) as real:
        for number in DESKS:
            make_register(folder / f"desk{number}.db", real.enrol(OFFICE))
    with opened(folder, RecordId("")) as office:
        person, *others = [make_person() for _ in range(1 + movable)]
        office.desks[0].register.write(save_all(person, make_file(person.id))).result()
        for other in others:
            office.desks[0].register.write(save_all(other, make_file(other.id))).result()
        if movable:
            escrow = office.province.escrow_public
            office.province.database.write(lambda c: ensure_communes(c, escrow_public=escrow), WHOLE_PROVINCE)
        for desk in office.desks:
            desk.sync()
    return folder, person.id, [one.id for one in others]


class Office:
    """The whole of it, open."""

    def __init__(self, folder: Path, person: RecordId, movable: Sequence[RecordId] = ()) -> None:
        self.folder = folder
        self.person = person
        self.movable = list(movable)
        self.province: Province = open_province(folder / "province", folder / "key-file")
        self.real = RealProvince(self.province)
        self.desks = [self._open(number) for number in DESKS]
        self.stick = folder / "stick"
        self.stick.mkdir(exist_ok=True)

    def _open(self, desk: int) -> RealDesk:
        return RealDesk(self.folder / f"desk{desk}.db", SystemClock(), self.real.transport)

    def reopen(self, desk: int) -> None:
        """A desk whose process was ended elsewhere."""
        self.desks[desk] = self._open(desk)

    def close(self) -> None:
        for desk in self.desks:
            desk.register.close()
        self.real.line.shut()
        self.province.close()

    def copied(self, folder: Path) -> Office:
        """The same again, as it stands on the disks now."""
        self.close()
        engine.copy(self.folder, folder)
        self.__init__(self.folder, self.person, self.movable)  # type: ignore[misc]
        return Office(folder, self.person, self.movable)

    def back_up(self) -> None:
        """The province as it stands now, in the place of an earlier backup."""
        engine.forget(self.folder / "backup")
        shutil.rmtree(self.folder / "backup", ignore_errors=True)
        self._replace_province(lambda: engine.copy(self.folder / "province", self.folder / "backup"))

    def put_back(self) -> None:
        """The last backup stands again, in an epoch of its own; without one nothing happens."""
        if not (self.folder / "backup").exists():
            return
        self._replace_province(lambda: engine.put_back(self.folder / "backup", self.folder / "province"))
        begin(self.province)

    def _replace_province(self, meanwhile: Callable[[], object]) -> None:
        self.province.close()
        meanwhile()
        self.province = self.real.province = open_province(self.folder / "province", self.folder / "key-file")
        self.real.restart()

    def move_away(self, desk: int, which: int) -> None:
        """A child moves to another commune, unless it has gone from this desk already."""
        child, there = self.movable[which % len(self.movable)], Scope(OTHER_COMMUNE)
        with suppress(Refusal):
            self.desks[desk].register.write(lambda tx: move_child(tx, child, there)).result()

    def words_of_removal(self) -> list[tuple[str, str]]:
        """Desk and change of each signed word that the province keeps."""
        table = tables.purge
        return self._ask(lambda c: sorted((row.desk, row.change) for row in c.execute(select(table))))

    def edit(self, desk: int, phone: str) -> None:
        register = self.desks[desk].register
        before = register.write(lambda tx: tx.existing(Person, self.person)).result()[0]
        register.write(save_all(msgspec.structs.replace(before, phone=phone))).result()

    def visit(self, desk: int) -> None:
        self.desks[desk].register.write(save_all(make_visit(self.person))).result()

    def courier(self, desk: int, *, room: int = bundle.MAX_INSIDE) -> Courier:
        return Courier(self.desks[desk].register, lambda changes: None, room=room)

    def write_out(self, desk: int, *, room: int = bundle.MAX_INSIDE) -> list[bytes]:
        """What a desk puts onto an empty stick, in the order of its changes. With little `room`, one change a file."""
        with empty(self.stick):
            wrote = self.courier(desk, room=room).write_out(self.stick)
            return [(self.stick / bundle.named(one)).read_bytes() for one in wrote.fingerprints]

    def read_in(self, desk: int, *files: bytes) -> ReadIn:
        """Let a desk read a stick with these files."""
        with empty(self.stick):
            for data in files:
                (self.stick / bundle.file_name(data)).write_bytes(data)
            return self.courier(desk).read_in(self.stick)

    def id_of(self, desk: int) -> str:
        return self.desks[desk].register.identity.desk

    def shown(self, desk: int) -> str | None:
        rows = self.desks[desk].ask("SELECT phone FROM person WHERE id=?", self.person)
        return rows[0][0] if rows else None

    def waiting(self, desk: int) -> int:
        return int(self.desks[desk].ask("SELECT count(*) FROM change WHERE state='waiting'")[0][0])

    def held(self) -> dict[str, list[tuple[Any, ...]]]:
        """All that the province's database says of changes, records and conflicts.

        A parked push that the line overtook says nothing of them; it waits for the desk's next bundle.
        """
        names = [
            "change",
            "feed",
            "outcome",
            "conflict",
            "quarantine",
            "scope",
            *(f"record_{kind}" for kind in KINDS),
        ]
        return self._ask(lambda connection: {name: rows_of(connection, tables.metadata.tables[name]) for name in names})

    def _ask(self, work: Callable[[Connection], T]) -> T:
        return self.province.database.read(work, WHOLE_PROVINCE)

    def last_n(self, desk: int) -> int:
        """The number of the desk's last change."""
        return self.desks[desk].replica().last_n()

    def held_n(self, desk: int) -> int:
        """Up to which of the desk's changes the province has them all."""
        state = self._ask(lambda connection: desks.find(connection, self.id_of(desk)))
        assert state is not None
        return state.last_n

    def cursor(self, desk: int) -> int:
        return int(self.desks[desk].ask("SELECT seq FROM cursor")[0][0])

    def parked(self) -> int:
        return len(self._ask(lambda connection: rows_of(connection, tables.courier_parked)))

    def kept(self, desk: int) -> dict[str, list[tuple[Any, ...]]]:
        """All that a desk's register says of them."""
        asked = {name: f"SELECT * FROM {name} ORDER BY id" for name in KINDS}
        asked |= {
            "change": "SELECT id, desk, n, raw, state, code, seq, outcomes FROM change ORDER BY id",
            "conflict": "SELECT * FROM conflict ORDER BY id",
            "cursor": "SELECT scope, seq, chain FROM cursor ORDER BY scope",
            "shadow": "SELECT * FROM shadow ORDER BY record, field",
        }
        return {name: self.desks[desk].ask(sql) for name, sql in asked.items()}

    def order(self) -> list[tuple[str, int]]:
        """Desk and number of each change, in the order of the one feed there is."""
        feed, change = tables.feed, tables.change
        ordered = select(change.c.desk, change.c.n).join(feed, feed.c.change == change.c.id).order_by(feed.c.seq)
        return self._ask(lambda connection: [(row.desk, row.n) for row in connection.execute(ordered)])

    def audited(self) -> list[tuple[str, str]]:
        """Action and subject of each row of the province's log, in order."""
        audit = tables.audit
        rows = select(audit.c.action, audit.c.subject).order_by(audit.c.seq)
        return self._ask(lambda connection: [(row.action, row.subject) for row in connection.execute(rows)])

    def revoke(self, desk: int) -> None:
        named = self.id_of(desk)
        self.province.database.write(lambda connection: desks.revoke(connection, self.province, named), WHOLE_PROVINCE)

    def push_over_the_line(self, desk: int, first_n: int, last_n: int) -> None:
        """One push with exactly these changes, as a sync makes it."""
        replica = self.desks[desk].replica()
        identity = replica.identity()
        batch = [one for one in replica.pending(first_n - 1, 500, 1 << 23) if one.n <= last_n]
        assert [batch[0].n, batch[-1].n] == [first_n, last_n]
        channel = Channel(
            self.real.transport(),
            key_id=identity.desk,
            key=identity.signing_key,
            authority_public=identity.authority_public,
        )
        channel.hello()
        channel.call("/v1/push", push_body(replica, identity, batch), seal.RECEIPT)


def rows_of(connection: Any, table: Any) -> list[tuple[Any, ...]]:
    columns = [column for column in table.c if column.name not in _OF_ARRIVAL]
    rows = connection.execute(select(*columns).order_by(*table.primary_key.columns))
    return [tuple(row) for row in rows]


def bring(province: Province, *files: bytes) -> list[bytes]:
    """What the command does with a stick: take in every file, then answer each desk."""
    answers: dict[str, Answer] = {}
    for data in files:
        arrived = courier.open_arrived(province, data)
        answer = answers.setdefault(arrived.header.sender, Answer(arrived.header.sender))
        courier.take_in_bundle(province, arrived, answer, admission=Admission(), label=bundle.fingerprint(data))
    return [reply for answer in answers.values() for reply in courier_reply.reply(province, answer)]


@contextmanager
def empty(stick: Path) -> Iterator[None]:
    for path in stick.iterdir():
        path.unlink()
    yield
    for path in stick.iterdir():
        path.unlink()


@contextmanager
def opened(folder: Path, person: RecordId, movable: Sequence[RecordId] = ()) -> Iterator[Office]:
    office = Office(folder, person, movable)
    try:
        yield office
    finally:
        office.close()


@contextmanager
def couriers(*, movable: int = 0) -> Iterator[Office]:
    """A fresh copy of the office, with so many more children who may move away."""
    base, person, others = engine.kept(f"couriers {movable}", lambda: _founded(movable))
    with tempfile.TemporaryDirectory(prefix="office-") as place:
        folder = Path(place) / "office"
        engine.copy(base, folder)
        with opened(folder, person, others) as office:
            yield office
        engine.forget(folder)


def refusal(act: Callable[..., object], *args: object) -> str:
    """The English sentence that `act` is refused with."""
    with pytest.raises(DeskError) as told:
        act(*args)
    return told.value.text
