"""A PC that has a second life: its disk is set back to an older copy, or a copy goes on beside it as the same desk.

Whoever is told that the register exists twice enrols anew, then or later, and goes on typing meanwhile.
"""

from __future__ import annotations

from sync.server.edge.enrolment import make_code
from sync.server.engine.database import WHOLE_PROVINCE
from tests.simulator.disk import copy_of
from tests.simulator.office import DESKS, SHELTER_DESK
from tests.simulator.pc import Image, Pc
from tests.simulator.world import World

_MOST_PCS, _MOST_IMAGES = 6, 3


def takes_an_image(world: World, pc: Pc) -> str:
    """Of the running machine, maybe in the midst of a sync."""
    pc.images = [*pc.images, _image(world, pc)][-_MOST_IMAGES:]
    return f"{len(pc.images)}"


def _image(world: World, pc: Pc) -> Image:
    world.tell_oracle()
    folder = world.place_for("image")
    copy_of(pc.disk.folder, folder)
    return Image(folder, frozenset(pc.confirmed), world.oracle.memory(pc.number))


def is_set_back(world: World, pc: Pc) -> str:
    """What was typed since the copy and not sent is gone with the disk; what was sent is not."""
    if not pc.images:
        return "no image"
    place = world.chance.randrange(len(pc.images))
    image = pc.images[place]
    with world.at(pc):
        pc.put_back(image)
    world.oracle.recall(pc.number, image.memory)
    world.doubled.add(pc.desk)
    return f"to {place + 1} of {len(pc.images)}"


def is_cloned(world: World, pc: Pc) -> str:
    if len(world.pcs) >= _MOST_PCS:
        return "enough"
    image = _image(world, pc)
    twin = world.add(image.folder)
    twin.confirmed = set(image.confirmed)
    twin.bases |= pc.bases
    world.oracle.recall(twin.number, image.memory)
    world.doubled.add(twin.desk)
    return f"as {twin.number}"


def enrols_anew(world: World, pc: Pc) -> str:
    """The officer does as the sync page says."""
    if not pc.is_stopped:
        return "goes on"
    with world.at(pc), world.server.disk.unseen():
        pc.enrol_anew(_code(world, pc))
    world.settle(pc)
    return "enrolled"


def _code(world: World, pc: Pc) -> str:
    grants = dict(DESKS[SHELTER_DESK if pc.is_shelter else 0])
    province = world.server.province
    return province.database.write(
        lambda connection: make_code(connection, province, grants, label="PC of tests", hours=72), WHOLE_PROVINCE
    ).code


def nobody_is_two(world: World) -> None:
    """I18: no two PCs go on under one name; each one's journal is what the province holds of its name."""
    names = [pc.desk for pc in world.pcs]
    assert len(names) == len(set(names)), "two go on as one desk"
