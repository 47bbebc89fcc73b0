"""A province moves by its log though somebody wrote late: of a share that had ended, or where a child had been."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from sync.server.engine.database import Database
from sync.server.identity.province import Province
from sync.server.intake import relocating
from sync.server.lifecycle import moving, replaying
from sync.server.lifecycle.replaying import Progress
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import OTHER, SHELTER, World, command, province_in
from tests.sync.moves.test_sealed_again import SealedRecord
from tests.sync.moves.test_server_joins import alias, join
from tests.sync.moves.test_server_moves import Child, relocation
from tests.sync.moves.test_stay_of_a_joined_record import tell_only_who_holds_whom_it_names

THIRD, AT = "C:06844", "2026-11-22T03:00:00Z"
Course = Callable[[World], None]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with engine.chosen(None), province_in(tmp_path) as opened:
        yield opened


def _edited_after_the_share_ended(world: World) -> None:
    """By the house, twice: the home is told the share and its end once more before it."""
    house, child = world.desk({SHELTER: Role.SHELTER_HEAD}), Child(world.desk())
    for _ in range(2):
        share = relocation(child.desk, child.person, "share", SHELTER)
        assert child.desk.results(share) == [("ok", "")]
        back = relocation(house, child.person, "unshare", SHELTER, scope=SHELTER)
        assert house.results(back) == [("ok", "")]
        late = house.change("person", child.person, {"phone": "0912000005"}, scope=SHELTER)
        assert house.results(late)[0][0] in ("conflict", "noop")


def _sealed_again_for_who_had_moved_on(world: World) -> None:
    new = world.desk({OTHER: Role.COMMUNE_OFFICER})
    world.desk({THIRD: Role.COMMUNE_OFFICER})
    child = Child(world.desk())
    sealed = SealedRecord(child)
    child.move(OTHER)
    child.move(THIRD, desk=new, scope=OTHER)
    assert child.desk.results(sealed.again(sealed.writer)) == [("quarantined", "moved")]


def _joined_where_one_of_the_two_had_left(world: World) -> None:
    new = world.desk({OTHER: Role.COMMUNE_OFFICER})
    world.desk({THIRD: Role.COMMUNE_OFFICER})
    child, kept = Child(world.desk()), Child(world.desk())
    for one in (kept, child):
        one.move(OTHER)
    kept.move(THIRD, desk=new, scope=OTHER)
    assert new.results(alias(new, child.person, kept.person, scope=OTHER)) == [("quarantined", "moved")]


def _held_by_the_record_joined(world: World) -> None:
    """By a house and by a further commune; the former hears of the move for the sake of the one who was joined."""
    world.desk({SHELTER: Role.SHELTER_HEAD, OTHER: Role.COMMUNE_OFFICER, THIRD: Role.COMMUNE_OFFICER})
    old, kept = Child(world.desk()), Child(world.desk())
    for child, to in ((old, SHELTER), (old, THIRD), (kept, THIRD)):
        assert child.desk.results(relocation(child.desk, child.person, "share", to)) == [("ok", "")]
    join(old, kept)
    kept.move(OTHER)


_WITHOUT_WAITING = (_edited_after_the_share_ended, _held_by_the_record_joined)
COURSES = (*_WITHOUT_WAITING, _sealed_again_for_who_had_moved_on, _joined_where_one_of_the_two_had_left)


def _taken_back_before_provinces_looked_for_a_stay(world: World) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(relocating, "is_protected", lambda connection, change: False)
        house, child = world.desk({SHELTER: Role.SHELTER_HEAD}), Child(world.desk())
        share = relocation(child.desk, child.person, "share", SHELTER)
        assert child.desk.results(share) == [("ok", "")]
        stay = {
            "status": "staying",
            "admitted_at": "2026-11-22T03:00:00Z",
            "home_commune": "06838",
            "case_code": "QN-1",
        }
        stay_id = uuid7()
        assert house.results(house.change("placement", stay_id, stay, scope=SHELTER, data=0)) == [("ok", "")]
        whom = {"person": child.person, "alias": "Hoa Sen", "reason": "isolation"}
        assert house.results(house.change("placement", stay_id, whom, scope=SHELTER)) == [("ok", "")]
        back = relocation(child.desk, child.person, "unshare", SHELTER)
        assert child.desk.results(back) == [("ok", "")]


def _moves(folder: Path) -> bool:
    return command(folder, "migrate-store", "--new-data", str(folder / "new" / "data")).returncode == 0


@pytest.mark.parametrize("course", COURSES)
def test_it_moves_and_what_waits_goes_on_waiting(world: World, tmp_path: Path, course: Course) -> None:
    course(world)
    waits = world.rows(select(tables.awaited))
    assert bool(waits) == (course not in _WITHOUT_WAITING)
    assert _moves(tmp_path)


def test_what_an_earlier_program_took_from_a_house_was_taken(world: World, tmp_path: Path) -> None:
    _taken_back_before_provinces_looked_for_a_stay(world)
    assert _moves(tmp_path)


def _told_by_an_earlier_program(world: World) -> None:
    """To those alone that held the record which the move names."""
    with pytest.MonkeyPatch.context() as patch:
        tell_only_who_holds_whom_it_names(patch)
        _held_by_the_record_joined(world)


def test_a_move_that_an_earlier_program_told_to_fewer_moves(world: World, tmp_path: Path) -> None:
    _told_by_an_earlier_program(world)
    assert _moves(tmp_path)


def test_told_to_all_who_hold_the_child_now_it_would_move_nowhere(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(replaying, "_told_along", lambda *_: None)
    _told_by_an_earlier_program(world)
    assert not _moves(tmp_path)


def test_asked_anew_of_each_change_the_log_would_move_nowhere(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    replayed = replaying._received
    monkeypatch.setattr(
        replaying, "_received", lambda *row: replace(one := replayed(*row), incoming=one.incoming.anew())
    )
    _taken_back_before_provinces_looked_for_a_stay(world)
    assert not _moves(tmp_path)


def test_told_once_more_it_would_be_merged_twice_and_moves_nowhere(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(replaying._Replay, "_is_told_again", lambda *_: False)
    _edited_after_the_share_ended(world)
    assert not _moves(tmp_path)


def test_taken_along_before_the_log_what_waits_would_be_merged_on_the_way(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""

    def first(source: Province, target: Database, progress: Progress) -> None:
        moving._copy(source.database, target, tables.awaited)
        replaying.replay(source, target, progress)

    monkeypatch.setattr(moving, "replay", first)
    _sealed_again_for_who_had_moved_on(world)
    assert not _moves(tmp_path)
