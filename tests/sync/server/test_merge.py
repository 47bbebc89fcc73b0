"""Who wins at the province: nobody's value is lost, and a person decides where two saw the same and wrote apart."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.protocol import Event
from sync.server.identity.scopes import keys_of
from sync.server.intake.conflicts import ConflictBook, OpenConflict, conflict_id
from tests.helpers.examples import examples
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.server_fixtures import COMMUNE, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")


class Three:
    """Three desks and a person with a phone that all of them have seen."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.a, self.b, self.c = (world.desk() for _ in range(3))
        self.person = uuid7()
        self.first = self.phone(self.a, "0900000000", None)

    def phone(self, desk: ServerDesk, number: str, base: str | None) -> str:
        return desk.send("person", self.person, {"phone": number}, base={"phone": base})

    def decide(self, desk: ServerDesk, number: str, base: str | None, *conflicts: str) -> str:
        return desk.send(
            "person",
            self.person,
            {"phone": number},
            base={"phone": base},
            verb="resolve",
            resolves={"phone": list(conflicts)},
        )

    @property
    def stands(self) -> tuple[str, str]:
        row = self.world.row("person", self.person)
        return row["phone"], msgspec.json.decode(row["writers"])["phone"]

    @property
    def open(self) -> list[tuple[str | None, str | None, str]]:
        return [(row.base, row.ours, row.theirs) for row in self.world.open_conflicts()]


def last_event(desk: ServerDesk) -> Event:
    """The last event of the commune's feed, as a desk is told it."""
    return protocol.read_event(desk.pull_from({}).body.split(b"\n")[-2])[0]


@pytest.fixture
def three(world: World) -> Three:
    return Three(world)


def test_an_edit_that_saw_what_stands_is_applied(three: Three) -> None:
    second = three.phone(three.b, "0911111111", three.first)
    assert three.stands == ("0911111111", second)
    assert three.open == []
    assert last_event(three.a).outcomes == {}


def test_the_same_value_twice_is_no_conflict(three: Three) -> None:
    second = three.phone(three.b, "0911111111", three.first)
    same = three.phone(three.c, "0911111111", three.first)
    assert three.stands == ("0911111111", second)
    assert three.open == []
    assert last_event(three.a).outcomes == {"phone": "noop"}
    further = three.phone(three.c, "0922222222", same)
    assert three.stands == ("0922222222", further)
    assert three.open == []


def test_three_concurrent_edits_keep_all_three_values(three: Three) -> None:
    a = three.phone(three.a, "0911111111", three.first)
    b = three.phone(three.b, "0922222222", three.first)
    c = three.phone(three.c, "0933333333", three.first)
    assert three.stands == ("0911111111", a)
    assert three.open == [(three.first, a, b), (three.first, a, c)]
    opened = last_event(three.a).opened
    assert [(conflict.ours, conflict.theirs, conflict.id) for conflict in opened] == [(a, c, conflict_id(c, "phone"))]


def test_a_losing_desk_that_types_on_keeps_one_conflict(three: Three) -> None:
    a = three.phone(three.a, "0911111111", three.first)
    b1 = three.phone(three.b, "0922222222", three.first)
    b2 = three.phone(three.b, "0922222223", b1)
    assert three.open == [(three.first, a, b2)]
    event = last_event(three.a)
    assert event.closed == [conflict_id(b1, "phone")]
    assert [conflict.theirs for conflict in event.opened] == [b2]


def test_a_losing_desk_that_comes_round_closes_its_conflict(three: Three) -> None:
    a = three.phone(three.a, "0911111111", three.first)
    b1 = three.phone(three.b, "0922222222", three.first)
    three.phone(three.b, "0911111111", b1)
    assert three.stands == ("0911111111", a)
    assert three.open == []


def test_a_conflict_follows_the_value_that_stands_against_it(three: Three) -> None:
    a = three.phone(three.a, "0911111111", three.first)
    b = three.phone(three.b, "0922222222", three.first)
    later = three.phone(three.c, "0944444444", a)
    assert three.stands == ("0944444444", later)
    assert three.open == [(three.first, later, b)]


def test_a_person_decides_and_the_conflict_is_closed(three: Three) -> None:
    a = three.phone(three.a, "0911111111", three.first)
    b = three.phone(three.b, "0922222222", three.first)
    c = three.phone(three.c, "0933333333", three.first)
    decided = three.decide(three.a, "0922222222", a, conflict_id(b, "phone"))
    assert three.stands == ("0922222222", decided)
    assert three.open == [(three.first, decided, c)], "a conflict that was not named stays open"
    assert last_event(three.b).closed == [conflict_id(b, "phone")]


def test_two_concurrent_decisions_open_one_conflict_and_no_loop(three: Three) -> None:
    a = three.phone(three.a, "0911111111", three.first)
    b = three.phone(three.b, "0922222222", three.first)
    one = three.decide(three.a, "0911111111", a, conflict_id(b, "phone"))
    two = three.decide(three.b, "0922222222", a, conflict_id(b, "phone"))
    assert three.stands == ("0911111111", one)
    assert three.open == [(a, one, two)]
    last = three.decide(three.c, "0922222222", one, conflict_id(two, "phone"))
    assert three.stands == ("0922222222", last)
    assert three.open == []


def test_two_equal_decisions_agree(three: Three) -> None:
    a = three.phone(three.a, "0911111111", three.first)
    b = three.phone(three.b, "0922222222", three.first)
    one = three.decide(three.a, "0922222222", a, conflict_id(b, "phone"))
    three.decide(three.b, "0922222222", a, conflict_id(b, "phone"))
    assert three.stands == ("0922222222", one)
    assert three.open == []


def test_a_decision_over_a_value_nobody_had_seen_becomes_a_conflict(three: Three) -> None:
    a = three.phone(three.a, "0911111111", three.first)
    b = three.phone(three.b, "0922222222", three.first)
    meanwhile = three.phone(three.c, "0944444444", a)
    decided = three.decide(three.a, "0922222222", a, conflict_id(b, "phone"))
    assert three.stands == ("0944444444", meanwhile)
    assert three.open == [(a, meanwhile, decided)]


def test_the_more_severe_risk_stands_and_a_person_is_asked(world: World) -> None:
    a, b = world.desk(), world.desk()
    file = uuid7()
    low = a.send("child_file", file, {"risk_level": "low"}, data=0)
    medium = a.send("child_file", file, {"risk_level": "medium"}, data=0, base={"risk_level": low})
    high = b.send("child_file", file, {"risk_level": "high"}, data=0, base={"risk_level": low})
    assert world.row("child_file", file)["risk_level"] == "high"
    assert last_event(a).outcomes == {"risk_level": "applied+conflict"}
    assert [(c.ours, c.theirs) for c in world.open_conflicts()] == [(medium, high)]
    a.send("child_file", file, {"risk_level": "low"}, data=0, base={"risk_level": medium})
    assert world.row("child_file", file)["risk_level"] == "high"


def _judged_anew(world: World) -> tuple[str, str]:
    """(medium of one desk, low of another that had said high, and both without having seen the first)."""
    a, b = world.desk(), world.desk()
    file = uuid7()
    first = a.send("child_file", file, {"risk_level": "low"}, data=0)
    medium = a.send("child_file", file, {"risk_level": "medium"}, data=0, base={"risk_level": first})
    high = b.send("child_file", file, {"risk_level": "high"}, data=0, base={"risk_level": first})
    low = b.send("child_file", file, {"risk_level": "low"}, data=0, base={"risk_level": high})
    assert world.row("child_file", file)["risk_level"] == "low"
    return medium, low


def test_whom_a_graver_value_overruled_is_asked_after_the_next_value_too(world: World) -> None:
    medium, low = _judged_anew(world)
    assert [(c.ours, c.theirs) for c in world.open_conflicts()] == [(medium, low)]


def test_without_the_one_overruled_nobody_would_be_asked(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a conflict is closed by the author's next value, and that is all."""
    close = ConflictBook.close

    def forgetful(book: ConflictBook, conflict: OpenConflict, by: str) -> str:
        closed = close(book, conflict, by)
        conflict.ours = None
        return closed

    monkeypatch.setattr(ConflictBook, "close", forgetful)
    _judged_anew(world)
    assert world.open_conflicts() == []


def test_a_state_takes_only_steps_that_exist(world: World) -> None:
    a, b = world.desk(), world.desk()
    report = uuid7()
    a.send("report", report, {"received_at": "2026-11-23T16:40:00Z"}, data=0)
    assert world.row("report", report)["status"] == "waiting"
    taken = a.send("report", report, {"status": "acknowledged"}, data=0)
    b.send("report", report, {"status": "closed"}, data=0)
    assert world.row("report", report)["status"] == "closed", "a step that exists from the state that stands"
    a.send("report", report, {"status": "acted"}, data=0, base={"status": taken})
    assert world.row("report", report)["status"] == "closed"
    assert len(world.open_conflicts()) == 1


def test_the_later_wins_for_trivia_and_no_clock_wins_by_running_ahead(world: World) -> None:
    a, b = world.desk(), world.desk()
    person = uuid7()
    first = a.send("person", person, {"occupation": "farmer"})
    world.clock.pass_by(minutes=1)
    ahead = b.send("person", person, {"occupation": "fisher"}, base={"occupation": first}, stamp=(1 << 53) - 1)
    world.clock.pass_by(minutes=1)
    a.send("person", person, {"occupation": "trader"}, base={"occupation": first})
    assert world.row("person", person)["occupation"] == "trader"
    a.send("person", person, {"occupation": "weaver"}, base={"occupation": ahead}, stamp=5)
    assert world.row("person", person)["occupation"] == "trader"
    assert last_event(a).outcomes == {"occupation": "older"}
    assert world.open_conflicts() == []


def test_what_a_record_began_with_outlives_what_is_older(world: World) -> None:
    a, b = world.desk(), world.desk()
    person = uuid7()
    a.send("person", person, {"occupation": "farmer"})
    b.send("person", person, {"occupation": "fisher"}, stamp=5)
    assert world.row("person", person)["occupation"] == "farmer"


def test_an_addition_wins_over_a_removal_that_had_not_seen_it(world: World) -> None:
    a, b = world.desk(), world.desk()
    file = uuid7()
    field = "disability_types"
    first = a.send("child_file", file, {field: ["+mobility", "+vision"]})
    assert last_event(a).values == {field: ["mobility", "vision"]}
    a.send("child_file", file, {field: ["+vision"]}, base={field: first})
    b.send("child_file", file, {field: ["-mobility", "-vision"]}, base={field: first})
    assert msgspec.json.decode(world.row("child_file", file)[field]) == ["vision"]
    assert last_event(a).values == {field: ["vision"]}


def test_sealed_values_that_compete_go_to_people(world: World) -> None:
    a, b = world.desk(), world.desk()
    report = uuid7()
    (key,) = world.read(lambda connection: keys_of(connection, [COMMUNE]))

    def tell(desk: ServerDesk, text: str, base: str | None) -> str:
        sealed = seal.seal_value(protocol.unb64(key.public), text, scope=COMMUNE, record=report, field="description")
        return desk.send("report", report, {"description": sealed}, data=2, key=key.key, base={"description": base})

    first = tell(a, "one", None)
    second = tell(a, "two", first)
    third = tell(b, "two", first)
    assert [(c.ours, c.theirs) for c in world.open_conflicts()] == [(second, third)]
    assert b"two" not in b.pull_from({}).body


def test_an_edit_after_a_change_that_was_set_aside_is_not_lost(world: World) -> None:
    desk = world.desk()
    person = uuid7()
    bad = desk.change("person", person, {"phone": "x" * 50})
    good = desk.change("person", person, {"phone": "0911111111"}, base={"phone": bad.change.id})
    assert desk.results(bad, good) == [("quarantined", "value"), ("conflict", "")]
    assert [(c.ours, c.theirs) for c in world.open_conflicts()] == [(None, good.change.id)]


@pytest.fixture(scope="module")
def lasting_world(tmp_path_factory: pytest.TempPathFactory, store_engine: StoreEngine) -> Iterator[World]:
    with province_in(tmp_path_factory.mktemp("province")) as made:
        yield made


Edit = tuple[int, int, str]
"""Which desk types, how many changes back it looked, and what it types."""


@settings(max_examples=examples(30))
@given(st.lists(st.tuples(st.integers(0, 2), st.integers(0, 3), st.sampled_from("123456")), min_size=1, max_size=12))
def test_every_value_ever_typed_stands_was_seen_or_waits_for_a_person(lasting_world: World, edits: list[Edit]) -> None:
    """Not that desks agree, but that no value went unseen: it stands, waits, or was written over knowingly."""
    authors = [lasting_world.desk() for _ in range(3)]
    person = uuid7()
    typed: dict[str | None, str] = {}
    seen: set[str | None] = set()
    for who, back, number in edits:
        base = list(typed)[-1 - back] if back < len(typed) else None
        change = authors[who].send("person", person, {"phone": number}, base={"phone": base})
        typed[change] = number
        seen.add(base)
    standing = msgspec.json.decode(lasting_world.row("person", person)["writers"])["phone"]
    waiting = [c for c in lasting_world.open_conflicts() if c.record == person]
    shown = {standing, *(c.theirs for c in waiting), *(c.ours for c in waiting)}
    reached = {typed[change] for change in typed if change in shown | seen}
    assert set(typed.values()) <= reached
