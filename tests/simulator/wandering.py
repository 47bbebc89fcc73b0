"""The kinds of courses in which children move and are joined: what happens in each, and what must hold at rest."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.store_engine import engine
from tests.simulator import busy, communes, lost, lost_lives, struck, together, withdrawn
from tests.simulator.at_rest import AT_REST, Check
from tests.simulator.communes import ACTIONS, CROWDED, RESTORES, WITH_JOINS, WITH_RESTORES, Act, Course
from tests.simulator.joined import CHECKS
from tests.simulator.lost_at_rest import LOST_AT_REST
from tests.simulator.seeds import Broken
from tests.simulator.whole_at_rest import ALL_AT_REST
from tests.simulator.withdrawn_at_rest import WITHDRAWN_AT_REST


@dataclass(frozen=True)
class Wandering:
    """A kind of course."""

    name: str
    actions: dict[Act, int]
    checks: Sequence[Check]
    course_of: Callable[[int, Path], AbstractContextManager[Course]] = communes.course_of
    settle: Callable[[Course], None] = communes.settle
    steps: int = communes.STEPS

    def play(self, seed: int) -> list[str]:
        """The trace of a whole course. Raises Broken."""
        with tempfile.TemporaryDirectory(prefix="course-") as folder:
            try:
                return self._played(seed, Path(folder))
            finally:
                engine.forget(Path(folder))

    def breaks(self, seed: int) -> bool:
        try:
            self.play(seed)
        except Broken:
            return True
        return False

    def _played(self, seed: int, folder: Path) -> list[str]:
        with self.course_of(seed, folder) as course:
            try:
                communes.play(course, self.actions, self.settle, self.steps)
                for check in self.checks:
                    check(course)
            except Exception as error:
                raise Broken.off(self.name, seed, error, course.trace) from error
            return course.trace


MOVES = Wandering("moves", ACTIONS, AT_REST)
RESTORED = Wandering("restores", WITH_RESTORES, AT_REST)
JOINS = Wandering("joins", WITH_JOINS, CHECKS)
IN_A_CROWD = Wandering("crowd", CROWDED, CHECKS)
JOINS_RESTORED = Wandering("joins-restores", WITH_JOINS | RESTORES, CHECKS)
TOGETHER = Wandering("together", together.WITH_RESTORES, ALL_AT_REST, together.course_of, together.settle, 60)
DISKS_TOGETHER = Wandering("together-lives", together.WITH_LIVES, ALL_AT_REST, together.course_of, together.settle, 60)
BOTH_TOGETHER = Wandering("together-both", together.WITH_BOTH, ALL_AT_REST, together.course_of, together.settle, 60)
BUSY = Wandering("busy", busy.WITH_BUSY, busy.BUSY_AT_REST, together.course_of, together.settle, 60)
BUSY_BOTH = Wandering("busy-both", busy.WITH_BUSY_BOTH, busy.BUSY_AT_REST, together.course_of, together.settle, 60)
BUSY_REVOKED = Wandering("busy-revoked", busy.WITH_REVOKED, busy.BUSY_AT_REST, together.course_of, together.settle, 60)
POOR = Wandering("poor-lines", busy.WITH_POOR_LINES, busy.BUSY_AT_REST, together.course_of, together.settle, 60)
LOST = Wandering("lost", lost.WITH_LOST, LOST_AT_REST, lost.course_of, lost.settle, lost.STEPS)
LOST_LIVES = Wandering("lost-lives", lost_lives.WITH_LOST_LIVES, LOST_AT_REST, lost.course_of, lost.settle, lost.STEPS)
WITHDRAWN = Wandering(
    "withdrawn",
    withdrawn.WITH_WITHDRAWN,
    WITHDRAWN_AT_REST,
    withdrawn.course_of,
    withdrawn.settle,
    withdrawn.STEPS,
)
STRUCK = Wandering("moves-struck", struck.MOVES, CHECKS, struck.on_disks(struck.with_children), communes.settle, 60)
STRUCK_TOGETHER = Wandering(
    "together-struck", struck.TOGETHER, ALL_AT_REST, struck.on_disks(together.course_of), together.settle, 80
)
STRUCK_BUSY = Wandering(
    "busy-struck", struck.BUSY, busy.BUSY_AT_REST, struck.on_disks(together.course_of), together.settle, 80
)
KINDS = (
    MOVES,
    RESTORED,
    JOINS,
    IN_A_CROWD,
    JOINS_RESTORED,
    TOGETHER,
    DISKS_TOGETHER,
    BOTH_TOGETHER,
    BUSY,
    BUSY_BOTH,
    BUSY_REVOKED,
    POOR,
    LOST,
    LOST_LIVES,
    WITHDRAWN,
    STRUCK,
    STRUCK_TOGETHER,
    STRUCK_BUSY,
)
