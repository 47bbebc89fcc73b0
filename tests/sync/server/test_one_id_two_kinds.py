"""Two records of two kinds under one id: a desk of another place must reach nothing by it, and no colleague stops."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.model.record import Kind
from commune_desk.store.intake.incoming import Incoming
from sync.change import Change
from sync.server.intake.records import RecordPage
from tests.sync.actors.attacked_office import Office
from tests.sync.actors.server_fixtures import OTHER, World

PHONE = "0912345678"


def _decide_elsewhere(world: World) -> tuple[str, str]:
    """What the province says to a desk of another commune that decides this commune's conflict by its ids."""
    ours, theirs, stranger = world.desk(), world.desk(), world.desk({OTHER: Role.COMMUNE_OFFICER})
    person = uuid7()
    first = ours.send("person", person, {"full_name": "Bàn Thị Một", "phone": PHONE})
    for desk, phone in ((ours, "0912345671"), (theirs, "0912345672")):
        desk.send("person", person, {"phone": phone}, base={"phone": first})
    (conflict,) = world.open_conflicts()
    reach = {"scope": OTHER, "verb": "resolve", "resolves": {"phone": [conflict.id]}}
    return stranger.results(stranger.change("officer", person, {"phone": PHONE}, **reach))[0]


def test_a_desk_elsewhere_decides_no_conflict_under_another_kind(world: World) -> None:
    assert _decide_elsewhere(world) == ("quarantined", "id")
    assert len(world.open_conflicts()) == 1


def test_without_the_question_for_the_kind_it_would(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: closed at the province, and nobody in the commune hears of it."""
    monkeypatch.setattr(RecordPage, "kind_of", lambda *_: None)
    assert _decide_elsewhere(world) == ("ok", "")
    assert world.open_conflicts() == []


def test_an_id_has_one_kind_within_a_push_too(world: World) -> None:
    desk, record = world.desk(), uuid7()
    first = desk.change("household", record, {"village": "Khe Lạc"})
    second = desk.change("person", record, {"full_name": "Bàn Thị Một"})
    again = desk.change("household", record, {"village": "Nà Ếch"}, base={"village": first.change.id})
    assert desk.results(first, second, again) == [("ok", ""), ("quarantined", "id"), ("ok", "")]


def _tell_twice(office: Office) -> str:
    record = uuid7()
    office.tell("household", record, {"village": "Khe Lạc"})
    office.tell("person", record, {"full_name": "Bàn Thị Một"})
    return record


def test_a_province_that_lets_it_through_stops_no_desk(tmp_path: Path) -> None:
    office = Office(tmp_path)
    record = _tell_twice(office)
    office.desk.sync()
    assert office.desk.ask("SELECT village FROM household WHERE id=?", record) == [("Khe Lạc",)]
    assert office.desk.ask("SELECT full_name FROM person WHERE id=?", record) == [("Bàn Thị Một",)]
    office.desk.register.close()


def test_held_by_id_alone_the_page_could_never_be_applied(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: both kinds in one record."""
    by_kind = Incoming._hold

    def by_id_alone(self: Incoming, kind: Kind, change: Change, scope: str) -> object:
        held = [one for (_kind, record), one in self._held.items() if record == change.record]
        return held[0] if held else by_kind(self, kind, change, scope)

    office = Office(tmp_path)
    _tell_twice(office)
    monkeypatch.setattr(Incoming, "_hold", by_id_alone)
    for _ in range(2):
        with pytest.raises(KeyError):
            office.desk.sync()
    assert office.cursor == 0
    office.desk.register.close()
