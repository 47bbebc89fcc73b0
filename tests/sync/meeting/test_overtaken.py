"""A page that is on its way while a stick brings what the province wrote later: what left or was erased stays away.

The line and the stick are two threads of one desk, and a page may take minutes on a poor line.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.changes.sealing import private_boxes
from commune_desk.store.exchange import feeds
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.intake import comparing, restating
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.intake.standing import Step
from commune_desk.store.writing.transaction import Tx
from sync.change import FeedPosition
from sync.client.session import Session
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.two_communes import Two, move, visit
from tests.sync.erasure.test_erased_at_desks import erased

pytestmark = pytest.mark.usefixtures("store_engine")


class Overtaken(RegisterReplica):
    """Before the first page is applied, `meanwhile` happens."""

    meanwhile: Callable[[], None] | None = None

    def apply(self, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
        meanwhile, self.meanwhile = self.meanwhile, None
        if meanwhile is not None:
            meanwhile()
        super().apply(events, positions)


def sync_overtaken(desk: RealDesk, meanwhile: Callable[[], None]) -> None:
    replica = Overtaken(desk.register, lambda _changes: None)
    replica.meanwhile = meanwhile
    Session(desk.connect(), replica).sync()


def visits(desk: RealDesk) -> int:
    return int(desk.ask("SELECT count(*) FROM home_visit")[0][0])


def erase_meanwhile(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    two.old.sync()

    def meanwhile() -> None:
        erased(two, child)
        two.late.sync()
        assert visits(two.late) == 0

    sync_overtaken(two.late, meanwhile)
    two.late.sync()


def leave_meanwhile(two: Two, child: RecordId) -> None:
    visit(two.old, child)
    two.old.sync()

    def meanwhile() -> None:
        move(two.old, child)
        two.old.sync()
        two.late.sync()
        assert visits(two.late) == 0

    sync_overtaken(two.late, meanwhile)
    two.late.sync()


@pytest.mark.parametrize("happens", [erase_meanwhile, leave_meanwhile])
def test_an_older_page_brings_nothing_back(two: Two, child: RecordId, happens: Callable[[Two, RecordId], None]) -> None:
    happens(two, child)
    assert visits(two.late) == 0
    assert two.late.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]
    assert two.late.ask("SELECT seq>0, seq=head_seq FROM cursor") == [(1, 1)]


class Gathering(RegisterReplica):
    """Keeps the pieces of a page instead of applying them."""

    def __init__(self, desk: RealDesk) -> None:
        super().__init__(desk.register, lambda _changes: None)
        self.pieces: list[tuple[Sequence[Step], Mapping[str, FeedPosition]]] = []

    def apply(self, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
        self.pieces.append((events, positions))


def test_what_of_a_page_is_new_by_then_is_taken(two: Two, child: RecordId) -> None:
    for _ in range(2):
        visit(two.old, child)
    two.old.sync()
    gathered = Gathering(two.late)
    Session(two.late.connect(), gathered, apply_at_once=1).sync()
    pieces = gathered.pieces
    assert len(pieces) > 1
    replica = RegisterReplica(two.late.register, lambda _changes: None)
    replica.apply(*pieces[0])
    replica.apply([step for events, _places in pieces for step in events], pieces[-1][1])
    assert visits(two.late) == 2
    reached = {scope: place.seq for scope, place in pieces[-1][1].items()}
    assert replica.cursors() == reached
    replica.apply(*pieces[0])
    assert replica.cursors() == reached


def put_right_overtaken(two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """A visit is missing here, and erased at the province while its lines are on their way."""
    visit(two.old, child)
    two.sync()

    def spoil(tx: Tx) -> None:
        tx.connection.execute("DELETE FROM home_visit")
        comparing.ask(tx)

    two.late.register.write(spoil).result()
    portions, told = restating.portions, list[int]()

    def overtaken(*lines: Any) -> Iterator[list[list[Step]]]:
        if not told:
            told.append(1)
            erased(two, child)
            two.late.sync()
        yield from portions(*lines)

    monkeypatch.setattr(restating, "portions", overtaken)
    two.late.sync()
    assert told
    two.late.sync()


def test_what_is_put_right_is_of_where_the_register_stands(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_right_overtaken(two, child, monkeypatch)
    assert visits(two.late) == 0


def test_put_right_as_of_before_it_would_come_back(two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(feeds, "put_right", lambda tx, _scope, _at, *records: feeds.restate(tx, *records))
    put_right_overtaken(two, child, monkeypatch)
    assert visits(two.late) == 1


def test_without_asking_where_the_register_stands_it_would_come_back(
    two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""

    def apply(tx: Tx, events: Sequence[Step], positions: Mapping[str, FeedPosition]) -> None:
        Incoming(tx, private_boxes(tx.connection)).apply(events, positions)

    monkeypatch.setattr(feeds, "apply", apply)
    erase_meanwhile(two, child)
    assert visits(two.late) == 1
