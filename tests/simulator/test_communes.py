"""Whatever moves where and when: no visit is lost, no edit vanishes, and nothing stays where a child has left."""

from __future__ import annotations

import pytest

from sync.change import Change
from sync.server.intake import relocating, whereabouts
from tests.simulator.courses import played
from tests.simulator.seeds import fresh, kept
from tests.simulator.wandering import MOVES, RESTORED

pytestmark = pytest.mark.usefixtures("store_engine")

KINDS = [MOVES.name, RESTORED.name]
LONG, CHUNKS = 15, range(4)


@pytest.mark.parametrize("seed", kept(MOVES.name))
def test_children_move_and_nothing_is_lost(seed: int) -> None:
    played(MOVES.name, seed)


@pytest.mark.parametrize("seed", kept(RESTORED.name))
def test_a_province_put_back_while_children_move_loses_nothing(seed: int) -> None:
    """I17 and I12 at once."""
    played(RESTORED.name, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_course_of_moves_holds(kind: str) -> None:
    for seed in fresh(1, chunk=0):
        played(kind, seed)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_courses_of_moves_hold(kind: str, chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(kind, seed)


def test_a_leave_that_takes_too_little_along_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the person alone moves, and late visits stay where they were written."""
    monkeypatch.setattr(relocating, "_family_of", lambda connection, person: relocating._Family([person]))
    monkeypatch.setattr(whereabouts.Whereabouts, "_route_new", lambda self, change: _stays(change))
    assert any(map(MOVES.breaks, range(12)))


def _stays(change: Change) -> whereabouts.Route:
    return whereabouts.Route(change.scope, {change.scope: ""})
