"""Whether somebody who is admitted is known here: what follows from the answer, and who comes in meanwhile."""

from __future__ import annotations

import json

import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.domain.records.families import Person
from commune_desk.presenters.shelter.admit_form import OTHER_PERSON, AdmitForm
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers import sharing
from tests.helpers.builders import SHELTER_SCOPE, make_person, save_all
from tests.helpers.sharing import know_the_houses, shared_here

NAME, USUAL = "Chìu Văn Sáng", "Sáng Bé"
HERE, ELSEWHERE = "06838", "06841"


@pytest.fixture(autouse=True)
def _is_real(house: Workplace) -> None:
    know_the_houses(house)


def guest(house: Workplace, born: str = "2014", **values: object) -> RecordId:
    """Somebody whom the commune shares just now."""
    person = make_person(NAME, birth_date=born, scope=SHELTER_SCOPE, **values)
    house.write(save_all(person))
    shared_here(house, person.id)
    return person.id


def typed(house: Workplace, name: str = NAME) -> AdmitForm:
    form = AdmitForm(house)
    form.edit("full_name", name)
    form.edit("reason", "isolation")
    return form


def admit(house: Workplace, form: AdmitForm) -> None:
    operation = form.submit()
    assert operation is not None
    house.write(operation)


def known(house: Workplace, person: RecordId) -> Person:
    found: Person = house.write(lambda tx: tx.existing(Person, person))[0]
    return found


def test_the_home_commune_is_that_of_the_last_answer(house: Workplace, monkeypatch: pytest.MonkeyPatch) -> None:
    """Else a commune that has nothing to do with her is told that a case of its own is protected."""
    one = guest(house)
    monkeypatch.setattr(sharing, "COMMUNE", Scope("C:" + ELSEWHERE))
    other, form = guest(house, "2011"), typed(house)
    for answer, commune in ((one, HERE), (other, ELSEWHERE), (OTHER_PERSON, ""), (one, HERE)):
        assert form.edit("same_person", answer).values["home_commune"] == commune
    assert form.edit("full_name", "Chìu Văn Minh").values["home_commune"] == ""


def test_a_home_commune_that_an_officer_chose_stays(house: Workplace) -> None:
    one, form = guest(house), typed(house)
    form.edit("home_commune", ELSEWHERE)
    for answer in (one, OTHER_PERSON):
        assert form.edit("same_person", answer).values["home_commune"] == ELSEWHERE


def test_isolation_that_was_offered_with_the_reason_goes_with_it(house: Workplace) -> None:
    """Else its fifteen days run, and the commune is told of them."""
    form = AdmitForm(house)
    form.edit("reason", "isolation")
    assert form.edit("reason", "domestic_violence").values["isolation_from"] == ""
    form.edit("reason", "isolation")
    form.edit("isolation_from", "20/11/2026")
    assert form.edit("reason", "domestic_violence").values["isolation_from"] == "20/11/2026"


def again(house: Workplace, form: AdmitForm, *, is_draft: bool) -> AdmitForm:
    if not is_draft:
        return form
    later = AdmitForm(house)
    later.restore(json.loads(json.dumps(form.payload())))
    return later


@pytest.mark.parametrize("is_draft", [False, True])
def test_who_is_shared_while_the_form_is_open_is_asked_about(house: Workplace, *, is_draft: bool) -> None:
    """A commune that shares the child calls the house at that very hour."""
    form = typed(house)
    shared = guest(house)
    form = again(house, form, is_draft=is_draft)
    assert form.submit() is None
    assert "same_person" in form.state().errors
    assert "same_person" not in form.state().hidden
    form.edit("same_person", shared)
    admit(house, form)
    assert house.read(lambda c: c.execute("SELECT person, home_commune FROM placement").fetchall()) == [(shared, HERE)]


@pytest.mark.parametrize("is_draft", [False, True])
def test_that_it_is_another_person_was_said_of_those_who_were_here(house: Workplace, *, is_draft: bool) -> None:
    guest(house, "2001")
    form = typed(house)
    form.edit("same_person", OTHER_PERSON)
    shared = guest(house)
    form = again(house, form, is_draft=is_draft)
    assert form.submit() is None
    assert shared in [code for code, _text in form.options("same_person")]
    form.edit("same_person", OTHER_PERSON)
    admit(house, again(house, form, is_draft=is_draft))


def test_the_draft_of_another_person_names_nobody_whom_the_law_may_erase(house: Workplace) -> None:
    """With whom it would go."""
    namesake, form = guest(house), typed(house)
    form.edit("same_person", OTHER_PERSON)
    assert namesake not in json.dumps(form.payload())


@pytest.mark.parametrize(
    ("stored", "written", "stands"),
    [
        ("2014-05-17", "2014", "2014-05-17"),
        ("2014-05-17", "12 tuổi", "2014-05-17"),
        ("2014", "05/2014", "2014-05"),
        ("~2014", "2014", "2014"),
        ("2014-05-17", "18/05/2014", "2014-05-18"),
    ],
)
def test_what_is_known_at_night_takes_nothing_from_what_the_commune_knows(
    house: Workplace, stored: str, written: str, stands: str
) -> None:
    shared = guest(house, stored)
    form = typed(house)
    form.edit("same_person", shared)
    form.edit("birth_date", written)
    admit(house, form)
    assert known(house, shared).birth_date == stands


@pytest.mark.parametrize("name", [USUAL, "chìu văn sáng"])
def test_whoever_was_found_by_another_name_keeps_their_own(house: Workplace, name: str) -> None:
    shared = guest(house, other_name=USUAL)
    form = typed(house, name)
    form.edit("same_person", shared)
    admit(house, form)
    assert (known(house, shared).full_name, known(house, shared).other_name) == (NAME, USUAL)
