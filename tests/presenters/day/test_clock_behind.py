"""What the pages show on a PC whose clock has fallen years behind, after the province told its hour."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Invalid
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.day.today import TodayPage, TodayState, badges
from commune_desk.presenters.frame.cards import Section
from commune_desk.presenters.sync.file_budget import files_state, send_files_now
from commune_desk.store.engine import settings
from commune_desk.store.exchange.file_replica import RegisterFiles
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import ChildEntry, register_child
from sync.file_wire import FileTask
from tests.helpers.builders import COMMUNE_SCOPE, make_child, make_report, make_visit, save_all
from tests.helpers.workplaces import (
    EMPTY_BATTERY,
    clock_of,
    fall_behind,
    find_the_clock_behind,
)


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Lý A Tài", birth_date="2015-03-02", risk_level="medium")
    visit = make_visit(person.id, "2026-11-14", risk_level="medium", next_visit_on="2026-11-21")
    report = make_report(person=person.id, received_at="2026-11-22T16:40:00Z")
    workplace.write(save_all(person, file, visit, report))
    return person.id


def section(state: TodayState, key: str) -> Section:
    return next(one for one in (*state.main, *state.side) if one.key == key)


def left(workplace: Workplace) -> str:
    clock = section(TodayPage(workplace).read(), "clocks").rows[0].clock
    assert clock is not None
    return clock.left


def test_today_is_the_day_that_the_province_told(workplace: Workplace, child: RecordId) -> None:
    fall_behind(workplace)
    state = TodayPage(workplace).read()
    assert state.title == "Today, Monday 23/11/2026"
    (visit,) = section(state, "visits").rows
    assert visit.chip is not None
    assert (visit.chip.text, visit.detail) == ("Medium · 2 days overdue", "aged 11 · Khe Lạc")


def test_no_more_hours_are_left_than_when_the_province_told_its_hour(workplace: Workplace, child: RecordId) -> None:
    fall_behind(workplace)
    assert left(workplace) == "3 h 40 left"
    view = ChildPage(workplace, child).view()
    assert view is not None
    assert {"Emergency measures by 11:40 23/11", "Visit 2 days overdue"} <= {chip.text for chip in view.chips}


def test_the_hours_of_a_time_limit_go_on(workplace: Workplace, child: RecordId) -> None:
    """As much as the clock itself has gone on since it was found to be behind."""
    find_the_clock_behind(workplace)
    assert left(workplace) == "3 h 40 left"
    clock_of(workplace).pass_by(hours=3, minutes=45)
    assert left(workplace) == "0 h 05 late"
    assert workplace.read(lambda c: badges(c, workplace.present()))["today"][1] == "danger"


def test_what_was_done_an_hour_after_that_has_happened(workplace: Workplace, child: RecordId) -> None:
    find_the_clock_behind(workplace)
    before = workplace.present()
    clock_of(workplace).pass_by(hours=5)
    assert workplace.latest() == workplace.present() == before + timedelta(hours=5)


@pytest.mark.parametrize("apart", [timedelta(days=-400), timedelta(days=400)])
def test_set_by_hand_to_another_wrong_year_it_is_another_clock(
    workplace: Workplace, child: RecordId, apart: timedelta
) -> None:
    find_the_clock_behind(workplace)
    told = workplace.present()
    clock_of(workplace).at = EMPTY_BATTERY + apart
    assert workplace.present() == workplace.latest() == told


def test_who_is_grown_up_by_now_is_entered_as_no_child(workplace: Workplace) -> None:
    fall_behind(workplace)
    person, file = make_child("Lý A Tài", birth_date="2005-03-02")
    with pytest.raises(Invalid, match="16 or older"):
        workplace.write(lambda tx: register_child(tx, ChildEntry(person=person, file=file)))


def test_the_bound_for_files_is_of_the_day_that_the_page_shows(workplace: Workplace) -> None:
    """A clock without a battery begins with the same day each time: what went on it was spent for good."""
    fall_behind(workplace)
    spend_on_files(workplace, 3 << 20)
    assert files_state(workplace).today == "Today 3.0 MB of 20 MB"
    workplace.write(send_files_now())
    assert files_state(workplace).today == "Today 3.0 MB, without a bound"


def spend_on_files(workplace: Workplace, size: int) -> None:
    """Bytes of a file of a colleague that nobody waits for any more."""
    task = FileTask(COMMUNE_SCOPE, "a" * 64, size, is_up=False, reached=0, most=size)
    RegisterFiles(workplace.register, lambda _changes: None).received(task, bytes(size))


def test_what_a_province_of_2099_told_is_no_hour_to_go_by(workplace: Workplace, child: RecordId) -> None:
    """Two clocks that are both of no use: nobody is grown up by them."""
    clock_of(workplace).at = EMPTY_BATTERY
    workplace.write(lambda tx: settings.put(tx.connection, settings.CONTACT_AT, "2099-12-31T16:00:00Z"))
    assert workplace.present() == EMPTY_BATTERY
