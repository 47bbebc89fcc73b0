"""All kinds of courses by name: whatever its kind, a course is played from a seed, and a seed that fails is kept."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from tests.simulator import clocks, run, wandering
from tests.simulator.actions import LIVES, OFFICE
from tests.simulator.seeds import Broken, keep

COURSES: Mapping[str, Callable[[int], list[str]]] = {
    **{kind.name: run.player(kind) for kind in (OFFICE, LIVES)},
    **{kind.name: kind.play for kind in wandering.KINDS},
    **{kind.name: kind.play for kind in clocks.KINDS},
}
"""By kind what plays a whole course and returns its trace, or raises Broken."""


def played(kind: str, seed: int) -> list[str]:
    """Play a course of a kind; a seed that fails is kept."""
    try:
        return COURSES[kind](seed)
    except Broken as broken:
        keep(kind, seed, str(broken))
        raise
