"""A scope that is begun by two snapshots at once: the older one brings nothing back."""

from __future__ import annotations

from functools import partial

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.pace import Pace
from commune_desk.store.exchange.beginning import Beginning
from commune_desk.store.intake import comparing, restating
from commune_desk.store.writing.transaction import Tx
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.two_communes import Two
from tests.sync.erasure.test_erased_at_desks import erased
from tests.sync.meeting import test_begun_amid as amid
from tests.sync.meeting.test_begun_amid import GONE, Later, of_the_child

pytestmark = pytest.mark.usefixtures("store_engine")

later, nobody_asks = amid.later, amid.nobody_asks


def test_of_two_snapshots_the_older_one_brings_nothing_back(two: Two, child: RecordId, later: Later) -> None:
    later.prepare(lambda: erased(two, child))
    for desk in later.at_each_boundary(RealDesk.sync):
        later.next_sync(desk)
        assert of_the_child(desk, child) == GONE
        assert later.is_as_the_province(desk)


@pytest.mark.usefixtures("nobody_asks")
def test_not_asking_where_it_stands_the_older_snapshot_would_bring_back_who_was_erased(
    two: Two, child: RecordId, later: Later
) -> None:
    """The twin."""
    later.prepare(lambda: erased(two, child))
    desk = later.desk()
    assert later.begin(desk, 1, desk.sync)
    later.next_sync(desk)
    assert of_the_child(desk, child) == (["0912000111"], 1)
    assert not later.is_as_the_province(desk)


def begun_by_two(two: Two, child: RecordId, later: Later) -> RealDesk:
    """A desk begun by two snapshots at once: what the older one says falls behind what the newer one says of it."""
    later.prepare(lambda: erased(two, child))
    desk, (scope, events, position) = later.desk(), later.snapshot
    _, newer, newer_place = later.snapshot_of_now()
    first, second = Beginning(scope, position), Beginning(scope, newer_place)
    for beginning in (first, second):
        assert desk.register.write(beginning.start).result()[0]
    for beginning, lines in ((second, newer), (first, events)):
        for records in restating.portions(lines, Pace(len(lines))):
            desk.run(partial(beginning.restate, records=records))
    for beginning in (second, first):
        desk.run(beginning.end)
    assert (second.is_overtaken, first.is_overtaken) == (False, True)
    assert of_the_child(desk, child) == (["0912000111"], 1)
    later.next_sync(desk)
    return desk


def test_whoever_was_overtaken_by_another_snapshot_begins_again(two: Two, child: RecordId, later: Later) -> None:
    desk = begun_by_two(two, child, later)
    assert of_the_child(desk, child) == GONE
    assert later.is_as_the_province(desk)


def test_not_noting_it_then_who_was_erased_would_be_back(
    two: Two, child: RecordId, later: Later, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: the newer snapshot was taken over whole, so nothing else says that the scope is to be begun."""

    def asks_only(self: Beginning, tx: Tx) -> bool:
        self.is_overtaken |= comparing.cursor_of(tx.connection, self._scope) != self._stood
        return not self.is_overtaken

    monkeypatch.setattr(Beginning, "_is_still_there", asks_only)
    desk = begun_by_two(two, child, later)
    assert of_the_child(desk, child) == (["0912000111"], 1)
    assert not later.is_as_the_province(desk)
