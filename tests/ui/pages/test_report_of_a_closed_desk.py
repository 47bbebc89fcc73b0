"""A report that stands open while the lease runs out closes, and opens once the province was heard, as every page."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.domain.records.reports import Report
from commune_desk.store.desk.lease import record_contact, take_lease
from commune_desk.ui.pages.reports import ReportsPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.text import RichLine
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_report, save_all
from tests.helpers.pages import show
from tests.helpers.workplaces import let_the_lease_run_out

MEASURES, INFORMANT = "Đã đưa cháu tới bệnh viện", "Lò Thị Báo"


@pytest.fixture
def report(workplace: Workplace) -> Report:
    """No clock of it runs any more, so nothing but the lease has the page read it again."""
    made = make_report(status="closed", acted_at="2026-11-22T21:00:00Z", measures=MEASURES, reporter_name=INFORMANT)
    workplace.write(save_all(made))
    return made


def said(page: ReportsPage) -> str:
    return " ".join(one.plain for one in page.card.findChildren(RichLine) if one.isVisibleTo(page))


def opened(qtbot: QtBot, workplace: Workplace, tasks: Tasks, report: Report) -> ReportsPage:
    page = ReportsPage(workplace, tasks, lambda _route: None)
    show(qtbot, page)
    page.show_report(report.id)
    return page


def test_it_closes(qtbot: QtBot, workplace: Workplace, tasks: Tasks, report: Report) -> None:
    page = opened(qtbot, workplace, tasks, report)
    page.card._show_informant()
    qtbot.waitUntil(lambda: all(words in said(page) for words in (report.description, MEASURES, INFORMANT)))
    let_the_lease_run_out(workplace)
    tasks.run(lambda: workplace.write(lambda tx: tx.topic("lease")), owner=page)
    qtbot.waitUntil(lambda: report.description not in said(page))
    qtbot.waitUntil(lambda: report.place in said(page))
    assert not any(words in said(page) for words in (report.description, MEASURES, INFORMANT))


def test_it_opens_again(qtbot: QtBot, workplace: Workplace, tasks: Tasks, report: Report) -> None:
    """Whoever synced as the page asks would be told to do so until another report was looked at."""
    let_the_lease_run_out(workplace)
    page = opened(qtbot, workplace, tasks, report)
    qtbot.waitUntil(lambda: report.place in said(page))
    assert report.description not in said(page)
    now = "2026-11-23T01:00:00Z"
    tasks.run(lambda: workplace.write(lambda tx: take_lease(tx, at=now, until="2026-12-23T01:00:00Z")), owner=page)
    tasks.run(lambda: workplace.write(lambda tx: record_contact(tx, now)), owner=page)
    qtbot.waitUntil(lambda: report.description in said(page))
