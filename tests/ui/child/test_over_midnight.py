"""Pages that stand open while the clock goes on: over midnight, over the end of a time limit, over the PC's sleep."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.chip import Chip
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, make_report, make_visit, save_all
from tests.helpers.pages import show
from tests.helpers.workplaces import clock_of

LATE = datetime(2026, 11, 23, 16, 59, tzinfo=UTC)


@pytest.fixture
def child(workplace: Workplace) -> str:
    clock_of(workplace).at = LATE
    person, file = make_child(risk_level="high")
    visit = make_visit(person.id, "2026-11-16", risk_level="high", next_visit_on="2026-11-23")
    workplace.write(save_all(person, file, visit, make_report(person=person.id, received_at="2026-11-23T05:00:00Z")))
    return person.id


def test_the_list_tells_of_today_after_midnight(qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: str) -> None:
    page = RegisterPage(workplace, tasks, lambda _route: None)
    show(qtbot, page)
    page.show_only("overdue")
    assert page.model.rowCount() == 0
    clock_of(workplace).pass_by(minutes=2)
    page._minutes.timeout.emit()
    assert page.model.rowCount() == 1
    assert "1 ngày" in page.model.cell(0, 5).second


def test_a_list_that_was_left_before_midnight_is_read_anew(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: str
) -> None:
    page = RegisterPage(workplace, tasks, lambda _route: None)
    show(qtbot, page)
    page.show_only("overdue")
    page.hide()
    clock_of(workplace).pass_by(hours=9)
    page.show()
    assert page.model.rowCount() == 1


def chips(page: ChildPage) -> str:
    return " ".join(chip.accessibleName() for chip in page.header.findChildren(Chip))


def test_a_childs_page_says_when_a_time_limit_has_run_out(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: str
) -> None:
    workplace.write(save_all(make_report(person=child, received_at="2026-11-23T04:59:30Z")))
    page = ChildPage(workplace, tasks, lambda _route: None, child)
    show(qtbot, page)
    before, day = chips(page), workplace.today()
    assert not page.is_overtaken(), "it is read again for nothing else"
    assert page._minutes.isActive()
    clock_of(workplace).pass_by(seconds=45)
    assert workplace.today() == day
    page._minutes.timeout.emit()
    assert chips(page) != before
    page.hide()
    assert not page._minutes.isActive()
