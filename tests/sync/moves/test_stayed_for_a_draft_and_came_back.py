"""A child stays at a PC for what is typed about it and comes back: what was edited there meanwhile hides nothing."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.presenters.child.visit_form import FORM
from commune_desk.usecases.records.drafts import drop_draft, open_drafts, save_draft
from tests.sync.actors.real_desks import OFFICER
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

FIRST, SECOND, THERE = "0912000111", "0912000222", "0912000999"


def went_and_came_back(office: TravelledOffice, *, drafted: bool) -> RecordId:
    """The colleague corrects a phone number twice without a line; meanwhile the child goes and comes back."""
    child = office.child("Chìu Văn Sáng")
    office.move("ours", child, OTHER_COMMUNE)
    office.colleague.edit(Person, child, phone=FIRST)
    if drafted:
        typed = {"person": child, "observations": "Cháu khoẻ."}
        office.colleague.run(lambda tx: save_draft(tx, FORM, child, "observations", typed))
    office.colleague.edit(Person, child, phone=SECOND)
    office.sync("ours", "there")
    office.move("there", child, COMMUNE)
    office.sync("ours", "colleague", "there")
    for _ in range(3):
        office.sync("ours", "colleague", "there")
    return child


@pytest.mark.parametrize("drafted", [False, True])
def test_both_desks_hold_the_same(office: TravelledOffice, drafted: bool) -> None:
    child = went_and_came_back(office, drafted=drafted)
    assert office.colleague.shown(child, "phone") == office.ours.shown(child, "phone")
    assert office.unrest() == {}


@pytest.mark.parametrize("drafted", [False, True])
def test_what_is_written_there_later_is_seen(office: TravelledOffice, drafted: bool) -> None:
    child = went_and_came_back(office, drafted=drafted)
    office.colleague.run(lambda tx: drop_draft(tx, FORM, child))
    office.ours.edit(Person, child, phone=THERE)
    for _ in range(3):
        office.sync("ours", "colleague")
    assert office.colleague.shown(child, "phone") == THERE


def test_the_draft_is_still_there(office: TravelledOffice) -> None:
    went_and_came_back(office, drafted=True)
    found = office.colleague.register.write(lambda tx: open_drafts(tx.connection, OFFICER)).result()[0]
    assert [one.payload["observations"] for one in found] == ["Cháu khoẻ."]
