"""Two PCs of the house admit one child without a line, each as somebody it does not know: one of the two stays is taken
back as entered twice, and there is one child, who is in the house."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.resident_page import ResidentPage, ResidentView
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import HOUSE
from tests.sync.actors.sheltered_office import ShelteredOffice, sheltered_office

NAME = "Chìu Văn Sáng"
HOME = {"home_commune": "06838", "case_code": "06838-2026-007"}
REVIEWS = ["Review of day 3", "Review of day 7"]
Pair = tuple[Colleague, Colleague]


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as both:
        yield both


@pytest.fixture
def stays(pair: Pair) -> tuple[str, str]:
    """The earlier and the later of the two."""
    here, there = pair
    here.save(AdmitForm(here.workplace), reason="isolation", admitted_at="22/01/2026 15:40")
    there.save(AdmitForm(there.workplace), reason="isolation", full_name=NAME, alias="Hoa Mai", **HOME)
    settle(pair)
    earlier, later = here.desk.ask("SELECT id FROM placement ORDER BY admitted_at")
    return earlier[0], later[0]


def settle(pair: Pair) -> None:
    for one in (*pair, *pair):
        one.sync()


def page(at: Colleague, stay: str) -> ResidentView:
    view = ResidentPage(at.workplace, stay).view()
    assert view is not None
    return view


def test_one_of_the_two_stays_is_taken_back(pair: Pair, stays: tuple[str, str]) -> None:
    here, _there = pair
    earlier, later = stays
    here.save(DischargeForm(here.workplace, later), reason="entered_twice", goes_on_in=earlier)
    settle(pair)
    for one in pair:
        goes_on = page(one, earlier)
        assert (goes_on.name, goes_on.status) == (NAME, "staying")
        assert [step.text for step in goes_on.steps] == REVIEWS
        assert [stay for stay, _text in goes_on.earlier] == [later]
        assert page(one, later).status == "ended"
        assert one.desk.ask("SELECT home_commune, case_code FROM placement WHERE id=?", earlier) == [(*HOME.values(),)]
        told = one.desk.ask("SELECT case_code, status FROM placement_notice WHERE status<>'ended'")
        assert told == [(HOME["case_code"], "staying")], "by its code the commune knows that the case is protected"
        assert one.desk.ask("SELECT full_name FROM person ORDER BY full_name") == [("",), (NAME,)]
        assert one.conflicts() == []


def test_taken_back_at_both_it_is_taken_back_once(pair: Pair, stays: tuple[str, str]) -> None:
    earlier, later = stays
    for one in pair:
        form = DischargeForm(one.workplace, earlier)
        form.edit("reason", "entered_twice")
        assert form.options("goes_on_in") == [], "else each ends another, and the child is in the house by neither"
        one.save(DischargeForm(one.workplace, later), reason="entered_twice", goes_on_in=earlier)
    settle(pair)
    for one in pair:
        assert [row for row in one.desk.ask("SELECT status FROM placement ORDER BY admitted_at")] == [
            ("staying",),
            ("ended",),
        ]
        assert {field for field, _values in one.conflicts()} <= {"discharged_at"}


def test_the_stay_that_goes_on_is_asked_for(pair: Pair, stays: tuple[str, str]) -> None:
    here, _there = pair
    form = DischargeForm(here.workplace, stays[1])
    form.edit("reason", "entered_twice")
    assert form.submit() is None
    assert form.state().errors == {"goes_on_in": "Choose the stay that goes on."}
    assert {"receiver", "destination", "safety_plan"} <= form.state().hidden


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ShelteredOffice]:
    set_language("en")
    with sheltered_office(tmp_path) as made:
        yield made


@pytest.mark.parametrize("is_shared_first", [True, False])
def test_who_was_shared_by_a_commune_is_kept(office: ShelteredOffice, *, is_shared_first: bool) -> None:
    house, shift = Colleague(office.house), Colleague(office.shift)
    child = office.child(NAME)
    office.share(child)
    known = {"full_name": NAME, "same_person": child}
    hours = ("22/01/2026 15:40", "22/01/2026 16:40")
    for one, at in zip((house, shift), hours if is_shared_first else reversed(hours), strict=True):
        one.save(AdmitForm(one.workplace), reason="isolation", admitted_at=at, **(known if one is house else {}))
    office.sync()
    (earlier,), (later,) = shift.desk.ask("SELECT id FROM placement ORDER BY admitted_at")
    shift.save(DischargeForm(shift.workplace, later), reason="entered_twice", goes_on_in=earlier)
    for _ in range(2):
        office.sync()
    for one in (house, shift):
        assert one.desk.ask("SELECT DISTINCT person FROM placement") == [(child,)]
        assert page(one, earlier).name == NAME
        assert [step.text for step in page(one, earlier).steps] == REVIEWS
    assert office.unrest() == {}
