"""A line of the log, ticked as what a review was done with, lies as a draft while a colleague ends the stay."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.presenters.shelter.care_log_form import CareLogForm
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.shelter.placements import Admission, Leaving, admit_to_shelter, discharge
from commune_desk.usecases.shelter.tasks_of_stays import Reminder
from tests.helpers.builders import make_person
from tests.sync.actors.colleagues import Colleague, from_draft, two_colleagues
from tests.sync.actors.real_province import HOUSE
from tests.sync.actors.sheltered_office import THERE

WORDS = "Đã xem lại."


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    with two_colleagues(tmp_path, HOUSE) as both:
        yield both


def _admit(tx: Tx) -> RecordId:
    at = to_iso(tx.ledger.now())
    stay = Placement(id=new_record_id(), scope=THERE, alias="Hoa Sen", admitted_at=at, reason="isolation")
    person = make_person("Chìu Thị Mây", scope=THERE)
    return admit_to_shelter(
        tx, Admission(person=person, placement=stay, reminders=(Reminder("Review of day 1", at[:10]),))
    )


@pytest.mark.parametrize("is_draft", [True, False])
def test_the_line_is_saved(pair: tuple[Colleague, Colleague], *, is_draft: bool) -> None:
    here, there = pair
    stay = here.workplace.write(_admit)[0]
    for one in (here, there):
        one.sync()
    form = CareLogForm(here.workplace, stay)
    (task,) = (code for code, _text in form.options("done"))
    form.edit("note", WORDS)
    form.edit("done", (task,))
    there.workplace.write(lambda tx: discharge(tx, Leaving(stay=stay, at=to_iso(tx.ledger.now()), reason="left")))
    for one in (there, here):
        one.sync()
    here.save(from_draft(form, CareLogForm(here.workplace, stay)) if is_draft else form)
    for one in (here, there):
        one.sync()
    for one in pair:
        assert one.desk.ask("SELECT note FROM care_log_entry") == [(WORDS,)]
        assert one.desk.ask("SELECT status FROM task") == [("dropped",)]
