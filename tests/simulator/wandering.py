"""The kinds of courses in which children move and are joined: what happens in each, and what must hold at rest."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.helpers.store_engine import engine
from tests.simulator import communes
from tests.simulator.at_rest import AT_REST, Check
from tests.simulator.communes import ACTIONS, CROWDED, RESTORES, WITH_JOINS, WITH_RESTORES, Act, course_of
from tests.simulator.joined import CHECKS
from tests.simulator.seeds import Broken


@dataclass(frozen=True)
class Wandering:
    """A kind of course."""

    name: str
    actions: dict[Act, int]
    checks: Sequence[Check]

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
        with course_of(seed, folder) as course:
            try:
                communes.play(course, self.actions)
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
KINDS = (MOVES, RESTORED, JOINS, IN_A_CROWD, JOINS_RESTORED)
