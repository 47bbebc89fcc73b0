"""A child is erased by law while a house, a revoked desk and a desk that was away still write about it.

A report and a stay travel in parts, by how closely they are kept; only one of these names the child.
"""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.placements import notice_id
from commune_desk.store.intake import erasing
from sync.server.engine import tables
from sync.server.intake import erasures
from sync.server.lifecycle import belonging
from tests.helpers.builders import make_notice, make_report, save_all
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.sheltered_office import ShelteredOffice, admit, note

pytestmark = pytest.mark.usefixtures("store_engine")

NAME, SAID, CODE = "Chìu Văn Sáng", "Bị đánh bằng gậy", "QN-06838-2026-A1-0031"


@pytest.fixture
def child(sheltered: ShelteredOffice) -> RecordId:
    """In the register of the commune and of the house."""
    person = sheltered.child(NAME)
    sheltered.share(person)
    return person


def report(office: ShelteredOffice, child: RecordId, by: str = "ours") -> None:
    office.desks[by].run(save_all(make_report(person=child, child_name=NAME, description=SAID)))


def rows(office: ShelteredOffice, *kinds: str) -> dict[str, str]:
    """What the province holds of these kinds."""
    return {record: kind for kind in kinds for record in office.homes(kind)}


def kept_aside(office: ShelteredOffice) -> list[bytes]:
    """The bytes that are kept of changes that were set aside."""
    return [bytes(raw) for raw in office.real.scalars(select(tables.quarantine.c.raw))]


def settled(office: ShelteredOffice) -> None:
    office.sync()
    office.sync()
    assert office.unrest() == {}


def test_a_report_of_a_desk_that_was_away_goes_whole(sheltered: ShelteredOffice, child: RecordId) -> None:
    sheltered.erase(child)
    report(sheltered, child)
    settled(sheltered)
    assert rows(sheltered, "report") == {}
    assert set(kept_aside(sheltered)) == {b""}
    for desk in (sheltered.ours, sheltered.colleague):
        assert desk.ask("SELECT count(*) FROM report") == [(0,)]
        assert SAID not in desk.words()


def test_a_part_that_names_nobody_would_bring_what_was_said_to_every_desk(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(erasures, "made_about", lambda *_: {})
    sheltered.erase(child)
    report(sheltered, child)
    sheltered.sync()
    assert sheltered.colleague.ask("SELECT person, description FROM report") == [(None, SAID)]


def test_a_stay_and_its_notice_of_a_house_that_was_away_go_whole(sheltered: ShelteredOffice, child: RecordId) -> None:
    """It comes back last: admitted, noted and told to the commune while nobody there knew of the erasure."""
    sheltered.erase(child)
    stay = admit(sheltered.house, child)
    note(sheltered.house, stay, SAID)
    sheltered.house.run(save_all(make_notice(CODE, id=notice_id(stay, "06838"))))
    sheltered.sync("ours", "colleague", "there")
    settled(sheltered)
    assert rows(sheltered, "placement", "care_log_entry", "placement_notice") == {}
    assert set(kept_aside(sheltered)) == {b""}
    for desk in sheltered.desks.values():
        assert [word for word in (NAME, SAID, CODE) if word in desk.words()] == []


def test_a_notice_of_a_stay_that_is_erased_comes_to_no_commune(sheltered: ShelteredOffice, child: RecordId) -> None:
    """Its id says of which stay it is, and nothing else does."""
    stay = admit(sheltered.house, child)
    sheltered.sync()
    sheltered.erase(child)
    sheltered.house.run(save_all(make_notice(CODE, id=notice_id(stay, "06838"))))
    settled(sheltered)
    assert rows(sheltered, "placement_notice") == {}
    for desk in sheltered.desks.values():
        assert CODE not in desk.words()


def test_asked_by_its_fields_alone_it_would_stand_there_for_ever(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: nobody is left who could end it."""
    monkeypatch.setattr(erasures, "notices_of", lambda *_: [])
    stay = admit(sheltered.house, child)
    sheltered.sync()
    sheltered.erase(child)
    sheltered.house.run(save_all(make_notice(CODE, id=notice_id(stay, "06838"))))
    sheltered.sync()
    assert sheltered.ours.ask("SELECT case_code, status FROM placement_notice") == [(CODE, "staying")]


def test_of_what_a_revoked_desk_sent_no_part_is_kept(sheltered: ShelteredOffice, child: RecordId) -> None:
    """Set aside before the order comes: the sealed part names the report alone."""
    sheltered.revoke("ours")
    report(sheltered, child)
    visit = sheltered.visit("ours", child, SAID)
    assert sheltered.ours.stopped() == "DeskRevoked"
    assert [raw for raw in kept_aside(sheltered) if visit.encode() in raw] != []
    sheltered.erase(child)
    assert set(kept_aside(sheltered)) == {b""}
    sheltered.sync(*(name for name in sheltered.desks if name != "ours"))
    assert all(NAME not in desk.words() for name, desk in sheltered.desks.items() if name != "ours")


def test_the_sealed_part_of_it_would_be_kept(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(belonging, "made_about", lambda *_: {})
    sheltered.revoke("ours")
    report(sheltered, child)
    assert sheltered.ours.stopped() == "DeskRevoked"
    sheltered.erase(child)
    assert set(kept_aside(sheltered)) != {b""}


def late_to_the_other_commune(office: ShelteredOffice, child: RecordId) -> None:
    """A visit and a photo that follow a child who has left; their author keeps them until a backup has them."""
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    office.visit("ours", child, SAID)
    office.photo("ours", child)
    office.sync()
    assert office.ours.ask("SELECT count(*) FROM home_visit") == [(0,)]
    assert SAID in office.ours.words()


def test_what_followed_a_child_goes_from_the_desk_that_wrote_it(sheltered: ShelteredOffice, child: RecordId) -> None:
    """No feed of its place ever told of that, so that the order cannot name it."""
    late_to_the_other_commune(sheltered, child)
    sheltered.erase(child)
    settled(sheltered)
    assert [word for word in (NAME, SAID) if word in sheltered.ours.words()] == []
    assert sheltered.ours.ask("SELECT count(*) FROM file_piece") == [(0,)]


def test_by_the_rows_alone_it_would_be_kept_there(
    sheltered: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(erasing, "_kept_of_left", lambda _: [])
    late_to_the_other_commune(sheltered, child)
    sheltered.erase(child)
    sheltered.sync()
    assert SAID in sheltered.ours.words()
    assert sheltered.ours.ask("SELECT count(*) FROM file_piece") != [(0,)]
