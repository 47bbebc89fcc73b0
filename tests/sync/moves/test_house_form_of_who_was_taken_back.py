"""A form of the house stands open, of a child whom a commune had shared, while the commune takes the record back or it
is erased: who the child is does not come back into the house's register, and no stay is saved that is of nobody."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.shelter.admit_form import OTHER_PERSON, AdmitForm
from commune_desk.usecases.shelter.placements import Leaving, discharge
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.sheltered_office import ShelteredOffice, admit, sheltered_office

NAME = "Chìu Văn Sáng"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ShelteredOffice]:
    with sheltered_office(tmp_path) as made:
        yield made


def goes(office: ShelteredOffice, child: RecordId, how: str) -> None:
    if how == "taken back":
        office.take_back(child)
    else:
        office.erase(child)
    office.sync()


def former_stay(office: ShelteredOffice, child: RecordId) -> RecordId:
    stay = admit(office.house, child)
    office.sync()
    office.shift.run(lambda tx: discharge(tx, Leaving(stay=stay, at=to_iso(tx.ledger.now()), reason="left")))
    office.sync()
    return stay


@pytest.mark.parametrize("how", ["taken back", "erased"])
def test_an_admission_is_refused_and_can_be_saved_as_of_somebody_else(office: ShelteredOffice, how: str) -> None:
    house, child = Colleague(office.house), office.child(NAME)
    office.share(child)
    form = AdmitForm(house.workplace)
    form.edit("full_name", NAME)
    form.edit("same_person", child)
    goes(office, child, how)
    with pytest.raises(Refusal):
        house.save(form, alias="Hoa Sen", reason="isolation")
    house.save(form, same_person=OTHER_PERSON)
    office.sync()
    for desk in (office.house, office.shift):
        assert desk.ask("SELECT full_name, s.status FROM placement s JOIN person p ON p.id=s.person") == [
            (NAME, "staying")
        ]
    assert office.unrest() == {}


def test_what_completes_a_stay_brings_nobody_back(office: ShelteredOffice) -> None:
    house, child = Colleague(office.house), office.child(NAME)
    office.share(child)
    form = AdmitForm(house.workplace, stay=former_stay(office, child))
    goes(office, child, "taken back")
    house.save(form, condition="Cháu khoẻ.")
    office.sync()
    assert office.house.ask("SELECT full_name FROM person") == []
    assert office.shift.ask("SELECT condition FROM placement") == [("Cháu khoẻ.",)]
    assert office.unrest() == {}


def test_nor_does_a_form_that_is_opened_afterwards(office: ShelteredOffice) -> None:
    house, child = Colleague(office.house), office.child(NAME)
    office.share(child)
    stay = former_stay(office, child)
    goes(office, child, "taken back")
    house.save(AdmitForm(house.workplace, stay=stay), condition="Cháu khoẻ.")
    office.sync()
    assert office.house.ask("SELECT full_name FROM person") == []
    assert office.unrest() == {}


def test_a_name_typed_of_who_was_taken_back_does_not_reach_the_commune(office: ShelteredOffice) -> None:
    house, child = Colleague(office.house), office.child(NAME)
    office.share(child)
    stay = former_stay(office, child)
    goes(office, child, "taken back")
    with pytest.raises(Refusal):
        house.save(AdmitForm(house.workplace, stay=stay), full_name="Chìu Văn Minh")
    office.sync()
    assert office.ours.ask("SELECT field FROM conflict") == []
    assert office.unrest() == {}
