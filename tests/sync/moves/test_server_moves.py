"""A person moves to another commune, or is held in a shelter too: what each feed says, and what late changes do."""

from __future__ import annotations

import dataclasses
from typing import Any

import msgspec
import pytest
from sqlalchemy import delete, select

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.client import errors
from sync.client.page import Page, read_page, verified_keys, verify_page
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.scopes import ensure_key
from sync.server.intake.merging import Batch
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World

pytestmark = pytest.mark.usefixtures("store_engine")

VISIT = {"visited_on": "2026-11-20", "risk_level": "low", "observations": "Nhà đóng cửa."}


class Child:
    """A child with a file, a mother, two visits and a group in one commune, entered at one desk."""

    def __init__(self, desk: ServerDesk) -> None:
        self.desk = desk
        self.person, self.mother, self.file, self.relation = (uuid7() for _ in range(4))
        self.name = desk.send("person", self.person, {"full_name": "Chìu Văn Sáng"})
        desk.send("person", self.mother, {"full_name": "Chìu Thị Mây"})
        desk.send("child_file", self.file, {"person": self.person, "case_number": "QN-1"}, data=0)
        kin = {"person": self.person, "relative": self.mother, "relation": "mother"}
        desk.send("relation", self.relation, kin)
        self.visits = [self.visit(desk) for _ in range(2)]

    def visit(self, desk: ServerDesk) -> str:
        record = uuid7()
        desk.send("home_visit", record, {"person": self.person, **VISIT})
        return record

    def move(self, to: str, desk: ServerDesk | None = None, **more: Any) -> str:
        line = relocation(desk or self.desk, self.person, "move", to, **more)
        ((status, code),) = (desk or self.desk).results(line)
        assert status == "ok", code
        return str(line.change.id)

    @property
    def records(self) -> set[str]:
        return {self.person, self.mother, self.file, self.relation, *self.visits}


def relocation(desk: ServerDesk, record: str, verb: str, to: str, **more: Any) -> Any:
    return desk.change("person", record, {}, **{"verb": verb, "to": to, "data": 0} | more)


def key_of(world: World, scope: str) -> protocol.ScopeKey:
    escrow = world.province.escrow_public
    return world.province.database.write(
        lambda connection: ensure_key(connection, scope, escrow_public=escrow), WHOLE_PROVINCE
    )


def page_of(desk: ServerDesk, scope: str, world: World) -> Page:
    """The whole feed of a scope, proven."""
    page = read_page(desk.pull_from({scope: 0}).body)
    keys = verified_keys(page.header, world.province.keys.authority.public)
    verify_page(page, {}, keys.get)
    return page


def homes(world: World, child: Child) -> set[str]:
    kinds = {"person": [child.person, child.mother], "child_file": [child.file], "relation": [child.relation]}
    kinds["home_visit"] = child.visits
    return {world.row(kind, record)["scope"] for kind, records in kinds.items() for record in records}


def test_all_that_belongs_to_a_child_moves_with_it(world: World) -> None:
    old, new = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    move = child.move(OTHER)
    assert homes(world, child) == {OTHER}
    left = page_of(old, COMMUNE, world)
    assert {record for _, record in left.events[-1][0].left} == child.records
    came = page_of(new, OTHER, world)
    assert came.events[0][1].change.id == move
    assert {line.change.record for _, line in came.events} == child.records
    assert {event.entered for event, _ in came.events} == {move}


def test_what_left_is_told_no_more_to_who_begins_anew(world: World) -> None:
    old = world.desk()
    child = Child(old)
    child.move(OTHER)
    page = page_of(world.desk(), COMMUNE, world)
    assert [line.change.verb for _, line in page.events] == ["move"]
    assert len(page.steps) == 7
    assert "Chìu".encode() not in old.pull_from({COMMUNE: 0}).body


def test_only_what_stands_goes_along_each_value_under_its_author(world: World) -> None:
    old, new = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    first = old.send("person", child.person, {"phone": "0912000111"})
    second = old.send("person", child.person, {"phone": "0912000222"}, base={"phone": first})
    child.move(OTHER)
    events = {line.change.id: event for event, line in page_of(new, OTHER, world).events}
    assert first not in events
    assert events[second].outcomes == {}
    assert events[child.name].outcomes == {}


def test_a_mother_whom_another_child_needs_stays_and_is_shared(world: World) -> None:
    old, new = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    brother = uuid7()
    old.send("person", brother, {"full_name": "Chìu Văn Minh"})
    old.send("relation", uuid7(), {"person": brother, "relative": child.mother, "relation": "mother"})
    child.move(OTHER)
    assert world.row("person", child.mother)["scope"] == COMMUNE
    assert child.mother in {line.change.record for _, line in page_of(new, OTHER, world).events}
    edit = new.change("person", child.mother, {"phone": "0912000333"}, scope=OTHER)
    assert new.results(edit) == [("ok", "")]
    event, line = page_of(old, COMMUNE, world).events[-1]
    assert (line.change.id, event.entered != "") == (edit.change.id, True)


def test_an_open_conflict_moves_and_is_the_new_communes(world: World) -> None:
    old, new = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    old.send("person", child.person, {"phone": "0912000111"})
    loser = old.send("person", child.person, {"phone": "0912000222"})
    child.move(OTHER)
    assert {conflict.scope for conflict in world.open_conflicts()} == {OTHER}
    opened = [one for event, _ in page_of(new, OTHER, world).events for one in event.opened]
    assert [one.theirs for one in opened] == [loser]


def test_a_late_visit_follows_the_child_and_applies(world: World) -> None:
    old, late, new = world.desk(), world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    child.move(OTHER)
    visit = uuid7()
    line = late.change("home_visit", visit, {"person": child.person, **VISIT})
    assert late.results(line) == [("late", "")]
    assert world.row("home_visit", visit)["scope"] == OTHER
    assert page_of(new, OTHER, world).events[-1][1].change.id == line.change.id
    assert line.change.id not in {one.change.id for _, one in page_of(old, COMMUNE, world).events}


@pytest.mark.parametrize("base", ["seen", "not seen"])
def test_a_late_edit_is_a_conflict_of_the_new_commune_and_never_applied_in_silence(world: World, base: str) -> None:
    old, late, new = world.desk(), world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    child.move(OTHER)
    seen = {"full_name": child.name} if base == "seen" else {}
    line = late.change("person", child.person, {"full_name": "Chìu Văn Sang"}, base=seen)
    assert late.results(line) == [("conflict", "")]
    assert world.row("person", child.person)["full_name"] == "Chìu Văn Sáng"
    assert [(one.scope, one.theirs) for one in world.open_conflicts()] == [(OTHER, line.change.id)]
    event, _ = page_of(new, OTHER, world).events[-1]
    assert [one.theirs for one in event.opened] == [line.change.id]


def typed_twice(world: World) -> tuple[Child, ServerDesk, str, str]:
    """A child whom a desk that has not heard of the move calls one name, and then another; and who must decide."""
    old, late, new = world.desk(), world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    child.move(OTHER)
    first = late.change("person", child.person, {"full_name": "Chìu Văn Sang"}, base={"full_name": child.name})
    second = late.change("person", child.person, {"full_name": "Chìu Văn Sảng"}, base={"full_name": first.change.id})
    assert late.results(first, second) == [("conflict", ""), ("conflict", "")]
    return child, new, first.change.id, second.change.id


def test_who_types_on_about_a_child_who_had_left_leaves_one_question(world: World) -> None:
    child, new, first, second = typed_twice(world)
    assert [(one.scope, one.base, one.theirs) for one in world.open_conflicts()] == [(OTHER, child.name, second)]
    (earlier, _), (later, _) = page_of(new, OTHER, world).events[-2:]
    assert [one.theirs for one in earlier.opened] == [first]
    assert later.closed == [one.id for one in earlier.opened]
    assert [one.theirs for one in later.opened] == [second]


def test_taken_for_strangers_words_each_would_be_asked_about(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Batch, "_succeed", lambda *_: None)
    _child, _new, first, second = typed_twice(world)
    assert {one.theirs for one in world.open_conflicts()} == {first, second}


def test_who_types_again_what_stands_where_the_child_lives_asks_nothing_any_more(world: World) -> None:
    old, late = world.desk(), world.desk()
    child = Child(old)
    child.move(OTHER)
    first = late.change("person", child.person, {"full_name": "Chìu Văn Sang"}, base={"full_name": child.name})
    back = late.change("person", child.person, {"full_name": "Chìu Văn Sáng"}, base={"full_name": first.change.id})
    late.results(first, back)
    assert world.open_conflicts() == []


def test_who_never_held_the_place_cannot_write_there(world: World) -> None:
    old, stranger = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    assert stranger.results(stranger.change("person", child.person, {"phone": "0912000111"})) == [
        ("quarantined", "grant")
    ]
    assert stranger.results(stranger.change("person", child.person, {"phone": "0912"}, scope=OTHER)) == [
        ("quarantined", "moved")
    ]


def test_of_two_moves_the_second_is_set_aside_and_told(world: World) -> None:
    one, two = world.desk(), world.desk()
    world.desk({"C:06844": Role.COMMUNE_OFFICER})
    child = Child(one)
    child.move(OTHER)
    assert two.results(relocation(two, child.person, "move", "C:06844")) == [("quarantined", "moved")]
    assert homes(world, child) == {OTHER}


def test_a_child_that_comes_back_is_told_of_again(world: World) -> None:
    old, new = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child = Child(old)
    child.move(OTHER)
    phone = new.send("person", child.person, {"phone": "0912000111"}, scope=OTHER)
    back = child.move(COMMUNE, new, scope=OTHER)
    assert homes(world, child) == {COMMUNE}
    events = page_of(world.desk(), COMMUNE, world).events
    assert phone in {line.change.id for event, line in events if event.entered == back}
    assert child.records <= {line.change.record for _, line in events}
    assert page_of(new, OTHER, world).events[-1][1].change.id == back


def test_sealed_values_are_sealed_again_for_the_new_commune_and_replace_the_old(world: World) -> None:
    old, new = world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    child, report = Child(old), uuid7()
    keys = {scope: key_of(world, scope) for scope in (COMMUNE, OTHER)}

    def sealed(scope: str) -> dict[str, str]:
        public = protocol.unb64(keys[scope].public)
        return {"description": seal.seal_value(public, "Bị đánh", scope=scope, record=report, field="description")}

    group = uuid7()
    old.send("report", report, {"person": child.person, "source": "person", "place": "Bản"}, group=group)
    said = old.send("report", report, sealed(COMMUNE), data=2, key=keys[COMMUNE].key, group=group)
    child.move(OTHER)
    again = old.change(
        "report",
        report,
        sealed(OTHER),
        data=2,
        key=keys[OTHER].key,
        verb="reseal",
        to=OTHER,
        base={"description": said},
    )
    assert old.results(again) == [("late", "")]
    assert world.row("report", report)["description"] == again.change.seal["description"]
    assert page_of(new, OTHER, world).events[-1][1].change.id == again.change.id
    wrong = old.change("report", report, sealed(COMMUNE), data=2, key=keys[COMMUNE].key, verb="reseal", to=OTHER)
    assert old.results(wrong) == [("quarantined", "key")]


def test_a_shared_person_is_in_both_feeds_until_it_is_shared_no_more(world: World) -> None:
    commune, house = world.desk(), world.desk({SHELTER: Role.SHELTER_WORKER})
    person = uuid7()
    name = commune.send("person", person, {"full_name": "Chìu Thị Mây"})
    assert commune.results(relocation(commune, person, "share", SHELTER)) == [("ok", "")]
    commune.send("person", person, {"phone": "0912000111"})
    house.send("person", person, {"village": "Khe Lạc"}, scope=SHELTER)
    there = [line.change.id for _, line in page_of(house, SHELTER, world).events]
    assert there[1] == name
    assert len(there) == 4
    assert len(page_of(commune, COMMUNE, world).events) == 4
    assert house.results(relocation(house, person, "unshare", SHELTER, scope=SHELTER)) == [("ok", "")]
    commune.send("person", person, {"phone": "0912000222"})
    events = page_of(house, SHELTER, world).events
    assert [(line.change.verb, event.left) for event, line in events] == [
        ("share", []),
        ("unshare", [("person", person)]),
    ]
    late = house.change("person", person, {"village": "Khe Bốc"}, scope=SHELTER)
    assert house.results(late) == [("conflict", "")]


def test_a_holder_that_takes_a_person_back_from_another_says_what_brings_its_word_there(world: World) -> None:
    """The twin at the end: without it no desk of that place would take its own feed over, ever again."""
    commune, house = world.desk(), world.desk({SHELTER: Role.SHELTER_WORKER})
    person = uuid7()
    commune.send("person", person, {"full_name": "Chìu Thị Mây"})
    assert commune.results(relocation(commune, person, "share", SHELTER)) == [("ok", "")]
    back = relocation(commune, person, "unshare", SHELTER)
    assert commune.results(back) == [("ok", "")]
    page = page_of(house, SHELTER, world)
    _shared, (event, line) = page.events
    assert (line.change.id, event.entered, event.left) == (back.change.id, back.change.id, [("person", person)])
    assert "Chìu".encode() not in house.pull_from({SHELTER: 0}).body
    untold = [(msgspec.structs.replace(one, entered=""), its) for one, its in page.steps]
    keys = verified_keys(page.header, world.province.keys.authority.public)
    with pytest.raises(errors.Unproven):
        verify_page(dataclasses.replace(page, steps=untold), {}, keys.get)


@pytest.mark.parametrize(
    ("verb", "to"),
    [("move", COMMUNE), ("move", SHELTER), ("move", "nowhere"), ("share", COMMUNE), ("unshare", SHELTER)],
)
def test_what_makes_no_sense_moves_nothing(world: World, verb: str, to: str) -> None:
    desk = world.desk()
    child = Child(desk)
    ((status, code),) = desk.results(relocation(desk, child.person, verb, to))
    assert status == "quarantined"
    assert code in ("moved", "form" if to == "nowhere" else "scope"), "what ends no share waits for it"
    assert homes(world, child) == {COMMUNE}


@pytest.mark.parametrize("verb", ["move", "share", "unshare"])
def test_who_is_not_there_moves_nowhere(world: World, verb: str) -> None:
    """Nobody has written the person, or the id is a household's."""
    desk, household = world.desk(), uuid7()
    desk.send("household", household, {"village": "Khe Lạc"})
    to = OTHER if verb == "move" else SHELTER
    assert desk.results(relocation(desk, uuid7(), verb, to)) == [("quarantined", "moved")]
    mixed = desk.change("household", household, {"village": "Khe Bốc"}), relocation(desk, household, verb, to)
    assert desk.results(*mixed) == [("conflict", ""), ("quarantined", "moved")]


@pytest.mark.parametrize("verb", ["move", "share", "unshare"])
def test_what_was_set_aside_last_is_kept_and_known_again(world: World, verb: str) -> None:
    """Whose receipt was lost sends it again, byte for byte: it must not be taken for another desk of the same name."""
    desk = world.desk()
    lost = relocation(desk, uuid7(), verb, OTHER if verb == "move" else SHELTER)
    assert desk.results(lost) == [("quarantined", "moved")]
    kept = select(tables.quarantine.c.raw).where(tables.quarantine.c.id == lost.change.id)
    assert [row.raw for row in world.rows(kept)] == [lost.raw]
    assert desk.results(lost) == [("quarantined", "moved")]


def test_without_the_departure_a_late_edit_would_be_set_aside(world: World) -> None:
    """The twin: who left a record behind must still be heard."""
    old, late = world.desk(), world.desk()
    child = Child(old)
    child.move(OTHER)
    world.province.database.write(lambda connection: connection.execute(delete(tables.departure)), WHOLE_PROVINCE)
    assert late.results(late.change("person", child.person, {"phone": "0912000111"})) == [("quarantined", "moved")]
