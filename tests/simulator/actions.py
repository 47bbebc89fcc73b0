"""The actions a course of events is drawn from. What is built later (moves, files, bundles) adds its own here."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.simulator import lives, surroundings, syncs, work
from tests.simulator.pc import Pc
from tests.simulator.world import World


@dataclass(frozen=True)
class Action:
    """Something that happens at a desk; `run` says what came of it, without anything that keys or hours decide."""

    name: str
    weight: int
    run: Callable[[World, Pc], str]


ACTIONS = (
    Action("registers a child", 3, work.register_child),
    Action("writes once", 2, work.visit_or_tell),
    Action("takes a report", 2, work.report),
    Action("gets a report from the province", 1, work.report_from_province),
    Action("edits", 12, work.edit),
    Action("opens a form", 4, work.open_form),
    Action("saves the form", 4, work.save_form),
    Action("decides", 4, work.decide),
    Action("syncs", 10, syncs.plain),
    Action("syncs on a bad line", 8, syncs.on_a_bad_line),
    Action("syncs with a failing disk", 4, syncs.with_a_failing_disk),
    Action("syncs until the power goes", 4, syncs.with_a_power_cut),
    Action("syncs while somebody types", 5, syncs.while_somebody_types),
    Action("sends all again", 1, syncs.send_all_again),
    Action("saves on a failing disk", 2, surroundings.disk_fails_while_saving),
    Action("loses power", 2, surroundings.power_fails),
    Action("sees the province lose power", 1, surroundings.power_fails_at_the_province),
    Action("sees the server restart", 1, surroundings.server_restarts),
    Action("sees a request arrive late", 2, surroundings.late_request_arrives),
    Action("sees time pass", 3, surroundings.time_passes),
    Action("has its clock jump", 2, surroundings.clock_jumps),
)
MEANWHILE = tuple(
    one
    for one in ACTIONS
    if one.run in (work.edit, work.decide, work.register_child, syncs.plain, surroundings.time_passes)
)
"""What others may do while a request of a desk is under way."""


_OF_LIVES = (
    Action("has its disk copied", 4, lives.takes_an_image),
    Action("is set back to a copy", 3, lives.is_set_back),
    Action("goes on as two", 2, lives.is_cloned),
    Action("is enrolled anew", 4, lives.enrols_anew),
)


@dataclass(frozen=True)
class Kind:
    """What may happen in a course of events."""

    name: str
    actions: tuple[Action, ...]
    meanwhile: tuple[Action, ...]


ALONE = {"syncs", "is set back to a copy", "is enrolled anew"}
"""What a machine does not do while it syncs."""
OFFICE = Kind("office", ACTIONS, MEANWHILE)
LIVES = Kind("lives", (*ACTIONS, *_OF_LIVES), (*MEANWHILE, *_OF_LIVES))


def draw(world: World, among: tuple[Action, ...]) -> Action:
    return world.chance.choices(among, [one.weight for one in among])[0]
