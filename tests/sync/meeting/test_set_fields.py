"""Lists of codes at the real province: what somebody added stays until somebody who saw it takes it away."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.merge import merge_set
from tests.sync.actors.server_fixtures import OTHER, ServerDesk, World
from tests.sync.actors.three_desks import DESKS, three_desks

pytestmark = pytest.mark.usefixtures("store_engine")

FIELD = "disability_types"


class File:
    """A child's file with one code that both desks have seen."""

    def __init__(self, world: World) -> None:
        self._world = world
        self.id = uuid7()
        self.ours, self.theirs = world.desk(), world.desk()
        self.first = self.change(self.ours, None, "+mobility")

    def change(self, desk: ServerDesk, base: str | None, *codes: str) -> str:
        return desk.send("child_file", self.id, {FIELD: list(codes)}, base={FIELD: base})

    @property
    def codes(self) -> list[str]:
        members: list[str] = msgspec.json.decode(self._world.row("child_file", self.id)[FIELD])
        return members


def test_a_desks_own_waiting_addition_does_not_make_it_see_anothers(world: World) -> None:
    """Both add the same; one changes its mind before it has pulled. The other's addition was never seen by it."""
    file = File(world)
    file.change(file.theirs, file.first, "+vision")
    file.change(file.ours, file.first, "+vision")
    file.change(file.ours, file.first, "-vision")
    assert file.codes == ["mobility", "vision"]


def test_a_desks_own_waiting_change_does_not_hide_what_was_taken_back(world: World) -> None:
    file = File(world)
    gone = file.change(file.theirs, file.first, "-mobility")
    file.change(file.theirs, gone, "+mobility")
    file.change(file.ours, file.first, "+hearing")
    file.change(file.ours, file.first, "-mobility")
    assert file.codes == ["hearing", "mobility"]


def test_a_desk_takes_back_its_own_addition_before_it_has_pulled_it(world: World) -> None:
    file = File(world)
    file.change(file.ours, file.first, "+vision")
    file.change(file.ours, file.first, "-vision")
    assert file.codes == ["mobility"]


def test_a_change_of_another_place_does_not_count_as_seen(world: World) -> None:
    """Places are counted for each scope: a high number in a busy commune says nothing about this one."""
    file = File(world)
    busy = world.desk({OTHER: Role.COMMUNE_OFFICER})
    for _ in range(9):
        elsewhere = busy.send("child_file", uuid7(), {FIELD: ["+vision"]}, scope=OTHER)
    file.change(file.theirs, file.first, "+vision")
    file.change(file.ours, elsewhere, "-vision")
    assert file.codes == ["mobility", "vision"]


def test_if_the_last_change_of_the_field_counted_as_seen_the_addition_would_be_lost() -> None:
    """The twin: told that its author saw its own waiting change and all before it, the rule removes both additions."""
    tags = merge_set({}, ["+vision"], desk="theirs", order=2, seen=1)
    tags = merge_set(tags, ["+vision"], desk="ours", order=3, seen=1)
    assert merge_set(tags, ["-vision"], desk="ours", order=4, seen=1) == {"vision": {"theirs": 2}}
    assert merge_set(tags, ["-vision"], desk="ours", order=4, seen=3) == {}


def test_desks_name_what_they_pulled_and_never_their_own_waiting_change() -> None:
    with three_desks() as office:
        office.change(0, FIELD, ("dt1",))
        for desk in DESKS:
            office.sync(desk)
        office.change(1, FIELD, ("dt1", "dt2"))
        office.sync(1)
        office.change(0, FIELD, ("dt1", "dt2", "dt3"))
        office.change(0, FIELD, ("dt3",))
        office.sync(0)
        assert office.model.truth.members.keys() == {"dt2", "dt3"}
        office.sync(0)
        office.change(0, FIELD, ("dt3",))
        office.sync(0)
        assert office.model.truth.members.keys() == {"dt3"}
