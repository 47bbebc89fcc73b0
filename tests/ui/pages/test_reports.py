"""The reports page, the intake and the measures as they are used."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.reports.form import MeasuresForm
from commune_desk.store.pages.reports import emergency_hours, report_view
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.forms.field_editors import raw_value
from commune_desk.ui.forms.report_form import ReportFormPage
from commune_desk.ui.pages.emergency_hours import EmergencyHoursCard
from commune_desk.ui.pages.reports import ReportsPage
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import IconButton, LinkButton
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.text import RichLine, Text
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import acknowledge_report
from tests.helpers.builders import make_child, make_report, save_all
from tests.helpers.keys import press
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import clock_of
from tests.story.cut_texts import cut_texts


def opened(qtbot: QtBot, page: ReportsPage | EntryPage | TodayPage) -> None:
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


@pytest.mark.parametrize(
    ("minutes", "said"),
    [(0, "còn 11 giờ 59 phút"), (91, "còn 10 giờ 28 phút"), (59 * 60 + 39, "trễ 47 giờ 40 phút")],
)
def test_the_widest_clock_has_its_room_in_the_table_and_on_today(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, minutes: int, said: str
) -> None:
    workplace.write(save_all(make_report(received_at="2026-11-23T00:59:00Z")))
    clock_of(workplace).pass_by(minutes=minutes)
    reports, today = (
        ReportsPage(workplace, tasks, lambda _route: None),
        TodayPage(workplace, tasks, lambda _route: None),
    )
    for page in (reports, today):
        page.resize(1100, 640)
        opened(qtbot, page)
    assert reports.model.cell(0, 0).text == said
    assert any(said in one.plain for one in today.findChildren(Text))
    assert [text for text in (*cut_texts(reports), *cut_texts(today)) if said in text] == []


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


def test_what_is_typed_to_link_a_child_stays_when_the_clock_ticks_and_a_pull_changes_the_report(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    report = make_report(received_at="2026-11-22T15:40:00Z")
    workplace.write(save_all(report))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    page.card.buttons["link"].click()
    commit_text(page.card.picker.field, "Hoà")
    before = page.model.cell(0, 0)
    clock_of(workplace).pass_by(minutes=1)
    page.tick()
    assert page.model.cell(0, 0).text != before.text
    workplace.write(save_all(msgspec.structs.replace(report, place="Khe Lạc 2")))
    page.read_again()
    assert page.card.picker.field.hasFocus()
    assert page.card.picker.field.text() == "Hoà"
    page.card.buttons["link"].click()
    assert page.card.picker.field.text() == "Hoà"


def test_the_informant_is_looked_at_for_longer_than_a_minute_and_of_one_report_alone(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    report = make_report(received_at="2026-11-22T15:40:00Z", reporter_name="Bà Năm")
    other = make_report(received_at="2026-11-22T16:40:00Z", reporter_name="Bà Sáu")
    workplace.write(save_all(report, other))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    next(link for link in page.card.findChildren(LinkButton) if link.text().startswith("Xem")).click()
    qtbot.waitUntil(lambda: "Bà Năm" in _texts(page))
    clock_of(workplace).pass_by(minutes=1)
    page.tick()
    qtbot.wait(50)
    assert "Bà Năm" in _texts(page)
    page.table.select_id(other.id)
    page.tick()
    qtbot.waitUntil(lambda: bool(_texts(page)))
    assert not {"Bà Năm", "Bà Sáu"} & _texts(page)


def test_only_what_was_opened_is_written_down_as_opened(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    first, second = make_report(received_at="2026-11-22T15:40:00Z"), make_report(received_at="2026-11-23T00:00:00Z")
    done = make_report(received_at="2026-11-20T00:00:00Z", status="closed", acted_at="2026-11-20T01:00:00Z")
    last = make_report(received_at="2026-11-19T00:00:00Z", status="closed", acted_at="2026-11-19T01:00:00Z")
    workplace.write(save_all(first, second, done, last))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    page.table.select_id(second.id)
    page.read_again()
    page.show_report(last.id)
    page.read_again()
    noted = workplace.write(
        lambda tx: tx.connection.execute("SELECT record FROM audit WHERE action='open' ORDER BY seq").fetchall()
    )[0]
    assert [record for (record,) in noted] == [first.id, second.id, last.id]


def _texts(page: ReportsPage) -> set[str]:
    return {text.plain for text in page.card.findChildren(RichLine) if text.isVisibleTo(page)}


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


def test_how_an_hour_is_written_is_said_in_vietnamese_and_has_its_room(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    page = ReportFormPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    received = page.fields["received_at"]
    assert isinstance(received, LineEdit)
    received.clear()
    assert received.placeholderText() == "ngày/tháng/năm giờ:phút"
    assert received.placeholderText() not in cut_texts(page)


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


@pytest.mark.parametrize("way", ["Escape", "button"])
def test_the_search_for_a_child_is_closed_without_linking_anybody(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, way: str
) -> None:
    report = make_report()
    workplace.write(save_all(report))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    with qtbot.waitActive(page):
        page.activateWindow()
    page.card.buttons["link"].click()
    assert page.card.linking.isVisible()
    if way == "button":
        next(one for one in page.card.linking.findChildren(IconButton) if one.isVisible()).click()
    else:
        commit_text(page.card.picker.field, "Hoà")
        press(Qt.Key.Key_Escape)
        assert (page.card.picker.field.text(), page.card.linking.isVisible()) == ("", True), "first what is typed"
        press(Qt.Key.Key_Escape)
    assert not page.card.linking.isVisible()
    assert page.card.buttons["link"].hasFocus()
    page.card.buttons["link"].click()
    assert page.card.linking.isVisible()
    assert page.card.picker.field.hasFocus()


@pytest.mark.parametrize("presses", [1, 2])
def test_who_presses_a_button_twice_is_not_told_that_a_colleague_was_quicker(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, presses: int
) -> None:
    report = make_report(from_province=True)
    workplace.write(save_all(report))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    refused: list[object] = []
    tasks.failed.connect(refused.append)
    for _press in range(presses):
        page.card.buttons["acknowledge"].click()
    qtbot.waitUntil(lambda: "acknowledge" not in page.card.buttons, timeout=5_000)
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert refused == []


def test_a_press_that_was_refused_can_be_made_again(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    report = make_report(from_province=True)
    workplace.write(save_all(report))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    opened(qtbot, page)
    workplace.write(lambda tx: acknowledge_report(tx, report.id))  # a colleague, and nothing came in here yet
    for _press in range(2):
        with qtbot.waitSignal(tasks.failed):
            page.card.buttons["acknowledge"].click()


def test_who_chooses_a_child_by_keyboard_stands_on_no_button_that_takes_it_back(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    person, file = make_child()
    workplace.write(save_all(person, file))
    form = ReportFormPage(workplace, tasks, lambda _route: None)
    opened(qtbot, form)
    commit_text(form.picker.field, "hoa")
    press(Qt.Key.Key_Return)
    QApplication.processEvents()
    assert form.linked.plain
    press(Qt.Key.Key_Return)
    assert form.linked.plain, "who presses twice has chosen"
    press(Qt.Key.Key_Tab)
    assert form.unlink.hasFocus()
    form.unlink.setFocus()
    press(Qt.Key.Key_Return)
    QApplication.processEvents()
    assert not form.linked.plain
    assert form.picker.field.hasFocus()


def test_a_long_report_scrolls_beside_the_list_which_stays(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    long = make_report(received_at="2026-11-22T15:40:00Z", description="Hàng xóm nghe tiếng trẻ khóc. " * 80)
    other = make_report(received_at="2026-11-22T16:40:00Z")
    workplace.write(save_all(long, other))
    page = ReportsPage(workplace, tasks, lambda _route: None)
    show(qtbot, page, height=420)
    qtbot.waitUntil(lambda: page.panel.verticalScrollBar().maximum() > 0)
    assert page.scroll_area.verticalScrollBar().maximum() == 0, "the list stays in sight"
    page.table.setFocus()
    page.panel.verticalScrollBar().setValue(page.panel.verticalScrollBar().maximum())
    first = next(iter(page.card.buttons.values()))
    first.setFocus()
    qtbot.waitUntil(lambda: not first.visibleRegion().isEmpty())
    QTest.keyClick(first, Qt.Key.Key_PageDown)
    assert page.panel.verticalScrollBar().value() > 0, "it is read to its end with the keyboard"
    page.table.select_id(other.id)
    assert page.panel.verticalScrollBar().value() == 0
