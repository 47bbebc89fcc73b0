"""Disks fill up or are busy and the power goes, at any statement of either side, while children move and whatever else.

I6, I12 and I14 at once: rows and cursors, what has left and that it has left, are on a disk together or not at all.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pytest

from commune_desk.store.intake import departures
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.writing.transaction import Tx
from sync import protocol
from sync.change import FeedPosition, Line
from tests.simulator.courses import played
from tests.simulator.seeds import fresh, kept
from tests.simulator.wandering import STRUCK, STRUCK_BUSY, STRUCK_TOGETHER

on_both_engines = pytest.mark.usefixtures("store_engine")

KINDS = [STRUCK.name, STRUCK_TOGETHER.name, STRUCK_BUSY.name]
LONG, CHUNKS = 10, range(4)


@on_both_engines
@pytest.mark.parametrize("seed", kept(STRUCK.name))
def test_whichever_statement_meets_trouble_while_children_move_nothing_is_lost(seed: int) -> None:
    played(STRUCK.name, seed)


@on_both_engines
@pytest.mark.parametrize("seed", kept(STRUCK_TOGETHER.name))
def test_nor_while_all_happens_at_once(seed: int) -> None:
    played(STRUCK_TOGETHER.name, seed)


@on_both_engines
@pytest.mark.parametrize("seed", kept(STRUCK_BUSY.name))
def test_nor_amid_photos_and_decisions_where_the_province_and_disks_are_put_back(seed: int) -> None:
    played(STRUCK_BUSY.name, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_course_of_strikes_holds(kind: str) -> None:
    for seed in fresh(1, chunk=0):
        played(kind, seed)


@pytest.mark.long
@on_both_engines
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_courses_of_strikes_hold(kind: str, chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(kind, seed)


def test_a_cursor_on_the_disk_before_its_rows_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: cursor and rows are two transactions."""
    honest = Incoming.apply

    def cursor_first(
        self: Incoming, events: Sequence[tuple[protocol.Event, Line]], positions: Mapping[str, FeedPosition]
    ) -> None:
        for scope, position in positions.items():
            self._move_cursor(scope, position)
        _in_two(self._tx)
        honest(self, events, positions)

    monkeypatch.setattr(Incoming, "apply", cursor_first)
    assert any(map(STRUCK.breaks, kept(STRUCK.name)))


def test_a_leave_that_is_over_before_its_rows_are_gone_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what has left is removed behind the transaction that says it is gone."""
    honest = departures._remove

    def gone_first(tx: Tx, kind: str, record: str, *, keeps_drafts: bool) -> int:
        tx.connection.execute("UPDATE departure SET is_gone=1 WHERE record=?", (record,))
        _in_two(tx)
        return honest(tx, kind, record, keeps_drafts=keeps_drafts)

    monkeypatch.setattr(departures, "_remove", gone_first)
    assert any(map(STRUCK.breaks, kept(STRUCK.name)))


def _in_two(tx: Tx) -> None:
    tx.connection.execute("COMMIT")
    tx.connection.execute("BEGIN IMMEDIATE")
