"""A child was admitted under no number of any commune, and shared afterwards: once the house has said that the two are
one, the law's order about the child reaches what the house had written of the resident before."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from sync.server.lifecycle import belonging
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.sheltered_office import ShelteredOffice, asked, decide

NAME = "Chìu Văn Sáng"


@pytest.fixture
def stay(sheltered: ShelteredOffice) -> str:
    set_language("en")
    house = Colleague(sheltered.house)
    house.save(
        AdmitForm(house.workplace), reason="isolation", full_name=NAME, home_commune=COMMUNE[2:], birth_date="2012"
    )
    sheltered.sync()
    (stay,) = sheltered.shift.ask("SELECT id FROM placement")[0]
    return str(stay)


def shared(office: ShelteredOffice) -> RecordId:
    child = office.child(NAME)
    office.share(child)
    return child


def say(at: Colleague, stay: str, child: RecordId) -> None:
    at.save(AdmitForm(at.workplace, stay=stay), same_person=child)


def settled(office: ShelteredOffice) -> None:
    office.sync()
    office.sync()
    assert office.unrest() == {}


def test_nobody_is_called_so_any_more(sheltered: ShelteredOffice, stay: str) -> None:
    child = shared(sheltered)
    say(Colleague(sheltered.house), stay, child)
    settled(sheltered)
    for desk in (sheltered.house, sheltered.shift):
        assert desk.ask("SELECT id FROM person WHERE full_name<>''") == [(child,)]


def test_all_of_the_child_is_erased(sheltered: ShelteredOffice, stay: str) -> None:
    child = shared(sheltered)
    say(Colleague(sheltered.house), stay, child)
    settled(sheltered)
    sheltered.erase(child)
    settled(sheltered)
    assert sheltered.homes("person") == {}
    for desk in sheltered.desks.values():
        assert NAME not in desk.words()


def test_what_stays_names_nobody(sheltered: ShelteredOffice, stay: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: asked by what speaks of the child now, the name stays in what the house had signed."""
    monkeypatch.setattr(belonging, "_former_residents", lambda *_: {})
    child = shared(sheltered)
    say(Colleague(sheltered.house), stay, child)
    settled(sheltered)
    sheltered.erase(child)
    settled(sheltered)
    assert NAME in sheltered.house.words()


def test_another_child_of_whom_the_house_said_so_stays(sheltered: ShelteredOffice, stay: str) -> None:
    """Two namesakes: two desks say that it is one and the other, and people decide."""
    one, other = shared(sheltered), shared(sheltered)
    say(Colleague(sheltered.house), stay, one)
    say(Colleague(sheltered.shift), stay, other)
    sheltered.sync()
    assert {field for _record, field in asked(sheltered.house)} == {"person"}, "of the stay and of its tasks"
    decide(sheltered.house, "person", one)
    settled(sheltered)
    sheltered.erase(one)
    settled(sheltered)
    assert other in sheltered.homes("person")
    assert sheltered.shift.ask("SELECT full_name FROM person") == [(NAME,)]
