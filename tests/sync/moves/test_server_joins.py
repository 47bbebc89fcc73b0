"""Two records found to be one child: who may join them, what late changes do, and that they move and go as one."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from commune_desk.domain.limits.erasure import ABOUT
from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.change import Line
from sync.server.answers import log_export
from sync.server.commands import proof_commands
from sync.server.engine import tables
from sync.server.intake import joining, relocating
from sync.server.intake.merging import Batch
from sync.server.lifecycle import belonging
from sync.server.lifecycle.erasing import Act, Ordered, erase
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World
from tests.sync.moves.test_server_moves import VISIT, Child, page_of, relocation
from tests.sync.wire.test_log_verifier import read, verify

pytestmark = pytest.mark.usefixtures("store_engine")

OK, NOOP, CONFLICT = [("ok", "")], [("noop", "")], [("conflict", "")]
REFUSED = [("quarantined", "joined")]
THIRD, FOURTH = "C:06844", "C:06700"


@pytest.fixture
def old(world: World) -> Child:
    return Child(world.desk())


@pytest.fixture
def kept(world: World) -> Child:
    return Child(world.desk())


def alias(desk: ServerDesk, old: str, kept: str, **more: Any) -> Line:
    return desk.change("person", old, {"joined_to": kept}, **{"verb": "alias", "data": 0, "schema": 4} | more)


def join(old: Child, kept: Child, desk: ServerDesk | None = None) -> str:
    line = alias(desk or old.desk, old.person, kept.person)
    assert (desk or old.desk).results(line) == OK
    return line.change.id


def joined_to(world: World, child: Child) -> object:
    return world.row("person", child.person)["joined_to"]


def open_conflicts(world: World) -> list[tuple[str, str, str]]:
    """(record, field, who waits)."""
    table = tables.conflict
    rows = world.rows(select(table.c.record, table.c.field, table.c.theirs).where(table.c.closed_by.is_(None)))
    return sorted((record, field, theirs) for record, field, theirs in rows)


def nobody_else(_connection: Connection, people: Iterable[str]) -> set[str]:
    return set(people)


def test_every_place_that_holds_the_record_is_told_and_nothing_of_it_is_rewritten(
    world: World, old: Child, kept: Child
) -> None:
    house = world.desk({SHELTER: Role.SHELTER_WORKER})
    assert old.desk.results(relocation(old.desk, old.person, "share", SHELTER)) == OK
    before = page_of(old.desk, COMMUNE, world).events
    act = join(old, kept)
    page = page_of(kept.desk, COMMUNE, world)
    assert [line.raw for _, line in page.events[: len(before)]] == [line.raw for _, line in before]
    assert [(line.change.id, line.change.record) for _, line in page.events[len(before) :]] == [(act, old.person)]
    assert page_of(house, SHELTER, world).events[-1][1].change.id == act
    assert (joined_to(world, old), joined_to(world, kept)) == (kept.person, None)
    assert world.row("home_visit", old.visits[0])["person"] == old.person


def test_who_cannot_be_one_is_not_joined(world: World, old: Child, kept: Child) -> None:
    away = Child(world.desk())
    away.move(OTHER)
    desk = old.desk
    assert desk.results(alias(desk, old.person, old.person)) == REFUSED, "with itself"
    assert desk.results(alias(desk, old.person, uuid7())) == [("quarantined", "moved")], "with nobody"
    assert desk.results(alias(desk, old.person, away.person)) == [("quarantined", "moved")], "who lives elsewhere"
    assert desk.results(alias(desk, away.person, old.person)) == [("quarantined", "moved")], "who left"
    assert desk.results(alias(desk, old.person, kept.mother)) == [("quarantined", "scope")], "who has no file"
    assert desk.results(alias(desk, old.mother, kept.person)) == [("quarantined", "scope")], "nor has this one"
    assert desk.results(alias(desk, uuid7(), kept.person)) == [("quarantined", "moved")], "whom nobody wrote"
    assert joined_to(world, old) is None


def test_only_the_verb_joins_and_it_says_nothing_else(old: Child, kept: Child) -> None:
    desk, form = old.desk, [("quarantined", "form")]
    for more in (
        {"verb": "set"},
        {"verb": "resolve"},
        {"base": {"joined_to": old.name}},
        {"set": {"joined_to": kept.person, "phone": "0912000111"}},
        {"set": {"joined_to": 7}},
        {"set": {"phone": "0912000111"}},
    ):
        assert desk.results(alias(desk, old.person, kept.person, **more)) == form, more
    filed = desk.change("child_file", old.file, {"joined_to": kept.person}, verb="alias", data=0)
    assert desk.results(filed) == form, "of a person"
    house = old.desk.world.desk({SHELTER: Role.SHELTER_WORKER})
    assert house.results(alias(house, old.person, kept.person)) == [("quarantined", "grant")]


def test_of_two_desks_that_join_it_otherwise_the_first_stands(world: World, old: Child, kept: Child) -> None:
    third = Child(world.desk())
    join(old, kept)
    assert kept.desk.results(alias(kept.desk, old.person, kept.person)) == NOOP, "the same again"
    assert kept.desk.results(alias(kept.desk, kept.person, old.person)) == REFUSED, "the other way round"
    assert kept.desk.results(alias(kept.desk, old.person, third.person)) == REFUSED, "with a third"
    join(kept, third)
    assert third.desk.results(alias(third.desk, third.person, old.person)) == REFUSED, "a ring of three"
    assert [joined_to(world, one) for one in (old, kept, third)] == [kept.person, third.person, None]


def test_a_ring_would_be_taken_in_by_who_does_not_look_to_its_end(
    world: World, old: Child, kept: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(joining, "_end_of", lambda _connection, _person: "")
    join(old, kept)
    join(kept, old)
    assert (joined_to(world, old), joined_to(world, kept)) == (kept.person, old.person)


def test_a_late_edit_waits_for_a_person_whatever_it_saw(world: World, old: Child, kept: Child) -> None:
    late = world.desk()
    join(old, kept)
    name = late.change("person", old.person, {"full_name": "Chìu Văn Sang"}, base={"full_name": old.name})
    assert late.results(name) == CONFLICT
    risk = late.change("child_file", old.file, {"risk_level": "high"}, data=0)
    assert late.results(risk) == CONFLICT
    same = late.change("person", old.person, {"full_name": "Chìu Văn Sáng"}, base={"full_name": old.name})
    assert late.results(same) == NOOP, "what says what stands need not be asked"
    waiting = {(old.person, "full_name", name.change.id), (old.file, "risk_level", risk.change.id)}
    assert set(open_conflicts(world)) == waiting
    assert (world.row("person", old.person)["full_name"], world.row("child_file", old.file)["risk_level"]) == (
        "Chìu Văn Sáng",
        None,
    )


def test_a_late_edit_would_vanish_behind_the_record_kept(
    world: World, old: Child, kept: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: merged as any other, it stands where nobody looks."""
    monkeypatch.setattr(Batch, "_is_joined", lambda _self, _record: False)
    join(old, kept)
    edit = old.desk.change("person", old.person, {"full_name": "Chìu Văn Sang"}, base={"full_name": old.name})
    assert old.desk.results(edit) == OK
    assert open_conflicts(world) == []


def test_in_one_push_what_comes_after_the_joining_is_late(world: World, old: Child, kept: Child) -> None:
    desk = old.desk
    lines = [
        desk.change("child_file", old.file, {"note": "Trước."}),
        alias(desk, old.person, kept.person),
        desk.change("child_file", old.file, {"school": "Sau."}),
        desk.change("home_visit", uuid7(), {"person": old.person, **VISIT}),
        desk.change("person", kept.person, {"phone": "0912000111"}),
    ]
    assert desk.results(*lines) == [*OK, *OK, *CONFLICT, *OK, *OK]


def test_a_push_may_bring_both_records_and_join_them(world: World) -> None:
    desk = world.desk()
    old, kept = uuid7(), uuid7()
    lines = [
        desk.change("person", old, {"full_name": "Chìu Văn Sáng", "phone": "0912000111"}),
        desk.change("child_file", uuid7(), {"person": old}, data=0),
        desk.change("person", kept, {"full_name": "Chìu Văn Sang"}),
        desk.change("child_file", uuid7(), {"person": kept}, data=0),
        alias(desk, old, kept),
        desk.change("person", kept, {"phone": "0912000111"}),
    ]
    assert desk.results(*lines) == OK * 6
    rows = [world.row("person", person) for person in (old, kept)]
    assert [(row["phone"], row["joined_to"]) for row in rows] == [("0912000111", kept), ("0912000111", None)]


def test_a_decision_closes_and_lets_nothing_stand_where_nobody_looks(world: World, old: Child, kept: Child) -> None:
    desk = old.desk
    join(old, kept)
    desk.results(desk.change("child_file", old.file, {"school": "TH Bình Liêu"}, base={}))
    ((conflict,),) = world.rows(select(tables.conflict.c.id))
    decided: dict[str, Any] = {"verb": "resolve", "resolves": {"school": [conflict]}}
    taken = desk.change("child_file", old.file, {"school": "TH Bình Liêu"}, **decided)
    assert desk.results(taken) == CONFLICT, "by who did not know: it waits anew"
    assert open_conflicts(world) == [(old.file, "school", taken.change.id)]
    ((again,),) = world.rows(select(tables.conflict.c.id).where(tables.conflict.c.closed_by.is_(None)))
    decided["resolves"] = {"school": [again]}
    assert desk.results(desk.change("child_file", old.file, {"school": None}, **decided)) == NOOP
    assert open_conflicts(world) == []


def test_both_move_as_one_whoever_was_joined_to_whom(world: World, old: Child, kept: Child) -> None:
    join(old, kept)
    third = Child(world.desk())
    join(kept, third)
    new = world.desk({OTHER: Role.COMMUNE_OFFICER})
    late = old.desk.change("home_visit", uuid7(), {"person": old.person, **VISIT})
    third.move(OTHER)
    left = {record for _, record in page_of(old.desk, COMMUNE, world).events[-1][0].left}
    assert left == old.records | kept.records | third.records
    came = [line.change for _, line in page_of(new, OTHER, world).events]
    assert {change.record for change in came} == left
    assert [change.record for change in came if change.verb == "alias"] == [old.person, kept.person]
    assert old.desk.results(late) == [("late", "")]
    assert world.row("home_visit", late.change.record)["scope"] == OTHER


def test_one_would_stay_behind_without_the_other(
    world: World, old: Child, kept: Child, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(relocating, "one_with", nobody_else)
    join(old, kept)
    kept.move(OTHER)
    assert (world.row("person", kept.person)["scope"], world.row("person", old.person)["scope"]) == (OTHER, COMMUNE)


def test_who_moves_the_record_that_was_joined_did_not_see_the_child_and_is_told(
    world: World, old: Child, kept: Child
) -> None:
    join(old, kept)
    assert old.desk.results(relocation(old.desk, old.person, "move", OTHER)) == REFUSED
    assert kept.move(OTHER)


@pytest.mark.parametrize("ordered", ["old", "kept"])
def test_what_is_erased_of_either_is_erased_of_both(world: World, old: Child, kept: Child, ordered: str) -> None:
    join(old, kept)
    act = _erased(world, {"old": old, "kept": kept}[ordered].person)
    assert {record for _, record in act.records} == old.records | kept.records
    rows = world.rows(select(tables.change.c.raw).where(tables.change.c.record.in_(old.records | kept.records)))
    assert not any(b"Ch" in bytes(raw) or b"joined_to" in bytes(raw) for (raw,) in rows)
    assert old.desk.results(alias(old.desk, old.person, kept.person)) == [("quarantined", "erased")]


def test_who_holds_others_of_its_records_is_told_of_the_move_and_which_these_are(
    world: World, old: Child, kept: Child
) -> None:
    """By what brought the one that is named, or the first of the others; and the new home as ever."""
    desks = {scope: world.desk({scope: Role.COMMUNE_OFFICER}) for scope in (OTHER, THIRD, FOURTH)}
    desks[SHELTER] = world.desk({SHELTER: Role.SHELTER_WORKER})
    third = Child(world.desk())
    shares = {}
    for child, to in ((old, SHELTER), (third, SHELTER), (old, OTHER), (third, THIRD), (kept, THIRD), (third, FOURTH)):
        line = relocation(child.desk, child.person, "share", to)
        assert child.desk.results(line) == OK
        shares[child.person, to] = line.change.id
    join(old, third)
    join(third, kept)
    move = kept.move(OTHER)
    told = {}
    for scope, desk in desks.items():
        events = page_of(desk, scope, world).events
        told[scope] = [(event.entered, event.along) for event, line in events if line.change.id == move]
    both = sorted([old.person, third.person])
    assert told == {
        SHELTER: [(shares[both[0], SHELTER], both)],
        OTHER: [(move, [])],
        THIRD: [(shares[kept.person, THIRD], [third.person])],
        FOURTH: [(shares[third.person, FOURTH], [third.person])],
    }


@pytest.mark.parametrize("ordered", ["old", "kept"])
def test_half_a_child_would_be_left_by_an_erasure_that_knows_no_joining(
    world: World, old: Child, kept: Child, ordered: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(belonging, "one_with", nobody_else)
    monkeypatch.setattr(belonging, "ABOUT", {**ABOUT, "person": ()})
    join(old, kept)
    act = _erased(world, {"old": old, "kept": kept}[ordered].person)
    other = {"old": kept, "kept": old}[ordered]
    assert other.person not in {record for _, record in act.records}
    assert world.row("person", other.person)["full_name"] == "Chìu Văn Sáng"


def test_a_joining_with_somebody_erased_is_kept_for_its_digest_alone(world: World, old: Child, kept: Child) -> None:
    _erased(world, kept.person)
    assert old.desk.results(alias(old.desk, old.person, kept.person)) == [("quarantined", "erased")]
    ((raw,),) = world.rows(select(tables.quarantine.c.raw))
    assert bytes(raw) == b""
    assert joined_to(world, old) is None


def test_a_stranger_verifies_a_log_in_which_children_were_joined(
    world: World, old: Child, kept: Child, tmp_path: Path
) -> None:
    join(old, kept)
    _verifies(world, tmp_path)


def test_nor_is_it_troubled_by_a_move_that_a_house_hears_for_another_record_s_sake(
    world: World, old: Child, kept: Child, tmp_path: Path
) -> None:
    world.desk({SHELTER: Role.SHELTER_WORKER, OTHER: Role.COMMUNE_OFFICER})
    assert old.desk.results(relocation(old.desk, old.person, "share", SHELTER)) == OK
    join(old, kept)
    move = kept.move(OTHER)
    assert move in {row.change for row in world.rows(select(tables.feed).where(tables.feed.c.scope == SHELTER))}
    _verifies(world, tmp_path)


def _verifies(world: World, folder: Path) -> None:
    log_export.export_log(world.province, folder / "log")
    code, said = verify(read(folder / "log"), proof_commands.authority_fingerprint(world.province), folder)
    assert code == 0, said


def _erased(world: World, record: str) -> Act:
    ordered = Ordered("Sở Y tế", "QĐ 12/2026")
    return world.write(lambda connection: erase(connection, world.province, "person", record, ordered)[0])
