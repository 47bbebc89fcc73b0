"""A PC of the house that was enrolled after the backup decides between two values; the province that is put back hears
its decision before one of the two: people are asked again at every PC, at that one too."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.placements import Placement
from commune_desk.i18n import set_language
from commune_desk.presenters.sync.conflict_page import conflict_cards
from commune_desk.program_files import code_book
from commune_desk.store.intake import asked
from commune_desk.usecases.desk.workplace import Workplace
from tests.sync.actors.real_province import HOUSE
from tests.sync.actors.sheltered_office import ShelteredOffice, admit, decide
from tests.sync.actors.travelled_office import Traveller

OFFICER, MOTHER = "Công an xã", "Bà ngoại"


def cards(desk: Traveller) -> list[tuple[str, ...]]:
    """The values of each card that the desk shows."""
    shown, more = conflict_cards(Workplace(desk.register, code_book()), most=9)
    assert more == 0
    return [tuple(hand.text for hand in card.hands) for card in shown]


def brings(desk: Traveller, stay: RecordId, who: str) -> None:
    desk.edit(Placement, stay, brought_by=who)


@pytest.fixture
def new(sheltered: ShelteredOffice) -> Traveller:
    """It said who brought the child, as `shift` did, and decided for its own word; the province was put back since."""
    set_language("en")
    child = sheltered.child("Chìu Văn Sáng")
    sheltered.share(child)
    stay = admit(sheltered.house, child)
    sheltered.sync()
    sheltered.back_up()
    new = sheltered.join("new", HOUSE)
    sheltered.sync()
    brings(new, stay, OFFICER)
    brings(sheltered.shift, stay, MOTHER)
    sheltered.sync("new", "shift", "new")
    assert cards(new) == [(OFFICER, MOTHER)]
    decide(new, "brought_by", OFFICER)
    sheltered.put_back()
    assert new.stopped() == "NotRecognised"
    new.enrol_anew()
    return new


def asked_of_all(office: ShelteredOffice) -> list[list[tuple[str, ...]]]:
    """The cards at each PC of the house, once all is heard; the new one is heard first."""
    office.sync("new", "shift", "house")
    office.sync()
    return [cards(desk) for desk in (office.house, office.shift, office.desks["new"])]


def test_every_pc_asks(sheltered: ShelteredOffice, new: Traveller) -> None:
    assert asked_of_all(sheltered) == [[(OFFICER, MOTHER)]] * 3
    decide(new, "brought_by", OFFICER)
    sheltered.sync()
    assert asked_of_all(sheltered) == [[]] * 3
    assert sheltered.unrest() == {}


def test_taken_for_decided_it_would_be_asked_at_every_pc_but_that_one(
    sheltered: ShelteredOffice, new: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(asked, "_end_decided", lambda tx, change: None)
    assert asked_of_all(sheltered) == [[(OFFICER, MOTHER)], [(OFFICER, MOTHER)], []]
