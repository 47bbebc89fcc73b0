"""Whom a commune shared with the house: on its Today page, on a resident's page and when somebody is admitted."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.i18n import set_language
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.frame.cards import Section
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.guests import HAND_BACK
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.store.pages.shares import sharing_of
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import SHELTER_SCOPE, make_person, save_all
from tests.helpers.sharing import HOUSE, is_confirmed, is_set_aside, know_the_houses, shared_here
from tests.helpers.workplaces import make_workplace


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Workplace]:
    set_language("en")
    made = make_workplace(tmp_path, scope=HOUSE, role="shelter_worker")
    know_the_houses(made)
    yield made
    made.register.close()


@pytest.fixture
def guest(house: Workplace) -> RecordId:
    person = make_person("Chìu Văn Sáng", birth_date="2014", scope=SHELTER_SCOPE)
    house.write(save_all(person))
    shared_here(house, person.id)
    return person.id


def card(house: Workplace) -> Section | None:
    return next((one for one in TodayPage(house).read().side if one.key == "guests"), None)


def admit(house: Workplace, name: str) -> str:
    form = AdmitForm(house)
    form.edit("full_name", name)
    (same, told), _other = form.options("same_person")
    assert told == "Yes, shared by Bình Liêu Commune on 22/11/2026"
    form.edit("same_person", same)
    form.edit("reason", "isolation")
    return str(house.write(form.operation())[0])


def test_a_guest_who_was_looked_at_stays_in_sight(house: Workplace, guest: RecordId) -> None:
    shown = card(house)
    assert shown is not None
    (row,) = shown.rows
    assert (row.title, row.button) == ("Chìu Văn Sáng", "Hand back…")
    assert row.second == "Bình Liêu Commune since 22/11/2026, shared by Cán bộ Thử"
    new = make_person("Chìu Thị Mây", scope=SHELTER_SCOPE)
    house.write(save_all(new))
    shared_here(house, new.id, is_seen=False)
    shown = card(house)
    assert shown is not None
    assert [one.title for one in shown.rows] == ["Chìu Văn Sáng"]


def test_a_house_without_guests_has_no_such_card(house: Workplace) -> None:
    house.write(save_all(make_person("Lý Thị Hoa", scope=SHELTER_SCOPE)))
    assert card(house) is None


def test_handed_back_after_a_question_and_once(house: Workplace, guest: RecordId) -> None:
    page = TodayPage(house)
    asked = page.question(HAND_BACK, guest)
    assert asked is not None
    assert asked.title == "Hand the record of Chìu Văn Sáng back to Bình Liêu Commune?"
    assert page.question("finish_task", guest) is None
    house.write(page.operation(HAND_BACK, guest))
    shown = card(house)
    assert shown is not None
    assert (shown.rows[0].button, "is being handed back" in shown.rows[0].second) == ("", True)
    is_set_aside(house, "scope")
    shown = card(house)
    assert shown is not None
    assert shown.rows[0].button == "Hand back…"
    house.write(page.operation(HAND_BACK, guest))
    is_confirmed(house)
    assert house.read(lambda c: sharing_of(c, guest)).shares == {}


def test_who_was_shared_is_admitted_as_the_person_they_are(house: Workplace, guest: RecordId) -> None:
    stay = admit(house, "chiu van sang")
    asked = "SELECT person, home_commune FROM placement"
    assert house.read(lambda c: c.execute(asked).fetchall()) == [(guest, "06838")]
    stored = house.write(lambda tx: tx.existing(Person, guest))[0]
    assert (stored.full_name, stored.birth_date) == ("Chìu Văn Sáng", "2014")
    shown = card(house)
    assert shown is not None
    assert (shown.rows[0].button, "in the house now" in shown.rows[0].second) == ("", True)
    view = ResidentPage(house, stay).view()
    assert view is not None
    assert "Bình Liêu Commune since 22/11/2026" in {fact.label: fact.value for fact in view.facts}["Held together with"]
