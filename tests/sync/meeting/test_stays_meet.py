"""Two desks of one house write about one stay: papers add up, words stay, and of two beds people choose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.placements import Placement, Shelter
from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.beds_form import BedsForm
from commune_desk.presenters.shelter.outing_form import BedChangeForm
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from commune_desk.store.pages.placements import StayRecord, bed_board, shelter_here, stay_record
from tests.helpers.builders import SHELTER_SCOPE, make_bed, make_person, make_placement, save_all
from tests.sync.actors.colleagues import Colleague, from_draft, two_colleagues
from tests.sync.actors.real_province import HOUSE

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as both:
        yield both


@pytest.fixture
def stay(house: tuple[Colleague, Colleague]) -> RecordId:
    """A resident whom both desks know; nobody knows yet where she comes from."""
    here, there = house
    person = make_person("Mẫu Thị Sen", birth_date=None, scope=SHELTER_SCOPE)
    made = make_placement(person.id, admitted_at="2026-01-22T15:40:25Z", papers=("declaration",))
    beds = [make_bed(label) for label in ("A1", "A2", "A3")]
    here.workplace.write(save_all(person, made, *beds))
    for one in (here, there):
        one.sync()
    return made.id


def record_of(at: Colleague, stay: str) -> StayRecord:
    found = at.workplace.read(lambda c: stay_record(c, stay))
    assert found is not None
    return found


def tick(at: Colleague, stay: str, *papers: str) -> None:
    page = ResidentPage(at.workplace, stay)
    assert page.view() is not None
    at.workplace.write(page.keep_papers(papers))
    at.sync()


@pytest.mark.parametrize("is_draft", [False, True], ids=["open", "draft"])
def test_completing_a_stay_undoes_nothing_that_came_meanwhile(
    house: tuple[Colleague, Colleague], stay: RecordId, is_draft: bool
) -> None:
    here, there = house
    form = AdmitForm(here.workplace, stay=stay)
    form.edit("full_name", "Mẫu Thị Sen Hồng")
    tick(there, stay, "declaration", "decision")
    there.save(AdmitForm(there.workplace, stay=stay), home_commune="06838", brought_by="Công an xã", birth_date="2012")
    there.sync()
    here.sync()
    if is_draft:
        form = from_draft(form, AdmitForm(here.workplace, stay=stay))
    here.save(form, condition="Mệt")
    here.sync()
    there.sync()
    for one in house:
        found = record_of(one, stay)
        assert found.person is not None
        assert (found.person.full_name, found.person.birth_date) == ("Mẫu Thị Sen Hồng", "2012")
        known: Placement = found.placement
        assert set(known.papers) == {"declaration", "decision"}
        assert (known.home_commune, known.brought_by, known.condition) == ("06838", "Công an xã", "Mệt")
        assert known.admitted_at == "2026-01-22T15:40:25Z"
        assert one.conflicts() == []


def test_two_who_name_another_home_commune_are_asked(house: tuple[Colleague, Colleague], stay: RecordId) -> None:
    here, there = house
    form = AdmitForm(here.workplace, stay=stay)
    there.save(AdmitForm(there.workplace, stay=stay), home_commune="06838")
    there.sync()
    here.sync()
    here.save(form, home_commune="06841")
    here.sync()
    assert here.conflicts() == [("home_commune", ["06838", "06841"])]


def kept(at: Colleague, stay: str) -> list[tuple[str, str]]:
    view = ResidentPage(at.workplace, stay).view()
    assert view is not None
    return [(moment.body, moment.chip) for moment in view.timeline if moment.heading == "Stay edited"]


def decide(at: Colleague, place: int) -> None:
    """The value that stands at that place on the card of the only conflict."""
    (card,) = conflict_cards(at.workplace, most=9)[0]
    operation = decision(card, chosen=card.hands[place].key)
    assert not isinstance(operation, str)
    at.workplace.write(operation)


def test_a_value_of_a_stay_that_lost_is_kept_on_its_page(house: tuple[Colleague, Colleague], stay: RecordId) -> None:
    here, there = house
    form = BedChangeForm(here.workplace, stay)
    beds = {row.bed.label: row.bed.id for row in here.workplace.read(bed_board)}
    there.save(BedChangeForm(there.workplace, stay), bed=beds["A1"])
    there.sync()
    here.save(form, bed=beds["A2"])
    here.sync()
    there.sync()
    for one in house:
        assert kept(one, stay) == [("Bed: A2 (kept here, does not stand)", "in conflict, to be decided")]
    decide(there, 0)
    for one in (there, here, there):
        one.sync()
    for one in house:
        assert kept(one, stay) == [("Bed: A2 (kept here, does not stand)", "another value stands")]


def test_a_value_that_somebody_decided_for_is_no_lost_one(house: tuple[Colleague, Colleague], stay: RecordId) -> None:
    """The twin."""
    here, there = house
    form = AdmitForm(here.workplace, stay=stay)
    there.save(AdmitForm(there.workplace, stay=stay), brought_by="Công an xã")
    there.sync()
    here.save(form, brought_by="Bà ngoại")
    here.sync()
    decide(here, 1)
    for one in (here, there):
        one.sync()
        assert kept(one, stay) == []


def test_what_was_sealed_and_lost_is_read_with_what_is_sealed(
    house: tuple[Colleague, Colleague], stay: RecordId
) -> None:
    here, there = house
    form = AdmitForm(here.workplace, stay=stay)
    there.save(AdmitForm(there.workplace, stay=stay), condition="Mệt")
    there.sync()
    here.save(form, condition="Sốt cao")
    here.sync()
    there.sync()
    for one in house:
        assert kept(one, stay) == [
            ("Condition on arrival: sealed (kept here, does not stand)", "in conflict, to be decided")
        ]
        assert [(fact.label, fact.value) for fact in ResidentPage(one.workplace, stay).sealed()] == [
            ("Condition on arrival", "Mệt"),
            ("Condition on arrival", "Sốt cao (kept here, does not stand)"),
        ]


def test_a_paper_unticked_takes_away_no_other(house: tuple[Colleague, Colleague], stay: RecordId) -> None:
    here, there = house
    page = ResidentPage(here.workplace, stay)
    assert page.view() is not None
    tick(there, stay, "declaration", "decision")
    here.sync()
    here.workplace.write(page.keep_papers(()))
    here.sync()
    there.sync()
    for one in house:
        assert record_of(one, stay).placement.papers == ("decision",)


def test_a_bed_changed_by_two_is_decided_by_people(house: tuple[Colleague, Colleague], stay: RecordId) -> None:
    here, there = house
    beds = {row.bed.label: row.bed.id for row in here.workplace.read(bed_board)}
    form = BedChangeForm(here.workplace, stay)
    there.save(BedChangeForm(there.workplace, stay), bed=beds["A1"])
    there.sync()
    here.sync()
    here.save(form, bed=beds["A2"])
    here.sync()
    assert here.conflicts() == [("bed", [beds["A1"], beds["A2"]])]


@pytest.mark.usefixtures("stay")
def test_beds_are_added_without_giving_the_house_its_old_name_back(house: tuple[Colleague, Colleague]) -> None:
    here, there = house
    here.workplace.write(save_all(Shelter(id=RecordId("0198c0de" * 4), scope=SHELTER_SCOPE, name="Nhà cũ")))
    here.sync()
    there.sync()
    form = BedsForm(here.workplace)
    there.save(BedsForm(there.workplace), name="Ngôi nhà Ánh Dương")
    there.sync()
    here.sync()
    here.save(form, standard="B1")
    shelter = here.workplace.read(lambda c: shelter_here(c, SHELTER_SCOPE))
    assert shelter is not None
    assert shelter.name == "Ngôi nhà Ánh Dương"
    assert "B1" in {row.bed.label for row in here.workplace.read(bed_board)}
