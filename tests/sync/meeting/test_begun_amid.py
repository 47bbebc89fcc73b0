"""A scope that is being begun from its snapshot while a stick brings pages of it, or another snapshot.

The line and the stick are two threads of one desk, and a beginning is many transactions: what the other one does falls
between any two of them. What was erased meanwhile stays away, and what was written stands.

Two other ways would put right what was written, though not who was erased: the comparison with the province, and a
snapshot that a desk far behind is offered. A third takes away once more, as a beginning ends, who was erased. None of
them comes here (`next_sync`, `Later`), so that each control stands by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import count
from pathlib import Path
from typing import Any

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk import versions
from commune_desk.store.exchange.beginning import Beginning
from commune_desk.store.exchange.one_desk import Written
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.intake import erasing
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.intake.standing import Step
from commune_desk.store.writing.transaction import Tx
from sync.change import FeedPosition
from sync.client.session import Session
from tests.sync.actors.both_sums import sums_here, sums_there
from tests.sync.actors.real_desks import Crash, RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.two_communes import Two, visit
from tests.sync.erasure.test_erased_at_desks import erased

pytestmark = pytest.mark.usefixtures("store_engine")

FEWEST = 8
"""Transactions of a beginning with one record in a portion, at least."""


class Gathering(RegisterReplica):
    """What it proved, a snapshot or the pieces of pages, goes into a register later."""

    def __init__(self, desk: RealDesk) -> None:
        super().__init__(desk.register, lambda _changes: None)
        self.pieces: list[tuple[Sequence[Step], Mapping[str, FeedPosition]]] = []
        self.begun: list[tuple[str, Sequence[Step], FeedPosition]] = []

    def apply(self, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
        self.pieces.append((events, positions))

    def begin_anew(self, scope: str, events: Sequence[Step], position: FeedPosition) -> bool:
        self.begun.append((scope, events, position))
        raise Crash


class Amid(RegisterReplica):
    """Before a transaction of its next beginning, counted from 0, `meanwhile` happens."""

    def __init__(self, desk: RealDesk, boundary: int, meanwhile: Callable[[], object]) -> None:
        super().__init__(desk.register, lambda _changes: None)
        self._left = boundary
        self._meanwhile = meanwhile
        self._is_beginning = False
        self.has_happened = False

    def begin_anew(self, scope: str, events: Sequence[Step], position: FeedPosition) -> bool:
        self._is_beginning = True
        try:
            return super().begin_anew(scope, events, position)
        finally:
            self._is_beginning = False

    def _begin(self, operation: Callable[[Tx], Any]) -> Written[Any]:
        if self._is_beginning and not self.has_happened:
            self.has_happened = self._left == 0
            self._left -= 1
            if self.has_happened:
                self._meanwhile()
        return super()._begin(operation)


class Later:
    """Desks of the commune that have yet to begin; what one was offered before something happened, and after it."""

    def __init__(self, folder: Path, two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
        self.two, self._folder, self._monkeypatch = two, folder, monkeypatch
        monkeypatch.setattr(erasing, "erase_again", lambda _tx: None)
        self.desks: list[RealDesk] = []
        self.pages: list[tuple[Sequence[Step], Mapping[str, FeedPosition]]] = []

    def desk(self) -> RealDesk:
        path = self._folder / f"later{len(self.desks)}.db"
        make_register(path, self.two.real.enrol({COMMUNE: Role.COMMUNE_OFFICER}))
        desk = RealDesk(path, SystemClock(), self.two.real.transport)
        desk.run(versions.catch_up)  # as its first hello would: else the next one begins everything anew
        self.desks.append(desk)
        return desk

    def prepare(self, happens: Callable[[], object]) -> None:
        """A snapshot of before, and the pages that a stick brings of after."""
        gathered = self._gather_snapshot()
        (self.snapshot,) = gathered.begun
        happens()
        self.offer_snapshots(from_length=1_000_000)
        Session(self.desks[-1].connect(), gathered, apply_at_once=2).sync()
        self.pages = gathered.pieces
        self.offer_snapshots(from_length=1)

    def snapshot_of_now(self) -> tuple[str, Sequence[Step], FeedPosition]:
        """What a desk that begins now is offered."""
        return self._gather_snapshot().begun[0]

    def _gather_snapshot(self) -> Gathering:
        """By the last of the desks, which begins by it and goes no further."""
        desk = self.desk()
        gathered = Gathering(desk)
        self.offer_snapshots(from_length=1)
        with pytest.raises(Crash):
            Session(desk.connect(), gathered).sync()
        return gathered

    def offer_snapshots(self, *, from_length: int) -> None:
        self._monkeypatch.setattr("sync.server.answers.pull.WORTH", from_length)

    def bring(self, desk: RealDesk) -> None:
        """The stick's thread had asked already what is to be begun: it gives what it proved to the register."""
        replica = RegisterReplica(desk.register, lambda _changes: None)
        for piece in self.pages:
            replica.apply(*piece)

    def next_sync(self, desk: RealDesk) -> None:
        """Of a desk that is not so far behind that it is offered a snapshot unasked."""
        self.offer_snapshots(from_length=1_000_000)
        desk.sync()
        self.offer_snapshots(from_length=1)

    def begin(self, desk: RealDesk, boundary: int, meanwhile: Callable[[], object]) -> bool:
        """By the snapshot of before; whether it had so many transactions."""
        amid = Amid(desk, boundary, meanwhile)
        amid.begin_anew(*self.snapshot)
        return amid.has_happened

    def at_each_boundary(self, meanwhile: Callable[[RealDesk], object]) -> Iterator[RealDesk]:
        """A desk that began so far that `meanwhile` fell before each of its transactions, the next time the next."""
        for boundary in count():
            desk = self.desk()
            if not self.begin(desk, boundary, lambda desk=desk: meanwhile(desk)):  # type: ignore[misc]
                assert boundary >= FEWEST
                return
            yield desk

    def is_as_the_province(self, desk: RealDesk) -> bool:
        reached = desk.ask("SELECT seq=head_seq FROM cursor WHERE scope=?", COMMUNE) == [(1,)]
        return reached and sums_here(desk, COMMUNE).whole == sums_there(self.two.real, COMMUNE).whole


@pytest.fixture
def later(two: Two, child: RecordId, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Later]:
    """With a child whose number was corrected once, and a visit to it."""
    monkeypatch.setattr("commune_desk.store.exchange.replica.RESTATE_AT_ONCE", 1)
    monkeypatch.setattr("commune_desk.domain.time.pace._SHORT", 0.0)  # and no more than one record later on
    monkeypatch.setattr("commune_desk.store.intake.comparing.is_due", lambda connection, now: False)
    for number in ("0912000000", "0912000111"):
        two.old.edit(Person, child, phone=number)
    visit(two.old, child)
    two.old.sync()
    made = Later(tmp_path, two, monkeypatch)
    yield made
    for desk in made.desks:
        desk.register.close()


def of_the_child(desk: RealDesk, child: RecordId) -> tuple[list[str], int]:
    """Its numbers and the count of its visits."""
    (visits,) = desk.ask("SELECT count(*) FROM home_visit WHERE person=?", child)[0]
    return [number for (number,) in desk.ask("SELECT phone FROM person WHERE id=?", child)], visits


GONE: tuple[list[str], int] = ([], 0)


def test_what_was_erased_stays_away_and_is_not_back_for_a_moment(two: Two, child: RecordId, later: Later) -> None:
    later.prepare(lambda: erased(two, child))
    for desk in later.at_each_boundary(later.bring):
        assert of_the_child(desk, child) == GONE
        later.next_sync(desk)
        assert of_the_child(desk, child) == GONE
        assert later.is_as_the_province(desk)


def corrected(two: Two, child: RecordId) -> None:
    two.old.edit(Person, child, phone="0912000222")
    two.old.sync()


def visited(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    two.old.sync()


def test_what_was_written_meanwhile_stands(two: Two, child: RecordId, later: Later) -> None:
    later.prepare(lambda: corrected(two, child))
    for desk in later.at_each_boundary(later.bring):
        later.next_sync(desk)
        assert of_the_child(desk, child) == (["0912000222"], 1)
        assert later.is_as_the_province(desk)


def test_what_stood_before_is_not_put_back_by_older_words(two: Two, child: RecordId, later: Later) -> None:
    """The first number comes again with the pages of the stick, behind the snapshot that holds the second."""
    later.prepare(lambda: visited(two, child))
    for desk in later.at_each_boundary(later.bring):
        later.next_sync(desk)
        assert of_the_child(desk, child) == (["0912000111"], 2)
        assert later.is_as_the_province(desk)


@pytest.fixture
def nobody_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the register stands while it is being begun."""
    monkeypatch.setattr(Beginning, "_is_still_there", lambda self, tx: True)


@pytest.mark.usefixtures("nobody_asks")
def test_not_asking_where_it_stands_what_was_written_meanwhile_would_be_lost(
    two: Two, child: RecordId, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin, before the child's own record; without what keeps an edit that was heard in place of an older value."""
    monkeypatch.setattr(Incoming, "_is_lost", lambda *_: False)
    later.prepare(lambda: corrected(two, child))
    desk = later.desk()
    assert later.begin(desk, 1, lambda: later.bring(desk))
    later.next_sync(desk)
    assert of_the_child(desk, child) == (["0912000111"], 1)
    assert not later.is_as_the_province(desk)


@pytest.mark.usefixtures("nobody_asks")
def test_not_asking_where_it_stands_older_words_would_stay(two: Two, child: RecordId, later: Later) -> None:
    """The twin, behind the child's own record: which portion that is, is for the snapshot's order to say."""
    later.prepare(lambda: visited(two, child))
    found = set()
    for boundary in range(1, 4):
        desk = later.desk()
        assert later.begin(desk, boundary, lambda desk=desk: later.bring(desk))  # type: ignore[misc]
        later.next_sync(desk)
        phones, visits = of_the_child(desk, child)
        found.add((*phones, visits, later.is_as_the_province(desk)))
    assert ("0912000000", 2, False) in found


def begun_behind(two: Two, child: RecordId, later: Later) -> RealDesk:
    """A desk that stands beyond a snapshot, and begins by it."""
    later.prepare(lambda: erased(two, child))
    desk = later.desk()
    desk.sync()
    RegisterReplica(desk.register, lambda _changes: None).begin_anew(*later.snapshot)
    return desk


def test_who_stands_beyond_a_snapshot_is_not_set_back_by_it(two: Two, child: RecordId, later: Later) -> None:
    desk = begun_behind(two, child, later)
    assert of_the_child(desk, child) == GONE
    assert later.is_as_the_province(desk)


def test_not_asking_whether_it_stands_beyond_it_would_be(
    two: Two, child: RecordId, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: as if the place was to be begun anew."""
    honest = Beginning.start

    def start(self: Beginning, tx: Tx) -> bool:
        versions.note_to_begin(tx, COMMUNE)
        return honest(self, tx)

    monkeypatch.setattr(Beginning, "start", start)
    desk = begun_behind(two, child, later)
    assert of_the_child(desk, child) == (["0912000111"], 1)
    assert not later.is_as_the_province(desk)


def erased_amid_a_sync(two: Two, child: RecordId, later: Later) -> RealDesk:
    """A desk after one sync, in which it began; amid that a stick brought the pages that say who was erased."""
    desk = later.desk()

    def meanwhile() -> None:
        later.prepare(lambda: erased(two, child))
        later.bring(desk)

    later.offer_snapshots(from_length=1)
    amid = Amid(desk, 1, meanwhile)
    Session(desk.connect(), amid).sync()
    assert amid.has_happened
    return desk


def begun_around_a_power_cut(two: Two, child: RecordId, later: Later) -> RealDesk:
    """With the stick read before the next sync, which has pages of the place that stand behind it."""
    later.prepare(lambda: visited(two, child))
    desk = later.desk()

    def cut() -> None:
        raise Crash

    with pytest.raises(Crash):
        later.begin(desk, FEWEST - 1, cut)
    desk.restart()
    later.bring(desk)
    later.next_sync(desk)
    return desk


def test_what_a_power_cut_left_half_begun_is_begun_anew(two: Two, child: RecordId, later: Later) -> None:
    desk = begun_around_a_power_cut(two, child, later)
    assert of_the_child(desk, child) == (["0912000111"], 2)
    assert desk.replica().to_begin_anew() == []
    assert later.is_as_the_province(desk)


def test_not_noting_before_it_begins_older_words_would_stay_after_a_power_cut(
    two: Two, child: RecordId, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    honest = Beginning.start

    def start(self: Beginning, tx: Tx) -> bool:
        is_to_begin = honest(self, tx)
        versions.note_begun(tx, COMMUNE)
        return is_to_begin

    monkeypatch.setattr(Beginning, "start", start)
    desk = begun_around_a_power_cut(two, child, later)
    assert of_the_child(desk, child) == (["0912000000"], 2)
    assert not later.is_as_the_province(desk)


def test_one_sync_begins_again_by_itself(two: Two, child: RecordId, later: Later) -> None:
    desk = erased_amid_a_sync(two, child, later)
    assert of_the_child(desk, child) == GONE
    assert desk.replica().to_begin_anew() == []
    assert later.is_as_the_province(desk)


@pytest.mark.usefixtures("nobody_asks")
def test_not_asking_where_the_register_stands_who_was_erased_would_be_back(
    two: Two, child: RecordId, later: Later
) -> None:
    """The twin."""
    desk = erased_amid_a_sync(two, child, later)
    assert of_the_child(desk, child) == (["0912000111"], 1)
    assert not later.is_as_the_province(desk)
