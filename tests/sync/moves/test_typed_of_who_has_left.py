"""A form of a child stands open while the child leaves for another commune, or is erased, and then is saved.

What was typed is not told as saved where nobody of this commune may hold it any more, and a report of harm is never
left where nobody can read it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.child.relation_form import GroupForm, RelationForm
from commune_desk.presenters.frame.entry_form import EntryForm
from commune_desk.presenters.reports.form import ReportForm
from commune_desk.usecases.desk.workplace import Workplace
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

Make = Callable[[Workplace, str], EntryForm[Any]]
FORMS: dict[str, tuple[Make, Mapping[str, object]]] = {
    "relation": (RelationForm, {"full_name": "Chìu Thị Mây", "relation": "mother"}),
    "group": (GroupForm, {"group_code": "HCDB01"}),
    "report": (ReportForm, {"source": "111", "place": "Khe Lạc", "description": "Cháu bị đánh."}),
}


def leaves(office: TravelledOffice, child: RecordId) -> None:
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()


def is_erased(office: TravelledOffice, child: RecordId) -> None:
    office.erase(child)
    office.sync()


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("happens", [leaves, is_erased])
def test_it_is_refused_and_nothing_is_left_here(
    office: TravelledOffice, form: str, happens: Callable[[TravelledOffice, RecordId], None]
) -> None:
    child, ours = office.child("Chìu Văn Sáng"), Colleague(office.ours)
    make, typed = FORMS[form]
    opened = make(ours.workplace, child)
    happens(office, child)
    with pytest.raises(Refusal):
        ours.save(opened, **typed)
    office.sync()
    assert office.unrest() == {}
    kinds = ("person", "relation", "group_membership", "report")
    assert [kind for kind in kinds if office.ours.ask(f"SELECT id FROM {kind}")] == []


def test_a_report_is_taken_in_without_the_child(office: TravelledOffice) -> None:
    """The hour of the law runs: whoever was told of harm has a way to write it down at once."""
    child, ours = office.child("Chìu Văn Sáng"), Colleague(office.ours)
    make, typed = FORMS["report"]
    opened = make(ours.workplace, child)
    leaves(office, child)
    with pytest.raises(Refusal):
        ours.save(opened, **typed)
    ours.save(opened)  # the page shows by then that it is of no child of the register
    office.sync()
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT description FROM report") == [("Cháu bị đánh.",)]
    assert office.unrest() == {}
