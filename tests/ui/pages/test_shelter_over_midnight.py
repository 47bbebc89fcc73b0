"""The house's pages that stand open through a night shift."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from PySide6.QtCore import QEvent
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.desk.lease import LEASE
from commune_desk.store.engine import settings
from commune_desk.ui.pages.resident import ResidentPage
from commune_desk.ui.pages.shelter import ShelterPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.rows import ButtonRow
from commune_desk.ui.widgets.text import RichLine
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import placements
from tests.helpers.pages import bars, show
from tests.helpers.shelter_house import admission, fill, log_entry, set_up
from tests.helpers.workplaces import MORNING, clock_of

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


def test_what_is_sealed_and_stands_open_closes_with_the_lease(qtbot: QtBot, house: Workplace, tasks: Tasks) -> None:
    stay = fill(house)["Hoa Sen"]
    ends = to_iso(MORNING + timedelta(minutes=5))
    lease = Lease(until=ends, told_at=to_iso(MORNING), counted_at=to_iso(MORNING))
    house.write(lambda tx: settings.put(tx.connection, LEASE, lease))
    house.write(lambda tx: tx.topic(LEASE))
    page = ResidentPage(house, tasks, lambda _route: None, stay)
    show(qtbot, page)
    next(link for link in page.findChildren(LinkButton) if link.accessibleName() == "Hiện phần niêm phong").click()
    assert "Bầm ở tay trái" in words(page)
    clock_of(house).pass_by(minutes=6)
    page._minutes.timeout.emit()
    assert "Bầm ở tay trái" not in words(page)


def words(page: ResidentPage) -> str:
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    return "\n".join(line.plain for line in page.findChildren(RichLine))
