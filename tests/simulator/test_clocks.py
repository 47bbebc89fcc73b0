"""I15 on fresh courses: wrong clocks change nothing that people review, nor where children move."""

from __future__ import annotations

from typing import Any

import pytest

from sync.merge import Decision, Outcome
from sync.server.intake import merging
from tests.simulator.clocks import MOVES, OFFICE
from tests.simulator.courses import played
from tests.simulator.seeds import fresh, kept

pytestmark = pytest.mark.usefixtures("store_engine")
KINDS = [OFFICE.name, MOVES.name]
LONG, CHUNKS = 10, range(4)


@pytest.mark.parametrize("seed", kept(MOVES.name))
def test_wrong_clocks_change_nothing_where_children_move(seed: int) -> None:
    played(MOVES.name, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_nor_in_a_fresh_course(kind: str) -> None:
    for seed in fresh(1, chunk=0):
        played(kind, seed)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", CHUNKS)
def test_nor_in_many(kind: str, chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(kind, seed)


def test_a_rule_that_asks_the_clocks_would_be_found_where_children_move(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: by hours instead of by what was seen, in fields that people review."""

    def by_the_clock(rule: Any, standing: Any, incoming: Any, base: Any, stamp: int, change_id: str = "") -> Decision:
        later = (stamp, change_id) >= (standing.stamp, standing.writer or "")
        return Decision(Outcome.APPLIED, incoming) if later else Decision(Outcome.OLDER, standing.value)

    monkeypatch.setattr(merging, "decide", by_the_clock)
    assert any(map(MOVES.breaks, kept(MOVES.name)))
