"""Two PCs of the house end one stay: one set of follow-ups, and what the second typed is added. People decide that a
stay goes on: what its end left off is to be done again, and nobody asks how it goes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import new_record_id
from commune_desk.domain.records.desks import Task
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter
from tests.sync.actors.colleagues import Colleague, from_draft, two_colleagues
from tests.sync.actors.real_province import HOUSE
from tests.sync.meeting.test_notices_meet import decide

pytestmark = pytest.mark.usefixtures("store_engine")

Pair = tuple[Colleague, Colleague]
REVIEWS = ["Review of day 3", "Review of day 7"]
FOLLOW_UPS = ["Follow-up after 1 week", "Follow-up after 1 month", "Follow-up after 3 months"]
PLAN = "Gọi bà ngoại mỗi tuần"


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[Pair]:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as both:
        yield both


@pytest.fixture
def stay(pair: Pair) -> str:
    here, there = pair
    here.save(AdmitForm(here.workplace), reason="trafficking", full_name="Mẫu Thị Sen")
    for one in pair:
        one.sync()
    (stay,) = there.desk.ask("SELECT id FROM placement")[0]
    return str(stay)


def to_do(pair: Pair, stay: str) -> list[list[str]]:
    """The tasks that each shows once both have heard of each other."""
    here, there = pair
    for one in (here, there, here, there):
        one.sync()
    views = [ResidentPage(one.workplace, stay).view() for one in pair]
    return [[step.text for step in view.steps] for view in views if view is not None]


def leave(at: Colleague, stay: str, **typed: object) -> None:
    at.save(DischargeForm(at.workplace, stay), **({"reason": "family", "receiver": "Bà ngoại"} | typed))


def comes_back(at: Colleague, stay: str) -> str:
    def admit(tx: Tx) -> str:
        former = tx.existing(Placement, stay)
        assert former.person is not None
        now = Placement(
            id=new_record_id(),
            scope=former.scope,
            admitted_at=to_iso(tx.present()),
            reason="trafficking",
            alias=former.alias,
        )
        return admit_to_shelter(tx, Admission(person=tx.existing(Person, former.person), placement=now))

    admitted: str = at.workplace.write(admit)[0]
    return admitted


def test_there_is_one_set_of_follow_ups(pair: Pair, stay: str) -> None:
    for one in pair:
        leave(one, stay)
    assert to_do(pair, stay) == [FOLLOW_UPS] * 2


@pytest.mark.parametrize("is_draft", [False, True])
def test_the_plan_of_the_second_is_kept(pair: Pair, stay: str, *, is_draft: bool) -> None:
    here, there = pair
    form = DischargeForm(there.workplace, stay)
    for name, value in {"reason": "family", "receiver": "Bà ngoại", "safety_plan": PLAN}.items():
        form.edit(name, value)
    leave(here, stay)
    for one in pair:
        one.sync()
    assert "A colleague has ended this stay" in form.state().note
    there.save(from_draft(form, DischargeForm(there.workplace, stay)) if is_draft else form)
    assert to_do(pair, stay) == [FOLLOW_UPS] * 2
    for one in pair:
        assert [fact.value for fact in ResidentPage(one.workplace, stay).sealed()] == [PLAN]
        assert one.conflicts() == []


def test_of_what_both_said_people_are_asked(pair: Pair, stay: str) -> None:
    here, there = pair
    form = DischargeForm(there.workplace, stay)
    leave(here, stay, receiver="Bà ngoại")
    for one in pair:
        one.sync()
    there.save(form, reason="family", receiver="Bác ruột")
    to_do(pair, stay)
    for one in pair:
        assert one.conflicts() == [("receiver", ["Bà ngoại", "Bác ruột"])]


def test_who_came_back_and_left_again_is_asked_after_once(pair: Pair, stay: str) -> None:
    """The follow-ups of the later end took the place of the earlier ones, of which something is decided late."""
    here, there = pair
    form = DischargeForm(there.workplace, stay)
    leave(here, stay, receiver="Bà ngoại")
    for one in pair:
        one.sync()
    there.save(form, reason="family", receiver="Bác ruột")
    to_do(pair, stay)
    again = comes_back(here, stay)
    leave(here, again)
    assert to_do(pair, again) == [FOLLOW_UPS] * 2
    decide(here, "receiver", "Bác ruột")
    assert to_do(pair, again) == [FOLLOW_UPS] * 2


def test_who_opens_a_stay_that_has_ended_ends_it_no_second_time(pair: Pair, stay: str) -> None:
    """The twin: a form of a page that stood open since before."""
    here, _there = pair
    leave(here, stay)
    form = DischargeForm(here.workplace, stay)
    for name, value in {"reason": "family", "receiver": "Bác ruột"}.items():
        form.edit(name, value)
    operation = form.submit()
    assert operation is not None
    with pytest.raises(Refusal):
        here.workplace.write(operation)


def test_a_stay_that_goes_on_has_the_tasks_of_before(pair: Pair, stay: str) -> None:
    here, there = pair
    leave(there, stay)
    here.save(OutingForm(here.workplace, stay), note="Đi khám")
    there.sync()
    assert to_do(pair, stay) == [FOLLOW_UPS] * 2
    decide(here, "status", "gone out")
    assert to_do(pair, stay) == [REVIEWS] * 2
    leave(there, stay)
    assert to_do(pair, stay) == [FOLLOW_UPS] * 2


def test_what_was_left_off_before_the_end_stays_so(pair: Pair, stay: str) -> None:
    here, there = pair
    (task,) = here.desk.ask("SELECT id FROM task WHERE title LIKE '%3'")[0]
    here.desk.edit(Task, task, status="dropped")
    to_do(pair, stay)
    leave(there, stay)
    here.save(OutingForm(here.workplace, stay), note="Đi khám")
    there.sync()
    to_do(pair, stay)
    decide(there, "status", "gone out")
    assert to_do(pair, stay) == [REVIEWS[1:]] * 2
