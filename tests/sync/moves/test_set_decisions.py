"""A list of codes that a late officer of the former commune edits: a person decides, and the list chosen stands."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync.change import Line
from sync.server.intake import relocating
from sync.server.intake.conflicts import ConflictBook
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, ServerDesk, World
from tests.sync.moves.test_server_moves import page_of, relocation

pytestmark = pytest.mark.usefixtures("store_engine")

FIELD = "disability_types"


class Moved:
    """A file with one code, written in a busy commune, whose child has moved; a late desk there never heard of it."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.old, self.late, self.new = world.desk(), world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
        self.person, self.file = uuid7(), uuid7()
        for _ in range(9):
            self.old.send("person", uuid7(), {"full_name": "Chìu Thị Mây"})
        self.old.send("person", self.person, {"full_name": "Chìu Văn Sáng"})
        self.old.send("child_file", self.file, {"person": self.person}, data=0)
        self.first = self.old.send("child_file", self.file, {FIELD: ["+mobility"]}, base={FIELD: None})
        self.old.results(relocation(self.old, self.person, "move", OTHER))

    def edit_late(self, *codes: str) -> tuple[str, str]:
        line = self.late.change("child_file", self.file, {FIELD: list(codes)}, base={FIELD: self.first})
        ((status, _code),) = self.late.results(line)
        conflicts = [one.id for one in self.world.open_conflicts() if one.theirs == line.change.id]
        return status, conflicts[0] if conflicts else ""

    def decide(self, conflict: str, *codes: str, base: str = "") -> Line:
        line = self.new.change(
            "child_file",
            self.file,
            {FIELD: list(codes)},
            base={FIELD: base or self.first},
            verb="resolve",
            resolves={FIELD: [conflict]},
            scope=OTHER,
        )
        assert self.new.results(line) == [("ok", "")]
        return line

    def add(self, desk: ServerDesk, *codes: str, base: str) -> str:
        return desk.send("child_file", self.file, {FIELD: list(codes)}, base={FIELD: base}, scope=OTHER)

    @property
    def codes(self) -> list[str]:
        found: list[str] = msgspec.json.decode(self.world.row("child_file", self.file)[FIELD])
        return found


def test_the_list_chosen_stands_and_the_conflict_is_closed(world: World) -> None:
    moved = Moved(world)
    status, conflict = moved.edit_late("+hearing")
    assert (status, moved.codes) == ("conflict", ["mobility"])
    line = moved.decide(conflict, "+hearing")
    assert moved.codes == ["hearing", "mobility"]
    assert world.open_conflicts() == []
    event, told = page_of(moved.new, OTHER, world).events[-1]
    assert (told.change.id, event.closed) == (line.change.id, [conflict])
    assert event.values == {FIELD: ["hearing", "mobility"]}


def test_to_keep_what_stands_closes_it_too(world: World) -> None:
    moved = Moved(world)
    _status, conflict = moved.edit_late("-mobility")
    moved.decide(conflict)
    assert moved.codes == ["mobility"]
    assert world.open_conflicts() == []


def test_a_decision_that_closed_nothing_would_be_asked_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    moved = Moved(world)
    _status, conflict = moved.edit_late("+hearing")
    monkeypatch.setattr(ConflictBook, "close", lambda book, one, by: one.id)
    moved.decide(conflict, "+hearing")
    assert [one.id for one in world.open_conflicts()] == [conflict]


def test_what_a_colleague_added_meanwhile_stays_beside_the_decision(world: World) -> None:
    moved = Moved(world)
    colleague = world.desk({OTHER: Role.COMMUNE_OFFICER})
    _status, conflict = moved.edit_late("+hearing")
    moved.add(colleague, "+vision", base=moved.first)
    moved.decide(conflict, "+hearing", "-mobility")
    assert moved.codes == ["hearing", "vision"]
    assert world.open_conflicts() == []


def test_an_edit_in_between_stands_against_the_conflict(world: World) -> None:
    moved = Moved(world)
    _status, conflict = moved.edit_late("+hearing")
    added = moved.add(moved.new, "+vision", base=moved.first)
    assert [(one.id, one.ours) for one in world.open_conflicts()] == [(conflict, added)]


def test_two_decisions_on_one_list_add_up(world: World) -> None:
    moved = Moved(world)
    _status, conflict = moved.edit_late("+hearing")
    moved.decide(conflict, "+hearing")
    moved.decide(conflict)
    assert moved.codes == ["hearing", "mobility"]
    assert world.open_conflicts() == []


def test_a_late_edit_that_would_change_nothing_asks_nobody(world: World) -> None:
    moved = Moved(world)
    assert moved.edit_late("+mobility") == ("noop", "")


def test_what_the_former_commune_added_can_be_taken_away_in_the_new_one(world: World) -> None:
    """Its places were high there, and are no places here."""
    moved = Moved(world)
    moved.add(moved.new, "-mobility", base=moved.first)
    assert moved.codes == []


def test_counted_by_the_former_places_it_would_stay_for_ever(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(relocating, "_count_anew", lambda connection, records: None)
    moved = Moved(world)
    moved.add(moved.new, "-mobility", base=moved.first)
    assert moved.codes == ["mobility"]


def test_a_child_that_comes_back_keeps_the_rule(world: World) -> None:
    moved = Moved(world)
    added = moved.add(moved.new, "+vision", base=moved.first)
    moved.new.results(relocation(moved.new, moved.person, "move", COMMUNE, scope=OTHER))
    moved.old.send("child_file", moved.file, {FIELD: ["-vision", "-mobility"]}, base={FIELD: added})
    assert moved.codes == []
