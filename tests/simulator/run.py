"""One course of events: drawn, checked after every step, brought to rest, and checked again."""

from __future__ import annotations

from tests.simulator.actions import ACTIONS, MEANWHILE, Action, draw
from tests.simulator.invariants import ALWAYS
from tests.simulator.oracle import TRACKED
from tests.simulator.pc import Pc
from tests.simulator.quiet import decide_all, settle
from tests.simulator.seeds import keep
from tests.simulator.world import World, world_of

STEPS = 35
HOW_BUSY = (4, 4, 4, 1)
"""The desks of the commune have more in common than the shelter's."""
_OFTEN = 0.25
"""How often others have their turn while a request is under way."""


class Broken(AssertionError):
    """An invariant does not hold; the text leads back to the moment."""


def play(seed: int, *, steps: int = STEPS, actions: tuple[Action, ...] = ACTIONS, may_skew: bool = True) -> list[str]:
    """The trace of a whole course. Raises Broken with the seed and the last steps."""
    with world_of(seed) as world:
        world.may_skew = may_skew
        world.meanwhile = others_have_their_turn
        try:
            for step in range(steps):
                _step(world, step, actions)
            settle(world)
            decide_all(world)
        except Exception as error:
            told = "\n  ".join(world.trace[-12:])
            raise Broken(f"{error}\nagain: python -m tests.simulator {seed}\n  {told}") from error
        return [*world.trace, *_final(world)]


def played(seed: int) -> list[str]:
    """As `play`; a seed that fails is kept."""
    try:
        return play(seed)
    except Broken as broken:
        keep(seed, str(broken))
        raise


def breaks(seed: int) -> bool:
    """Whether a short course ends badly."""
    try:
        play(seed, steps=25)
    except Broken:
        return True
    return False


def _step(world: World, step: int, actions: tuple[Action, ...]) -> None:
    action, pc = draw(world, actions), world.chance.choices(world.pcs, HOW_BUSY)[0]
    world.say(f"{step:3} desk {pc.number} {action.name}")
    said = action.run(world, pc)
    world.say(f"      {said}")
    world.settle(pc)
    for check in ALWAYS:
        check(world)


def others_have_their_turn(world: World, busy: Pc) -> None:
    if world.chance.random() > _OFTEN:
        return
    action, pc = draw(world, MEANWHILE), world.chance.choice(world.pcs)
    if pc is busy and action.name == "syncs":
        return
    world.meanwhile = None
    with busy.disk.unseen(), world.server.disk.unseen():
        said = action.run(world, pc)
    world.say(f"      meanwhile desk {pc.number} {action.name}: {said}")
    world.meanwhile = others_have_their_turn


def _final(world: World) -> list[str]:
    """What stands at the end, record by record in the order they were made."""
    found = []
    for number, subject in enumerate(world.oracle.subjects.values()):
        truth = subject.model.truth
        members = {name: sorted(truth.members) for name in TRACKED[subject.kind] if name == "disability_types"}
        found.append(f"{number} {subject.kind} {sorted(truth.value.items())} {members}")
    return found
