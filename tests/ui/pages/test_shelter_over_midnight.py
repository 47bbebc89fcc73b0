"""The house's pages that stand open through a night shift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import to_iso
from commune_desk.ui.pages.resident import ResidentPage
from commune_desk.ui.pages.shelter import ShelterPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.rows import ButtonRow
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import placements
from tests.helpers.pages import bars, show
from tests.helpers.shelter_house import admission, log_entry, set_up
from tests.helpers.workplaces import clock_of

LATE = datetime(2026, 11, 23, 16, 50, tzinfo=UTC)


def admitted(house: Workplace) -> RecordId:
    clock_of(house).at = LATE
    beds = set_up(house)
    made = admission(house, beds["A1"].id)
    return RecordId(house.write(lambda tx: placements.admit_to_shelter(tx, made))[0])


def test_the_log_of_today_goes_on_with_the_day(qtbot: QtBot, house: Workplace, tasks: Tasks) -> None:
    stay = admitted(house)
    page = ShelterPage(house, tasks, lambda _route: None)
    show(qtbot, page)
    page.tabs.choose("log")
    clock_of(house).pass_by(minutes=20)
    entry = log_entry(stay, clock_of(house).at, "daily", "Thức giấc, đã ngủ lại.")
    house.write(lambda tx: placements.log_care(tx, entry))
    page.read_again()
    assert page.log.findChildren(ButtonRow), "what was written after midnight stands there"
    page.log.earlier.click()
    clock_of(house).pass_by(hours=24)
    page.read_again()
    assert page.log.day.isoformat() == "2026-11-23", "a day that somebody looks up stays"


def test_whoever_is_late_is_so_on_their_page_too(qtbot: QtBot, house: Workplace, tasks: Tasks) -> None:
    stay = admitted(house)
    back = to_iso(LATE + timedelta(minutes=1))
    house.write(lambda tx: placements.go_out(tx, stay, back_at=back, note="Đi khám"))
    page = ResidentPage(house, tasks, lambda _route: None, stay)
    show(qtbot, page)
    before = bars(page)
    clock_of(house).pass_by(minutes=2)
    page._minutes.timeout.emit()
    assert bars(page) != before
