"""I15 as courses of their own: played twice, with clocks that jump and with every clock right, each ends the same.

By its clock a desk tells whether it needs a hello; with one in each sync, lines and disks fail both courses alike.
"""

from __future__ import annotations

import random
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from commune_desk.domain.limits.lease import Lease
from commune_desk.store.exchange.replica import RegisterReplica
from sync.server.engine import tables
from tests.helpers.store_engine import engine
from tests.simulator import communes, run
from tests.simulator.at_rest import AT_REST, held
from tests.simulator.communes import Act, Course
from tests.simulator.oracle import PERSON, TRACKED
from tests.simulator.seeds import Broken
from tests.simulator.when import SKEWS, OwnClock, TrueTime, ids_of_the_seed
from tests.sync.actors.real_desks import RealDesk

_STEPS = 30
_ACTIONS = {act: often for act, often in communes.ACTIONS.items() if act is not communes.registers} | {
    communes.telephones: 14
}
"""Numbers meet. Whoever is registered by a clock of years ahead is no child, and refused: it is done before."""


@contextmanager
def without_trivia() -> Iterator[None]:
    """Leave out the one rule that goes by time: what is told of the rest must not depend on clocks.

    And the lease, which a clock of months ahead ends: a form that shows nothing sealed is filled where another is not.
    """
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(TRACKED, PERSON, ("phone",))
        patch.setattr(RegisterReplica, "kept_ticket", lambda self: None)
        patch.setattr(Lease, "is_over", lambda self, now: False)
        yield


@dataclass(frozen=True)
class TwoWays:
    """A kind of course that is played twice; `once` says what came of it, told whether clocks may be wrong."""

    name: str
    once: Callable[[int, bool], list[str]]

    def play(self, seed: int) -> list[str]:
        """The trace of both. Raises Broken where they part."""
        with without_trivia():
            wrong, right = self.once(seed, True), self.once(seed, False)
        if wrong == right:
            return wrong
        parted = [f"{one} | {other}" for one, other in zip(wrong, right, strict=False) if one != other]
        error = AssertionError(f"by the clocks: {parted[0] if parted else 'one went on'}")
        raise Broken.off(self.name, seed, error, parted)

    def breaks(self, seed: int) -> bool:
        try:
            self.play(seed)
        except Broken:
            return True
        return False


class _Machines:
    """The province's clock and the desks', in that order."""

    def __init__(self, *, may_skew: bool) -> None:
        self.true = TrueTime()
        self._may_skew = may_skew
        self._clocks: list[OwnClock] = []
        self._turn: OwnClock | None = None

    def clock(self) -> OwnClock:
        self._clocks.append(OwnClock(self.true))
        return self._clocks[-1]

    def now(self) -> datetime:
        return (self._turn or self.true).now()

    def at(self, act: Act) -> Act:
        """The same; what is made meanwhile has the hour of the machine."""

        def at_its_hour(course: Course, desk: RealDesk) -> str:
            self._turn = self._clocks[1 + course.desks.index(desk)]
            try:
                return act(course, desk)
            finally:
                self._turn = None

        at_its_hour.__name__ = act.__name__
        return at_its_hour

    def clock_jumps(self, course: Course, desk: RealDesk) -> str:
        """The battery of the clock, or whoever set it."""
        skew = course.chance.choice(SKEWS)
        if self._may_skew:
            self._clocks[1 + course.desks.index(desk)].skew = skew
        return str(skew.days)

    def time_passes(self, course: Course, _desk: RealDesk) -> str:
        seconds = course.chance.choice((1, 60, 1000, 90_000))
        self.true.pass_by(seconds)
        return str(seconds)


def _office(seed: int, may_skew: bool) -> list[str]:
    return run.play(seed, steps=_STEPS, may_skew=may_skew)


def _moves(seed: int, may_skew: bool) -> list[str]:
    machines = _Machines(may_skew=may_skew)
    acts: dict[Act, int] = {machines.at(act): often for act, often in _ACTIONS.items()}
    acts |= {machines.clock_jumps: 3, machines.time_passes: 2}
    with tempfile.TemporaryDirectory(prefix="course-") as folder:
        try:
            with (
                ids_of_the_seed(random.Random(seed + 1), machines),
                communes.course_of(seed, Path(folder), machines.clock) as course,
            ):
                for desk in course.desks:
                    communes.registers(course, desk)
                return _played(course, seed, acts)
        finally:
            engine.forget(Path(folder))


def _played(course: Course, seed: int, acts: dict[Act, int]) -> list[str]:
    try:
        communes.play(course, acts, communes.settle)
        for check in AT_REST:
            check(course)
    except Exception as error:
        raise Broken.off(MOVES.name, seed, error, course.trace) from error
    return [*course.trace, *_final(course)]


def _final(course: Course) -> list[str]:
    """What stands at the end, and what people are asked, by the children as they were registered."""
    people = {row.id: row for row in held(course, tables.RECORDS["person"])}
    visited = [row.person for row in held(course, tables.RECORDS["home_visit"])]
    asked = [row.record for row in held(course, tables.conflict) if row.closed_by is None]
    aside = sorted(row.code for row in held(course, tables.quarantine))
    return [
        f"{number} in {people[child].scope} phone {people[child].phone} visits {visited.count(child)}"
        f" asked {asked.count(child)}"
        for number, child in enumerate(course.children)
    ] + aside


OFFICE = TwoWays("office-clocks", _office)
MOVES = TwoWays("moves-clocks", _moves)
KINDS: Sequence[TwoWays] = (OFFICE, MOVES)
