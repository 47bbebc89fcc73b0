"""A province that was put back hears desks in any order: what is written about a child who has not come yet is kept,
and merged behind what brings the child, as if it had been heard in its turn."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.change import Line
from sync.server.answers import log_export
from sync.server.commands import proof_commands
from sync.server.engine import tables
from sync.server.intake import awaited
from sync.server.lifecycle import chains
from sync.server.lifecycle.erasing import Ordered, erase
from tests.sync.actors.server_fixtures import OTHER, SHELTER, ServerDesk, World
from tests.sync.moves.test_server_joins import alias, joined_to
from tests.sync.moves.test_server_moves import Child, page_of, relocation
from tests.sync.wire.test_log_verifier import read, verify

pytestmark = pytest.mark.usefixtures("store_engine")

THIRD = "C:06844"
ASIDE, OK = [("quarantined", "moved")], [("ok", "")]


@pytest.fixture
def child(world: World) -> Child:
    return Child(world.desk())


@pytest.fixture
def new(world: World) -> ServerDesk:
    return world.desk({OTHER: Role.COMMUNE_OFFICER})


def phone(desk: ServerDesk, child: Child, number: str, base: str | None = None, **more: object) -> Line:
    return desk.change("person", child.person, {"phone": number}, **{"base": {"phone": base}, "scope": OTHER} | more)


def rests(world: World) -> bool:
    """Nothing is set aside, nothing waits, and every chain leads to its head."""
    left = world.count("quarantine"), world.count("awaited")
    return (left, world.read(chains.first_break)) == ((0, 0), "")


def test_it_is_merged_behind_the_move_and_told_with_it(world: World, child: Child, new: ServerDesk) -> None:
    edit, further = phone(new, child, "0912000001"), new.change("person", uuid7(), {"full_name": "Bàn A"}, scope=OTHER)
    assert new.results(edit, further) == [*ASIDE, *OK]
    move = child.move(OTHER)
    told = [line.change.id for _, line in page_of(new, OTHER, world).events]
    assert (told[0], told[1], told[-1]) == (further.change.id, move, edit.change.id)
    assert world.row("person", child.person)["phone"] == "0912000001"
    assert rests(world)


def test_sent_once_more_it_is_known(world: World, child: Child, new: ServerDesk) -> None:
    edit = phone(new, child, "0912000001")
    assert new.results(edit) == ASIDE
    assert new.results(edit) == ASIDE
    child.move(OTHER)
    assert new.results(edit) == [("dup", "")]
    assert rests(world)


def test_without_looking_for_what_waits_it_would_stay_aside(
    world: World, child: Child, new: ServerDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(awaited, "numbers_for", lambda *_: [])
    with pytest.raises(AssertionError):
        test_it_is_merged_behind_the_move_and_told_with_it(world, child, new)


def test_who_had_heard_whom_is_kept_whoever_comes_first(world: World, child: Child, new: ServerDesk) -> None:
    """A colleague corrected it, having seen the first: nobody need be asked."""
    colleague = world.desk({OTHER: Role.COMMUNE_OFFICER})
    first = phone(new, child, "0912000001")
    second = phone(colleague, child, "0912000002", first.change.id, stamp=first.change.stamp + 1)
    assert (colleague.results(second), new.results(first)) == (ASIDE, ASIDE)
    child.move(OTHER)
    assert world.row("person", child.person)["phone"] == "0912000002"
    assert (world.open_conflicts(), rests(world)) == ([], True)


def test_a_move_on_and_what_was_written_there_follow(world: World, child: Child, new: ServerDesk) -> None:
    third = world.desk({THIRD: Role.COMMUNE_OFFICER})
    assert third.results(phone(third, child, "0912000003", scope=THIRD)) == ASIDE
    assert new.results(relocation(new, child.person, "move", THIRD, scope=OTHER)) == ASIDE
    child.move(OTHER)
    assert world.row("person", child.person)["scope"] == THIRD
    assert world.row("person", child.person)["phone"] == "0912000003"
    assert page_of(third, THIRD, world).events[-1][1].change.desk == third.id
    assert rests(world)


def test_a_joining_waits_for_both(world: World, child: Child, new: ServerDesk) -> None:
    kept = Child(world.desk())
    assert new.results(alias(new, child.person, kept.person, scope=OTHER)) == ASIDE
    child.move(OTHER)
    assert joined_to(world, child) is None
    kept.move(OTHER)
    assert joined_to(world, child) == kept.person
    assert rests(world)


def test_a_guest_waits_for_its_share(world: World, child: Child) -> None:
    house = world.desk({SHELTER: Role.SHELTER_HEAD})
    share = relocation(child.desk, child.person, "share", SHELTER)
    house.clock.saw(share.change.stamp)
    assert house.results(phone(house, child, "0912000004", scope=SHELTER)) == ASIDE
    assert house.results(relocation(house, child.person, "unshare", SHELTER, scope=SHELTER)) == ASIDE
    assert child.desk.results(share) == OK
    assert world.row("person", child.person)["phone"] == "0912000004"
    assert (world.count("guest"), rests(world)) == (0, True)


def test_a_move_waits_for_the_child_to_be_made(world: World, new: ServerDesk) -> None:
    made, colleague, person = world.desk(), world.desk(), uuid7()
    assert colleague.results(relocation(colleague, person, "move", OTHER)) == ASIDE
    made.send("person", person, {"full_name": "Chìu Văn Sáng"})
    assert world.row("person", person)["scope"] == OTHER
    assert rests(world)


def test_the_second_of_two_moves_waits_for_nothing(world: World, child: Child) -> None:
    """The child has left already: its desk hears so, and may ask the new home."""
    colleague, _third = world.desk(), world.desk({THIRD: Role.COMMUNE_OFFICER})
    child.move(OTHER)
    assert colleague.results(relocation(colleague, child.person, "move", THIRD)) == ASIDE
    assert (world.count("quarantine"), world.count("awaited")) == (1, 0)


def test_what_does_not_fit_once_it_is_there_stays_aside(world: World, child: Child, new: ServerDesk) -> None:
    """Its id was used meanwhile."""
    edit = phone(new, child, "0912000001")
    assert new.results(edit) == ASIDE
    new.send("person", uuid7(), {"full_name": "Bàn Thị Một"}, scope=OTHER, id=edit.change.id)
    child.move(OTHER)
    assert (world.count("quarantine"), world.count("awaited")) == (1, 0)
    assert world.row("person", child.person)["phone"] is None


def test_of_whom_the_law_erased_nothing_comes_back(world: World, child: Child, new: ServerDesk) -> None:
    assert new.results(phone(new, child, "0912000001")) == ASIDE
    world.write(lambda c: erase(c, world.province, "person", child.person, Ordered("Sở Y tế", "QĐ 12/2026"))[0])
    assert b"0912000001" not in b"".join(world.rows(select(tables.quarantine.c.raw))[0])
    child.desk.push(relocation(child.desk, child.person, "move", OTHER))
    assert world.read(chains.first_break) == ""


def test_many_desks_in_one_push(world: World, new: ServerDesk) -> None:
    """Each is merged behind the move that it waits for, and what follows in the push finds it there."""
    one, two = Child(world.desk()), Child(world.desk())
    mover = world.desk()
    assert new.results(phone(new, two, "0912000002"), phone(new, one, "0912000001")) == [*ASIDE, *ASIDE]
    moves = [relocation(mover, child.person, "move", OTHER) for child in (one, two)]
    visit = mover.change("home_visit", uuid7(), {"person": one.person, "visited_on": "2026-11-20", "observations": "x"})
    assert mover.results(*moves, visit) == [*OK, *OK, ("late", "")]
    assert [world.row("person", child.person)["phone"] for child in (one, two)] == ["0912000001", "0912000002"]
    assert rests(world)


def test_a_stranger_can_check_the_log(world: World, child: Child, new: ServerDesk, tmp_path: Path) -> None:
    assert new.results(phone(new, child, "0912000001", signing=None)) == ASIDE
    child.move(OTHER)
    log_export.export_log(world.province, tmp_path / "log")
    lines = read(tmp_path / "log")
    code, said = verify(lines, proof_commands.authority_fingerprint(world.province), tmp_path)
    assert code == 0, said
    assert not [line for line in lines if line["t"] == "aside"]
