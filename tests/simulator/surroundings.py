"""What happens to the machines while nobody syncs: restarts, power cuts, failing disks, clocks that jump, time."""

from __future__ import annotations

import requests

from tests.simulator import work
from tests.simulator.disk import Trouble
from tests.simulator.pc import Pc
from tests.simulator.when import SKEWS
from tests.simulator.world import World


def server_restarts(world: World, pc: Pc) -> str:
    world.server.restart()
    return ""


def power_fails(world: World, pc: Pc) -> str:
    with world.at(pc):
        pc.power_cut()
    return ""


def power_fails_at_the_province(world: World, pc: Pc) -> str:
    world.server.power_cut()
    return ""


def disk_fails_while_saving(world: World, pc: Pc) -> str:
    """What was not confirmed to the officer may be lost; what was may not."""
    before = len(pc.disk.log)
    with world.at(pc):
        opened = work.form(world, pc)
        if opened is None:
            return "nothing"
        pc.disk.arm(world.chance.randrange(1, 30), world.chance.choice(list(Trouble)))
        with pc.disk.watching():
            pc.submit(opened)
            pc.settle()
    world.settle(pc)
    return f"{opened.name} {opened.value} {pc.disk.log[before:]}"


def time_passes(world: World, pc: Pc) -> str:
    seconds = world.chance.choice((1, 60, 1000, 90_000))
    world.true.pass_by(seconds)
    return str(seconds)


def clock_jumps(world: World, pc: Pc) -> str:
    """The battery of the clock, or whoever set it."""
    skew = world.chance.choice(SKEWS)
    if world.may_skew:
        pc.clock.skew = skew
    return str(skew.days)


def late_request_arrives(world: World, pc: Pc) -> str:
    """A copy of an earlier request reaches the province after whatever came since."""
    if not pc.line.delayed:
        return "none"
    again = pc.line.delayed.pop(0)
    with world.server.disk.unseen():
        try:
            status = again()[0]
        except requests.ConnectionError:
            return "lost"
    assert status == 401, "a request was taken a second time"
    return str(status)
