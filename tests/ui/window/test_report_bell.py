"""A report of the province rings in the window, whatever page is open, and leads there."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.records.reports import Report
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.writing.transaction import Tx
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.pages.reports import ReportsPage
from commune_desk.ui.report_bell import ReportBell
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import acknowledge_report
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.registers.profile import Profile
from commune_desk.vault.keys import RegisterKey
from tests.helpers.builders import make_report, save_all
from tests.helpers.workplaces import make_workplace

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    made.write(save_all(of_the_province(received_at="2026-11-22T22:00:00Z")))
    yield made
    QApplication.processEvents()
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    made.register.close()


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        yield Tasks(writer, slow)


@pytest.fixture
def window(qtbot: QtBot, tmp_path: Path, workplace: Workplace, tasks: Tasks) -> Iterator[DeskWindow]:
    desk = OpenDesk(Profile(tmp_path), workplace.register, RegisterKey.generate(), "desk.1")
    made = DeskWindow(desk, workplace, tasks)
    made.show(QSize(1366, 768))
    made.navigate(Route("help"))
    yield made
    qtbot.waitUntil(lambda: tasks.is_idle)
    made.put_away()


def of_the_province(received_at: str = "2026-11-22T21:27:00Z") -> Report:
    return make_report(received_at=received_at, from_province=True)


def pulled(workplace: Workplace, *reports: Report) -> ChangeSet:
    """Reports as a sync leaves them in the register; what it then announces."""

    def operation(tx: Tx) -> None:
        save_all(*reports)(tx)
        tx.topic("sync")

    return workplace.write(operation)[1]


def sentences(window: DeskWindow) -> list[str]:
    return [notice.accessibleName() for notice in window.shell.notices]


def test_a_report_that_a_sync_brings_is_told_with_its_limit_and_leads_there(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, tasks: Tasks
) -> None:
    report = of_the_province()
    bell = window.findChild(ReportBell)
    assert isinstance(bell, ReportBell)
    with qtbot.waitSignal(bell.rang):
        tasks.announce(pulled(workplace, report))
    assert sentences(window) == ["Tin mới từ Tổng đài 111, hạn 16:27"]
    link = window.shell.notices[0].findChild(LinkButton)
    assert isinstance(link, LinkButton)
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    page = window.shell.stack.currentWidget()
    assert isinstance(page, ReportsPage)
    assert page.table.current_id == report.id
    assert sentences(window) == []


def test_it_stays_from_page_to_page_until_somebody_takes_the_report_up(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, tasks: Tasks
) -> None:
    report = of_the_province()
    tasks.register_changed.emit(pulled(workplace, report))
    window.navigate(Route("today"))
    assert len(sentences(window)) == 1
    tasks.register_changed.emit(workplace.write(lambda tx: acknowledge_report(tx, report.id))[1])
    assert sentences(window) == []


def test_several_at_once_are_one_notice(window: DeskWindow, workplace: Workplace, tasks: Tasks) -> None:
    tasks.register_changed.emit(pulled(workplace, of_the_province("2026-11-22T23:00:00Z"), of_the_province()))
    assert sentences(window) == ["2 tin mới từ tỉnh, hạn sớm nhất 16:27"]


def test_only_what_is_new_and_of_the_province_and_waits_is_told(
    window: DeskWindow, workplace: Workplace, tasks: Tasks
) -> None:
    before = workplace.read(lambda db: db.execute("SELECT id FROM report").fetchone()[0])
    known = ChangeSet.of({"report": [before]}, ["sync"])
    own = pulled(workplace, make_report())
    report = of_the_province()
    heard_twice = pulled(workplace, report)
    for changes in (known, own):
        tasks.register_changed.emit(changes)
        assert sentences(window) == []
    tasks.register_changed.emit(heard_twice)
    window.shell.notices[0].dismissed.emit()
    tasks.register_changed.emit(heard_twice)
    assert sentences(window) == []
