"""A child is admitted whom no commune had in its register; the commune registers and shares the child later: the house
can say that the two are one, and no child is in the house twice."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.shelter.admit_form import OTHER_PERSON, AdmitForm
from commune_desk.presenters.shelter.guests import guests_section
from commune_desk.presenters.shelter.resident_page import ResidentPage, ResidentView
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.sheltered_office import ShelteredOffice, correct, sheltered_office

NAME = "Chìu Văn Sáng"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ShelteredOffice]:
    set_language("en")
    with sheltered_office(tmp_path) as made:
        yield made


@pytest.fixture
def stay(office: ShelteredOffice) -> str:
    house = Colleague(office.house)
    house.save(AdmitForm(house.workplace), reason="isolation", full_name=NAME, home_commune=COMMUNE[2:])
    office.sync()
    (stay,) = office.shift.ask("SELECT id FROM placement")[0]
    return str(stay)


@pytest.fixture
def child(office: ShelteredOffice, stay: str) -> RecordId:
    """Shared after the admission."""
    child = office.child(NAME)
    office.share(child)
    return child


def page(at: Colleague, stay: str) -> ResidentView:
    view = ResidentPage(at.workplace, stay).view()
    assert view is not None
    return view


def test_the_house_is_asked_and_its_stay_is_the_childs(office: ShelteredOffice, stay: str, child: RecordId) -> None:
    house, shift = Colleague(office.house), Colleague(office.shift)
    form = AdmitForm(house.workplace, stay=stay)
    assert form.submit() is None, "else the child would be in the house twice"
    house.save(form, same_person=child)
    office.sync()
    correct(office.ours, child, birth_date="2012-05-17")
    office.sync()
    for one in (house, shift):
        assert "17/05/2012" in page(one, stay).line
        assert [step.text for step in page(one, stay).steps] == ["Review of day 3", "Review of day 7"]
        one.workplace.write(TodayPage(one.workplace).operation("see_arrival", child))
        assert [row.button for held in guests_section(one.workplace) for row in held.rows] == [""]
    assert office.unrest() == {}
    office.take_back(child)
    office.sync()
    assert page(house, stay).name == NAME, "the province protects the name of a resident"


def test_a_namesake_stays_another(office: ShelteredOffice, stay: str, child: RecordId) -> None:
    house = Colleague(office.house)
    house.save(AdmitForm(house.workplace, stay=stay), same_person=OTHER_PERSON, birth_date="2001")
    office.sync()
    assert "2001" in page(house, stay).line
    assert office.house.ask("SELECT person=? FROM placement", child) == [(0,)]
    assert office.ours.ask("SELECT birth_date FROM person WHERE id=?", child) != [("2001",)]
    assert office.unrest() == {}


def test_said_at_both_desks_it_is_said_once(office: ShelteredOffice, stay: str, child: RecordId) -> None:
    both = [Colleague(office.house), Colleague(office.shift)]
    for one in both:
        one.save(AdmitForm(one.workplace, stay=stay), same_person=child)
    office.sync()
    for one in both:
        assert one.conflicts() == []
        assert len(page(one, stay).steps) == 2
    assert office.unrest() == {}
