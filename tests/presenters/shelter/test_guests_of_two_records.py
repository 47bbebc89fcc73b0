"""A commune shared both records of a child with the house and joined them: the house sees one child."""

from __future__ import annotations

import json

import msgspec
import pytest

from commune_desk.domain.records.families import Person
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.frame.cards import Row
from commune_desk.presenters.shelter.admit_form import OTHER_PERSON, AdmitForm
from commune_desk.presenters.shelter.guests import guests_section
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.store.pages.shares import sharing_of
from commune_desk.store.writing.joining import join
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.shares import hand_back
from tests.helpers.builders import SHELTER_SCOPE, make_person, save_all
from tests.helpers.moving import sql
from tests.helpers.sharing import HOUSE, know_the_houses, shared_here

NAME, USUAL = "Chìu Văn Sáng", "Sang Bé"


@pytest.fixture
def two(house: Workplace) -> tuple[Person, Person]:
    """The record that was joined to the other, and that one; the house holds both."""
    know_the_houses(house)
    old = make_person(USUAL, scope=SHELTER_SCOPE, birth_date="2014")
    kept = make_person(NAME, scope=SHELTER_SCOPE, birth_date="2014")
    house.write(save_all(old, kept))
    for one in (old, kept):
        shared_here(house, one.id)
    return old, kept


def rows(house: Workplace) -> list[Row]:
    return [row for section in guests_section(house) for row in section.rows]


def filled(house: Workplace, name: str = NAME) -> AdmitForm:
    form = AdmitForm(house)
    form.edit("full_name", name)
    form.edit("reason", "isolation")
    return form


def admitted(house: Workplace, form: AdmitForm) -> str:
    operation = form.submit()
    assert operation is not None
    return str(house.write(operation)[0])


def test_it_stands_once_among_those_held_together(house: Workplace, two: tuple[Person, Person]) -> None:
    old, kept = two
    assert len(rows(house)) == 2
    house.write(lambda tx: join(tx, old, kept))
    assert [(row.key, row.title, row.button) for row in rows(house)] == [(kept.id, NAME, "Hand back…")]


def test_it_is_new_once_and_seen_with_one_press(house: Workplace, two: tuple[Person, Person]) -> None:
    old, kept = two
    sql(house, "UPDATE arrival SET is_seen=0")
    house.write(lambda tx: join(tx, old, kept))
    page = TodayPage(house)
    (row,) = [row for one in page.read().main if one.key == "arrivals" for row in one.rows]
    house.write(page.operation(row.act, row.key))
    assert [one for one in page.read().main if one.key == "arrivals"] == []
    assert [row.title for row in rows(house)] == [NAME]


@pytest.mark.parametrize("name", [NAME, USUAL])
def test_whoever_admits_it_is_asked_about_one_by_either_name(
    house: Workplace, two: tuple[Person, Person], name: str
) -> None:
    old, kept = two
    house.write(lambda tx: join(tx, old, kept))
    assert [code for code, _text in filled(house, name).options("same_person")] == [kept.id, OTHER_PERSON]


def test_what_is_typed_reaches_the_record_that_is_shown(house: Workplace, two: tuple[Person, Person]) -> None:
    """The answer was given before the two were known to be one."""
    old, kept = two
    form = filled(house, USUAL)
    form.edit("same_person", old.id)
    form.edit("birth_date", "17/05/2014")
    house.write(lambda tx: join(tx, old, kept))
    view = ResidentPage(house, admitted(house, form)).view()
    assert view is not None
    assert "17/05/2014" in view.line


@pytest.mark.parametrize("admitted_by", [0, 1])
def test_neither_is_handed_back_while_the_child_is_in_the_house(
    house: Workplace, two: tuple[Person, Person], admitted_by: int
) -> None:
    """Else who is in the house would have no name any more."""
    form = filled(house, two[admitted_by].full_name)
    form.edit("same_person", two[admitted_by].id)
    stay = admitted(house, form)
    house.write(lambda tx: join(tx, *two))
    assert [(row.title, row.button) for row in rows(house)] == [(NAME, "")]
    for one in two:
        with pytest.raises(Refusal, match="in the house"):
            house.write(lambda tx, person=one.id: hand_back(tx, person))  # type: ignore[misc]
    view = ResidentPage(house, stay).view()
    assert view is not None
    assert view.name == NAME


def test_a_draft_about_the_stay_writes_nothing_of_the_one_over_the_other(
    house: Workplace, two: tuple[Person, Person]
) -> None:
    """Nobody had touched the name and the day of birth in it."""
    old, kept = two
    house.write(lambda tx: tx.save(msgspec.structs.replace(kept, birth_date="2014-05-17")))
    form = filled(house, USUAL)
    form.edit("same_person", old.id)
    form = AdmitForm(house, stay=admitted(house, form))
    form.edit("condition", "Mệt")
    house.write(lambda tx: join(tx, old, kept))
    again = AdmitForm(house, stay=form.record)
    again.restore(json.loads(json.dumps(form.payload())))
    admitted(house, again)
    stands: Person = house.write(lambda tx: tx.existing(Person, kept.id))[0]
    assert (stands.full_name, stands.birth_date) == (NAME, "2014-05-17")
    assert house.read(lambda c: c.execute("SELECT condition FROM placement").fetchall()) == [("Mệt",)]


def test_handed_back_by_either_both_go(house: Workplace, two: tuple[Person, Person]) -> None:
    house.write(lambda tx: join(tx, *two))
    house.write(lambda tx: hand_back(tx, two[0].id))
    for one in two:
        share = house.read(lambda c, person=one.id: sharing_of(c, person).held_by(HOUSE))  # type: ignore[misc]
        assert share is not None
        assert share.is_ending
