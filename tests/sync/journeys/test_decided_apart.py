"""Two officers decide one thing without knowing of each other: the card that comes back says why it is there again."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.sync.conflict_page import conflict_cards
from commune_desk.program_files import code_book
from commune_desk.usecases.desk.workplace import Workplace
from tests.sync.actors.sheltered_office import ShelteredOffice, correct, decide
from tests.sync.actors.travelled_office import Traveller

ONE, TWO, THREE, FOUR = (f"091200000{number}" for number in range(1, 5))


@pytest.fixture
def child(sheltered: ShelteredOffice) -> RecordId:
    made = sheltered.child("Chìu Văn Sáng")
    correct(sheltered.ours, made, phone=ONE)
    correct(sheltered.colleague, made, phone=TWO)
    sheltered.sync()
    return made


def notes(desk: Traveller) -> list[str]:
    """What the cards to decide say besides the values."""
    cards, _more = conflict_cards(Workplace(desk.register, code_book()), most=20)
    return [card.note for card in cards]


def test_what_was_decided_twice_and_differently_says_that_it_is_asked_once_more(
    sheltered: ShelteredOffice, child: RecordId
) -> None:
    decide(sheltered.ours, "phone", ONE)
    decide(sheltered.colleague, "phone", TWO)
    sheltered.sync()
    sheltered.sync()
    for desk in (sheltered.ours, sheltered.colleague):
        (note,) = notes(desk)
        assert "trên hai máy" in note
    decide(sheltered.ours, "phone", THREE)
    sheltered.sync()
    sheltered.sync()
    assert notes(sheltered.ours) == notes(sheltered.colleague) == []


def test_what_is_asked_for_the_first_time_says_nothing_of_it(sheltered: ShelteredOffice, child: RecordId) -> None:
    assert notes(sheltered.ours) == notes(sheltered.colleague) == [""]


def test_nor_an_edit_that_meets_a_decision(sheltered: ShelteredOffice, child: RecordId) -> None:
    correct(sheltered.colleague, child, phone=FOUR)
    decide(sheltered.ours, "phone", THREE)
    sheltered.sync()
    sheltered.sync()
    assert all(note == "" for note in notes(sheltered.ours) + notes(sheltered.colleague))
