"""The reports page, the intake and the measures as they are used."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.form import MeasuresForm
from commune_desk.store.pages.reports import emergency_hours, report_view
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.forms.field_editors import raw_value
from commune_desk.ui.forms.report_form import ReportFormPage
from commune_desk.ui.pages.emergency_hours import EmergencyHoursCard
from commune_desk.ui.pages.reports import ReportsPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.choice import Choice
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import clock_of


def opened(qtbot: QtBot, page: ReportsPage | EntryPage) -> None:
    show(qtbot, page)
    page.setFocus()


def test_what_runs_out_first_is_open_and_its_clock_follows_the_desk(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    late = make_report(received_at="2026-11-23T00:00:00Z")
    first = make_report(received_at="2026-11-22T15:40:00Z")
    workplace.write(save_all(late, first))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    assert page.card.report == first.id
    before = page.model.cell(0, 0)
    assert before.icon == "alert-triangle"
    clock_of(workplace).pass_by(hours=1)
    page.tick()
    assert page.model.cell(0, 0).text != before.text


def test_a_report_is_taken_up_and_stays_open(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    report = make_report(from_province=True)
    workplace.write(save_all(report))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    page.card.focus_first()
    QTest.keyClick(page.card.buttons["acknowledge"], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: "acknowledge" not in page.card.buttons, timeout=5_000)
    assert page.card.report == report.id
    assert page.table.hasFocus()


def test_closing_moves_to_the_tab_of_finished_ones(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    report = make_report(status="acted", acted_at="2026-11-22T20:00:00Z", measures="Đã đến.")
    workplace.write(save_all(report))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    page.show_report(report.id)
    assert page.tabs.currentIndex() == 1
    page.card.buttons["close"].click()
    qtbot.waitUntil(lambda: "reopen" in page.card.buttons, timeout=5_000)
    assert page.tabs.currentIndex() == 2


def test_measures_and_the_child_have_their_own_ways(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    person, file = make_child()
    report = make_report(person=person.id)
    workplace.write(save_all(person, file, report))
    went: list[Route] = []
    page = ReportsPage(workplace, tasks, went.append)
    opened(qtbot, page)
    page.card.buttons["measures"].click()
    page.card.buttons["child"].click()
    assert went == [Route("reports", report.id, "measures"), Route("child", person.id)]


def test_a_report_is_linked_to_a_child_found_by_name(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    person, file = make_child()
    report = make_report()
    workplace.write(save_all(person, file, report))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    page.card.buttons["link"].click()
    page.card.picker.search("hoa")
    page.card.picker.rows[0].activated.emit()
    qtbot.waitUntil(lambda: "child" in page.card.buttons, timeout=5_000)
    view = workplace.read(lambda c: report_view(c, report.id))
    assert view is not None
    assert view.child == "Đặng Thị Hoà"


def test_an_empty_page_says_what_to_do(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    went: list[Route] = []
    page = ReportsPage(workplace, tasks, went.append)
    opened(qtbot, page)
    assert page.empty.isVisible()
    assert not page.table.isVisible()
    page.empty.acted.emit()
    assert went == [Route("reports", form="report")]


def test_an_intake_needs_four_fields_and_goes_back(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    went: list[Route] = []
    page = ReportFormPage(workplace, tasks, went.append)
    opened(qtbot, page)
    assert page.fields["source"].hasFocus()
    page.submit()
    assert page.form.row("place").error
    source = page.fields["source"]
    assert isinstance(source, Choice)
    source.set_value("111")
    QTest.keyClick(page.fields["source"], Qt.Key.Key_Return)
    assert page.fields["received_at"].hasFocus()
    commit_text(page.fields["place"], "thôn Đồng Mô")
    commit_text(page.fields["description"], "Trẻ bỏ nhà, nghi bị rủ qua biên giới.")
    with qtbot.waitSignal(page.saved) as said:
        page.submit()
    assert said.args is not None
    assert "20:00" in said.args[0]
    assert went == [Route("reports")]
    assert workplace.read(lambda c: c.execute("SELECT place FROM report").fetchone()[0]) == "thôn Đồng Mô"


def test_a_linked_child_can_be_taken_back(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    person, file = make_child()
    workplace.write(save_all(person, file))
    page = ReportFormPage(workplace, tasks, lambda _route: None, person=person.id)
    opened(qtbot, page)
    assert "Đặng Thị Hoà" in page.linked.plain
    page.unlink.click()
    assert page.picker.isVisible()
    assert page.report.payload()["person"] == ""


def test_measures_are_written_down(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    report = make_report()
    workplace.write(save_all(report))
    page = EntryPage(MeasuresForm(workplace, report.id), workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    commit_text(page.fields["measures"], "Đã đưa cháu sang bà ngoại.")
    assert raw_value(page.fields["outcome"]) == "acted"
    with qtbot.waitSignal(page.saved):
        QTest.keyClick(page.fields["measures"], Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    view = workplace.read(lambda c: report_view(c, report.id))
    assert view is not None
    assert view.record.status == "acted"


def test_the_hours_chosen_hold_at_once(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    card = EmergencyHoursCard(workplace, tasks)
    qtbot.addWidget(card)
    assert card.hours.value() == "12"
    card.hours.set_value("8")
    qtbot.waitUntil(lambda: workplace.read(emergency_hours) == 8)
