"""One course of events: drawn, checked after every step, brought to rest, and checked again."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.simulator import lives, work
from tests.simulator.actions import ALONE, OFFICE, Kind, draw
from tests.simulator.invariants import ALWAYS
from tests.simulator.oracle import TRACKED
from tests.simulator.pc import Pc
from tests.simulator.quiet import decide_all, settle
from tests.simulator.seeds import Broken
from tests.simulator.world import World, world_of

STEPS = 35
_BUSY, _SELDOM = 4, 1
"""The desks of the commune have more in common than the shelter's."""
_TOLD = 12
"""The last lines of a trace, which a failure tells."""
_OFTEN = 0.25
"""How often others have their turn while a request is under way."""


def play(seed: int, kind: Kind = OFFICE, *, steps: int = STEPS, may_skew: bool = True) -> list[str]:
    """The trace of a whole course. Raises Broken with the seed and the last steps."""
    with world_of(seed) as world:
        world.may_skew = may_skew
        world.meanwhile = _others(kind)
        try:
            for step in range(steps):
                _step(world, step, kind)
            settle(world)
            decide_all(world)
            _all_write_once_more(world)
        except Exception as error:
            raise Broken.off(kind.name, seed, error, world.trace[-_TOLD:]) from error
        return [*world.trace, *_final(world)]


def _all_write_once_more(world: World) -> None:
    """I18: by now nobody is taken for another, and what each of them writes arrives."""
    if world.doubled:
        for pc in world.pcs:
            work.visit_or_tell(world, pc)
        settle(world)
        lives.nobody_is_two(world)


def player(kind: Kind) -> Callable[[int], list[str]]:
    """What plays whole courses of a kind."""
    return partial(play, kind=kind)


def breaks(seed: int, kind: Kind = OFFICE) -> bool:
    """Whether a short course ends badly."""
    try:
        play(seed, kind, steps=25)
    except Broken:
        return True
    return False


def _step(world: World, step: int, kind: Kind) -> None:
    busy = [_SELDOM if pc.is_shelter else _BUSY for pc in world.pcs]
    action, pc = draw(world, kind.actions), world.chance.choices(world.pcs, busy)[0]
    world.say(f"{step:3} desk {pc.number} {action.name}")
    said = action.run(world, pc)
    world.say(f"      {said}")
    world.settle(pc)
    for check in ALWAYS:
        check(world)


def _others(kind: Kind) -> Callable[[World, Pc], None]:
    """What others do while a request of a desk is under way; a machine that syncs does not end in the midst of it."""

    def others_have_their_turn(world: World, busy: Pc) -> None:
        if world.chance.random() > _OFTEN:
            return
        action, pc = draw(world, kind.meanwhile), world.chance.choice(world.pcs)
        if pc is busy and action.name in ALONE:
            return
        world.meanwhile = None
        with busy.disk.unseen(), world.server.disk.unseen():
            said = action.run(world, pc)
        world.say(f"      meanwhile desk {pc.number} {action.name}: {said}")
        world.meanwhile = others_have_their_turn

    return others_have_their_turn


def _final(world: World) -> list[str]:
    """What stands at the end, record by record in the order they were made."""
    found = []
    for number, subject in enumerate(world.oracle.subjects.values()):
        truth = subject.model.truth
        members = {name: sorted(truth.members) for name in TRACKED[subject.kind] if name == "disability_types"}
        found.append(f"{number} {subject.kind} {sorted(truth.value.items())} {members}")
    return found
