"""The sync page leads to whom the province keeps something aside, by the keyboard too."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.rows import ButtonRow
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync.agent import SyncStatus
from tests.helpers.attached import add_child
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.moving import sql
from tests.helpers.pages import show
from tests.helpers.workplaces import work_for_real


@pytest.fixture
def tasks() -> Iterator[Tasks]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        yield Tasks(writer, slow)


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    workplace.write(work_for_real)
    person = add_child(workplace.register)
    visit = make_visit(person)
    workplace.write(save_all(visit))
    sql(workplace, "UPDATE change SET state='quarantined', code='grant' WHERE record=?", visit.id)
    return person


def row_of(page: SyncPage) -> ButtonRow:
    (row,) = page.proven.findChildren(ButtonRow)
    return row


def test_enter_on_the_line_leads_to_the_child(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    row = row_of(page)
    assert row in stops(page)
    with qtbot.waitSignal(page.route_asked) as asked:
        QTest.keyClick(row, Qt.Key.Key_Return)
    assert asked.args == [Route("child", child)]


def test_news_of_the_line_leave_the_keyboard_where_it_is(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    page = SyncPage(workplace, tasks)
    show(qtbot, page)
    row_of(page).setFocus()
    page.show_status(SyncStatus(is_running=True))
    page.show_status(SyncStatus())
    assert row_of(page).hasFocus()


def test_so_do_other_lines_beside_it_and_where_it_goes_no_other_thing_has_the_keyboard(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    """It went on to how many files may go over the line, and the next arrow key changed that."""
    page = SyncPage(workplace, tasks)
    show(qtbot, page)
    held = row_of(page).accessibleName()
    row_of(page).setFocus()
    other, file = make_child("Lý Thị Mẩy")
    workplace.write(save_all(other, file))
    sql(workplace, "UPDATE change SET state='quarantined', code='grant' WHERE record=?", file.id)
    page.refresh()
    qtbot.wait(50)
    focused = QApplication.focusWidget()
    assert isinstance(focused, ButtonRow)
    assert (focused.accessibleName(), focused.isVisible()) == (held, True)
    sql(workplace, "UPDATE change SET state='accepted', code=NULL WHERE state='quarantined'")
    page.refresh()
    assert page.hasFocus()


def test_the_line_goes_when_nothing_is_set_aside_any_more(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    page = SyncPage(workplace, tasks)
    qtbot.addWidget(page)
    sql(workplace, "UPDATE change SET state='accepted', code=NULL WHERE state='quarantined'")
    page.refresh()
    assert [row for row in page.proven.findChildren(ButtonRow) if not row.isHidden()] == []
