"""By what the home of a record takes what a place writes that holds it as a guest, or has held it."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.access import Role
from sync.server.intake.whereabouts import Whereabouts
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World
from tests.sync.moves.test_server_moves import Child, page_of, relocation

pytestmark = pytest.mark.usefixtures("store_engine")


def shared(world: World) -> tuple[Child, ServerDesk, str]:
    """A child whom a house holds, its desk, and the share."""
    child, house = Child(world.desk()), world.desk({SHELTER: Role.SHELTER_WORKER})
    share = relocation(child.desk, child.person, "share", SHELTER)
    assert child.desk.results(share) == [("ok", "")]
    return child, house, share.change.id


def told(world: World, scope: str) -> list[tuple[str, str]]:
    """Of each event of the feed its change and what brought it there."""
    desk = world.desk({scope: Role.COMMUNE_OFFICER})
    return [(line.change.id, event.entered) for event, line in page_of(desk, scope, world).events]


def corrects(house: ServerDesk, child: Child, village: str = "Khe Bốc") -> str:
    return house.send("person", child.person, {"village": village}, scope=SHELTER)


def test_what_the_home_did_not_share_comes_by_its_own_move(world: World) -> None:
    child, house, _share = shared(world)
    first = corrects(house, child)
    move = child.move(OTHER)
    second = corrects(house, child, "Nà Ếch")
    assert (second, move) in told(world, OTHER)
    assert (first, move) in told(world, OTHER), "what stands came along"


def test_where_no_move_is_found_the_guests_word_is_set_aside(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """By a share that the home was never told none of its desks would believe it: their feed would stand still."""
    child, house, _share = shared(world)
    move = child.move(OTHER)
    monkeypatch.setattr(Whereabouts, "_last_move", lambda *_: "")
    late = house.change("person", child.person, {"village": "Khe Bốc"}, scope=SHELTER)
    assert house.results(late) == [("quarantined", "moved")]
    assert {brought for _, brought in told(world, OTHER)} == {move}


@pytest.mark.parametrize("by_the_house", [False, True])
def test_the_home_is_told_the_share_once_more_and_what_ended_it(world: World, *, by_the_house: bool) -> None:
    child, house, share = shared(world)
    writer, scope = (house, SHELTER) if by_the_house else (child.desk, COMMUNE)
    back = relocation(writer, child.person, "unshare", SHELTER, scope=scope)
    assert writer.results(back) == [("ok", "")]
    lines = [house.change("person", child.person, {"village": one}, scope=SHELTER) for one in ("Khe Bốc", "Nà Ếch")]
    assert house.results(*lines) == [("conflict", ""), ("conflict", "")]
    assert told(world, COMMUNE)[-4:] == [
        (share, ""),
        (back.change.id, share if by_the_house else ""),
        *((line.change.id, share) for line in lines),
    ]


@pytest.mark.parametrize("by_the_house", [False, True])
def test_where_the_child_has_moved_since_its_move_is_enough(world: World, *, by_the_house: bool) -> None:
    child, house, _share = shared(world)
    writer, scope = (house, SHELTER) if by_the_house else (child.desk, COMMUNE)
    assert writer.results(relocation(writer, child.person, "unshare", SHELTER, scope=scope)) == [("ok", "")]
    move = child.move(OTHER)
    late = corrects(house, child)
    assert told(world, OTHER)[-1] == (late, move)
    assert house.world.row("person", child.person)["village"] != "Khe Bốc"
