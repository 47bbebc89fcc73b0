"""A colleague moved the child while a PC was away that alone has what the restored province lost; it enrols anew."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.changes import journal
from commune_desk.store.intake import departures
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


@pytest.fixture
def visit(office: TravelledOffice) -> RecordId:
    """Signed for since the backup, and heard by nobody else."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    made = office.visit("ours", child)
    office.sync("ours", "ours")
    office.put_back()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    office.ours.enrol_anew()
    return made


def at_rest(office: TravelledOffice) -> None:
    office.sync()
    office.sync()
    assert office.unrest() == {}


def test_what_was_written_about_who_left_meanwhile_goes_up_before_they_go(
    office: TravelledOffice, visit: RecordId
) -> None:
    at_rest(office)
    assert office.homes("home_visit") == {visit: OTHER_COMMUNE}
    assert office.there.ask("SELECT id FROM home_visit") == [(visit,)]
    assert office.ours.ask("SELECT id FROM person") == []
    assert office.ours.ask("SELECT id FROM home_visit") == []


def test_believing_the_receipt_of_before_it_would_be_lost(
    office: TravelledOffice, visit: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: and nobody would be told."""
    monkeypatch.setattr(departures, "UNDER_WAY", journal.IS_UNSENT)
    at_rest(office)
    assert office.homes("home_visit") == {}


def test_what_the_province_still_has_is_told_to_nobody_as_set_aside(office: TravelledOffice) -> None:
    """Of whom it had before the backup it says that it knows the words, and they go with the child."""
    child = office.child("Chìu Văn Sáng")
    made = office.visit("ours", child)
    office.sync("ours", "ours")
    office.back_up()
    office.put_back()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague", "there")
    office.ours.enrol_anew()
    at_rest(office)
    assert office.homes("home_visit") == {made: OTHER_COMMUNE}
    assert office.ours.ask("SELECT id FROM person") == []
