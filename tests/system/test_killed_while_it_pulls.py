"""A desk is killed while it takes over the province's pages: cursor and rows agree, and nothing comes twice.

What a register has to hold at each place of the feeds says one that was never killed, event by event.
"""

from __future__ import annotations

import os
import random
import shutil
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.changes.ledger import verify_audit
from commune_desk.store.desk.register import AUDIT_PURPOSE
from commune_desk.store.engine.database import Connection, connect
from commune_desk.store.exchange import feeds
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.intake import departures
from commune_desk.store.intake.standing import Step
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.moves import move_child
from commune_desk.vault.keys import subkey
from sync.change import FeedPosition
from sync.client.session import Session
from sync.server.identity.scopes import ensure_communes
from sync.server.lifecycle.erasing import Ordered, erase
from sync.server.lifecycle.founding import found
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.quick_passphrases import quick_passphrases
from tests.story.province import Province
from tests.sync.actors.real_desks import KEY, RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE, RealProvince
from tests.sync.actors.two_communes import move
from tests.system.forked import Forked
from tests.system.puller import APART, WHOLE

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="a process is forked for each death")
CLOCK = SystemClock()
DEATHS, STATEMENTS = 44, 720
"""A pull from the beginning is so many statements of the register, about."""
_COMPARED = {
    **{kind: "*" for kind in KINDS},
    "change": "id, desk, n, seq, state, length(raw)",
    "child_index": "person, file, name, last_visit_on, next_visit_on",
    "departure": "*",
    "arrival": "*",
    "conflict": "*",
    "erasure": "*",
    "erased_record": "*",
    "purge_receipt": "change",
}
Content = dict[str, list[Any]]
Places = tuple[tuple[str, int], ...]


def content(db: Connection) -> Content:
    """What of the register comes from feeds."""
    found = {table: db.execute(f"SELECT {columns} FROM {table}").fetchall() for table, columns in _COMPARED.items()}
    return {table: sorted(rows, key=repr) for table, rows in found.items()}


def places(db: Connection) -> Places:
    return tuple(sorted(feeds.cursors(db).items()))


class Watched(RegisterReplica):
    """Remembers what the register holds at each place, event by event."""

    def __init__(self, desk: RealDesk) -> None:
        super().__init__(desk.register, lambda changes: None)
        self.stood: dict[Places, Content] = {}
        self.note()

    def note(self) -> None:
        place, held = self._ask(lambda db: (places(db), content(db)))
        self.stood[place] = held

    def apply(self, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
        super().apply(events, positions)
        self.note()


class Office:
    """A province as a process, a desk's register from before it pulled, and what it has to hold at each place."""

    def __init__(self, folder: Path) -> None:
        self.register, self._before = folder / "killed.db", folder / "before.db"
        self.address = ""
        self.ca = folder / "ca.pem"
        self.stood: dict[Places, Content] = {}
        self._folder = folder
        self.province = Province(folder)
        founded = found(self.province.data, self.province.key_file, name="Tests", hosts=["127.0.0.1"], clock=CLOCK)
        real = RealProvince(founded)
        self._work(real)
        real.line.shut()
        founded.close()
        self.province.start()
        self.begin_again()

    def _desk(self, name: str, real: RealProvince, scope: str = COMMUNE) -> RealDesk:
        enrolment = real.enrol({scope: Role.COMMUNE_OFFICER})
        self.ca.write_bytes(enrolment.ca_pem)
        make_register(self._folder / f"{name}.db", enrolment)
        return RealDesk(self._folder / f"{name}.db", CLOCK, real.transport)

    def _work(self, real: RealProvince) -> None:
        escrow = real.province.escrow_public
        real.write(lambda c: ensure_communes(c, escrow_public=escrow))
        here, whole, killed = (self._desk(name, real) for name in ("here", "whole", "killed"))
        there = self._desk("there", real, OTHER_COMMUNE)
        stays, goes, erased = (_register(here, name) for name in ("Lý A Ở", "Lý A Đi", "Lý A Xoá"))
        comes = _register(there, "Lý A Đến", OTHER_COMMUNE)
        for desk in (here, there, whole, killed):
            desk.sync()
        killed.register.close()
        shutil.copyfile(killed.register.path, self._before)
        for child in (stays, goes, erased, stays):
            here.run(save_all(make_visit(child), make_visit(child, "2026-11-21")))
            here.sync()
        here.edit(Person, stays, phone="0912000111")
        here.sync()
        move(here, goes)
        there.run(save_all(make_visit(comes, scope=Scope(OTHER_COMMUNE))))
        there.run(lambda tx: moved(tx, comes))
        here.sync()
        there.sync()
        real.write(lambda c: erase(c, real.province, "person", erased, Ordered("Sở Y tế", "QĐ 12/2026")))
        here.sync()
        here.run(save_all(make_visit(comes), make_visit(stays, "2026-11-22"), make_visit(comes, "2026-11-22")))
        here.sync()
        watched = Watched(whole)
        Session(whole.connect(), watched, apply_at_once=1).sync()
        self.stood, self.end = watched.stood, watched._ask(places)
        for desk in (here, there, whole):
            desk.register.close()

    def begin_again(self) -> None:
        for ending in ("", "-wal", "-shm"):
            Path(f"{self.register}{ending}").unlink(missing_ok=True)
        shutil.copyfile(self._before, self.register)

    def faults(self) -> list[str]:
        """What does not hold of the register as the dead process left it."""
        with closing(connect(self.register, KEY)) as db:
            place, held = places(db), content(db)
            found = [str(row) for row in db.execute("PRAGMA cipher_integrity_check")]
            found += [str(row) for row in db.execute("PRAGMA foreign_key_check")]
            if verify_audit(db, subkey(KEY, AUDIT_PURPOSE)):
                found.append("the audit log is cut")
            erasures = db.execute("SELECT count(*) FROM audit WHERE action=?", (AuditAction.ERASE,)).fetchone()
            if erasures != (len(held["erasure"]),):
                found.append("an erasure was carried out twice")
        stood = self.stood.get(place)
        if stood is None:
            return [*found, f"no desk stands at {place}"]
        return [*found, *(f"at {place}: {table}" for table in stood if stood[table] != held[table])]

    def place(self) -> Places:
        with closing(connect(self.register, KEY)) as db:
            return places(db)

    def unsaid(self) -> int:
        """Statements of what was removed that the province does not keep."""
        with closing(connect(self.register, KEY)) as db:
            return len(departures.unsent_statements(db))


def _register(desk: RealDesk, name: str, scope: str = COMMUNE) -> RecordId:
    person, file = make_child(name)
    placed = {"scope": Scope(scope)}
    desk.run(save_all(msgspec.structs.replace(person, **placed), msgspec.structs.replace(file, **placed)))
    return person.id


def moved(tx: Tx, child: RecordId) -> None:
    move_child(tx, child, Scope(COMMUNE))


class Puller(Forked):
    """The process of `tests.system.puller`."""

    def __init__(self, office: Office) -> None:
        super().__init__("tests.system.puller", str(office.register), KEY.hex, office.province.address, str(office.ca))

    def pull(self, how: str, *, statement: int = 0, seconds: float = 0) -> bool:
        """Whether it got through; it dies before that statement, or is killed so much later."""
        pid = self.begin(f"{how} {statement}")
        if seconds:
            time.sleep(seconds)
            with suppress(ProcessLookupError):  # it got through before
                os.kill(pid, signal.SIGKILL)
        ended = self.heard()
        assert ended in ("killed", "ended 0"), ended
        return ended != "killed"


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    with quick_passphrases():
        made = Office(tmp_path_factory.mktemp("office"))
    yield made
    made.province.kill()


def test_wherever_it_dies_cursor_and_rows_agree_and_at_the_end_nothing_differs(office: Office) -> None:
    chance = random.Random(20261130)
    died_at: list[Places] = []
    office.begin_again()
    with Puller(office) as puller:
        for turn in range(DEATHS):
            by_hand = turn % 4 == 0
            puller.pull(
                WHOLE,
                statement=0 if by_hand else chance.randint(1, STATEMENTS),
                seconds=chance.random() * 0.2 if by_hand else 0,
            )
            assert office.faults() == [], f"round {turn}"
            died_at.append(office.place())
            if died_at[-1] == office.end:
                assert puller.pull(WHOLE)
                assert (office.faults(), office.unsaid()) == ([], 0), f"round {turn}"
                office.begin_again()
        assert puller.pull(WHOLE)
    assert (office.faults(), office.place(), office.unsaid()) == ([], office.end, 0)
    assert len({*died_at} - {office.end}) > 3


def _dies_at(office: Office, puller: Puller, statement: int) -> bool:
    """Whether a pull from the beginning has such a statement; dead before it, the register holds what the feeds say."""
    office.begin_again()
    is_through = puller.pull(WHOLE, statement=statement)
    assert office.faults() == [], f"dead before statement {statement}"
    return not is_through


@pytest.mark.long
def test_dead_before_any_statement_it_holds_what_the_feeds_say_and_goes_on(office: Office) -> None:
    """Each statement of the writer in turn, the first to the last; of every tenth death the rest is pulled too."""
    statement = 1
    with Puller(office) as puller:
        while _dies_at(office, puller, statement):
            if statement % 10 == 0:
                assert puller.pull(WHOLE)
                assert (office.faults(), office.place(), office.unsaid()) == ([], office.end, 0), statement
            statement += 1
    assert statement > STATEMENTS // 2


def test_a_cursor_that_moves_in_a_transaction_of_its_own_would_be_found(office: Office) -> None:
    """The twin."""
    chance = random.Random(20261130)
    office.begin_again()
    found: list[str] = []
    with Puller(office) as puller:
        while not found:
            if puller.pull(APART, statement=chance.randint(1, STATEMENTS)):
                office.begin_again()
            found = office.faults()
    assert all(fault.startswith(f"at {office.place()}: ") for fault in found), found
