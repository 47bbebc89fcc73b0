"""The Today page as it is used."""

from __future__ import annotations

from pathlib import Path
from threading import Event

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route, draft_route
from commune_desk.store.pages.today import open_tasks
from commune_desk.ui.forms.draft_keeper import DraftKeeper
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import open_drafts
from commune_desk.usecases.records.tasks import add_task
from tests.helpers.builders import make_child, make_report, make_visit, save_all
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text, compose
from tests.helpers.workplaces import OFFICER, clock_of, make_workplace


def shown(qtbot: QtBot, page: TodayPage) -> TodayPage:
    show(qtbot, page)
    return page


def add_child(workplace: Workplace, name: str = "Đặng Thị Hoà") -> str:
    person, file = make_child(name, risk_level="high")
    visit = make_visit(person.id, "2026-11-14", risk_level="high", next_visit_on="2026-11-21")
    workplace.write(save_all(person, file, visit))
    return person.id


def test_rows_lead_to_the_child_and_the_report_by_keyboard(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    child, report = add_child(workplace), make_report()
    workplace.write(save_all(report))
    went: list[Route] = []
    page = shown(qtbot, TodayPage(workplace, tasks, went.append))
    QTest.keyClick(page.sections["visits"].targets[child], Qt.Key.Key_Return)
    QTest.keyClick(page.sections["clocks"].targets[report.id], Qt.Key.Key_Space)
    page.visit.click()
    page.report.click()
    assert went == [
        Route("child", child),
        Route("reports", report.id),
        Route("today", form="visit"),
        Route("reports", form="report"),
    ]


def test_a_passing_minute_rewords_the_clock_and_keeps_the_focus(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    child, report = add_child(workplace), make_report()
    workplace.write(save_all(report))
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    clocks, visits = page.sections["clocks"], page.sections["visits"]
    visits_row, words = visits.targets[child], _words(clocks.rows[0])
    clocks.targets[report.id].setFocus()
    clock_of(workplace).pass_by(minutes=1)
    page.tick()
    assert _words(clocks.rows[0]) != words
    assert clocks.targets[report.id].hasFocus()
    assert visits.targets[child] is visits_row


def test_a_more_urgent_report_that_comes_leaves_the_keyboard_on_its_row(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    """The row is no longer the first, which looks another way; and one whose words changed is the same row."""
    child, report = add_child(workplace), make_report()
    workplace.write(save_all(report))
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    clocks, visits = page.sections["clocks"], page.sections["visits"]
    clocks.targets[report.id].setFocus()
    _none, changes = workplace.write(save_all(make_report(received_at="2026-11-22T14:00:00Z")))
    tasks.announce(changes)
    qtbot.waitUntil(lambda: len(clocks.targets) == 2)
    qtbot.wait(50)
    assert clocks.targets[report.id].hasFocus()
    visits.targets[child].setFocus()
    later, former = make_visit(RecordId(child), "2026-11-15", next_visit_on="2026-11-22"), visits.targets[child]
    _none, changes = workplace.write(save_all(later))
    tasks.announce(changes)
    qtbot.waitUntil(lambda: visits.targets[child] is not former)
    qtbot.wait(50)
    assert visits.targets[child].hasFocus()


def _words(row: object) -> str:
    assert isinstance(row, ListRow)
    return row.accessibleName()


def test_what_is_saved_elsewhere_appears_by_itself(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    assert page.sections["visits"].targets == {}
    person, file = make_child(risk_level="high")
    visit = make_visit(person.id, "2026-11-14", next_visit_on="2026-11-21")
    tasks.run(lambda: workplace.write(save_all(person, file, visit)))
    qtbot.waitUntil(lambda: person.id in page.sections["visits"].targets, timeout=5_000)


def test_a_report_of_the_province_is_taken_up_here(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    report = make_report(from_province=True)
    workplace.write(save_all(report))
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    refused: list[object] = []
    tasks.failed.connect(refused.append)
    for _press in range(2):
        QTest.keyClick(page.sections["province"].targets[report.id], Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not page.sections["province"].isVisible(), timeout=5_000)
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert refused == [], "who presses twice is no colleague of their own"


def test_a_task_is_written_down_and_done(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    card = page.sections["tasks"]
    assert card.entry is not None
    QTest.keyClick(card.entry.title, Qt.Key.Key_Return)
    assert card.entry.problem.isVisible()
    commit_text(card.entry.title, "Gặp nhà trường xếp lớp")
    QTest.keyClick(card.entry.title, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(card.targets) == 1, timeout=5_000)
    assert card.entry.typed() == ("", "")
    next(iter(card.targets.values())).setFocus()
    QTest.keyClick(next(iter(card.targets.values())), Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not card.targets, timeout=5_000)


def test_a_task_that_comes_last_of_many_is_seen_once_written_and_the_line_stays_under_the_hands(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    for number in range(5):
        workplace.write(lambda tx, one=number: add_task(tx, f"Việc {one}", "2026-11-24"))  # type: ignore[misc]
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    card = page.sections["tasks"]
    assert "more" in card.targets
    assert card.entry is not None
    commit_text(card.entry.title, "Việc không hẹn ngày")
    QTest.keyClick(card.entry.title, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(card.targets) == 6, timeout=5_000)
    assert QApplication.focusWidget() is card.entry.title
    assert card.entry.typed() == ("", "")


def test_what_comes_in_meanwhile_leaves_a_half_composed_task_alone(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    card = page.sections["tasks"]
    assert card.entry is not None
    commit_text(card.entry.title, "Gặp ")
    compose(card.entry.title, "nhà")
    tasks.run(lambda: workplace.write(lambda tx: add_task(tx, "Của đồng nghiệp")))
    qtbot.waitUntil(lambda: len(card.targets) == 1, timeout=5_000)
    assert QApplication.focusWidget() is card.entry.title
    assert card.entry.title.is_composing
    assert card.entry.title.text() == "Gặp "


def test_tab_goes_through_the_rows_as_the_eyes_do_after_new_ones_came(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    add_child(workplace)
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    tasks.run(lambda: workplace.write(save_all(make_report())))
    qtbot.waitUntil(lambda: bool(page.sections["clocks"].targets), timeout=5_000)
    order = [stop for card in ("clocks", "visits", "tasks") for stop in page.sections[card].stops()]
    assert [stop for stop in stops(page) if stop in order] == order


def test_all_visits_are_shown_on_demand(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    for number in range(10):
        add_child(workplace, f"Lý A {number}")
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    visits = page.sections["visits"]
    assert len(visits.targets) == 9
    QTest.keyClick(visits.targets["more"], Qt.Key.Key_Space)
    assert len(visits.targets) == 10


def test_a_chair_has_no_buttons_to_write(qtbot: QtBot, tmp_path: Path, tasks: Tasks) -> None:
    chair = make_workplace(tmp_path, role="chair")
    page = shown(qtbot, TodayPage(chair, tasks, lambda _route: None))
    assert not page.visit.isVisible()
    assert not page.report.isVisible()
    page.close()
    chair.register.close()


def test_enter_twice_is_one_task_and_what_is_typed_meanwhile_stays(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    """On a slow disk, or behind a sync that is being taken in, writing takes a while."""
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    entry = page.sections["tasks"].entry
    assert entry is not None
    gate = Event()
    tasks.run(gate.wait)
    commit_text(entry.title, "Gặp nhà trường xếp lớp")
    QTest.keyClick(entry.title, Qt.Key.Key_Return)
    QTest.keyClick(entry.title, Qt.Key.Key_Return)
    commit_text(entry.title, "Gọi cho bà ngoại")
    gate.set()
    qtbot.waitUntil(lambda: tasks.is_idle)
    assert [one.title for one in workplace.read(lambda c: open_tasks(c, 9))] == ["Gặp nhà trường xếp lớp"]
    assert entry.typed() == ("Gọi cho bà ngoại", "")
    assert not entry.problem.isVisible()


def test_a_task_that_cannot_be_written_down_is_put_back(qtbot: QtBot, workplace: Workplace, tasks: Tasks) -> None:
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    entry = page.sections["tasks"].entry
    assert entry is not None
    too_long = "Gặp nhà trường " * 20
    entry.title.setText(too_long)
    with qtbot.waitSignal(tasks.failed):
        QTest.keyClick(entry.title, Qt.Key.Key_Return)
    assert entry.title.text().split() == too_long.split()
    assert workplace.read(lambda c: open_tasks(c, 9)) == []


def test_a_task_that_is_being_typed_outlives_a_lock_and_is_written_down_once(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    page = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    entry = page.sections["tasks"].entry
    assert entry is not None
    commit_text(entry.title, "Gặp nhà trường")
    commit_text(entry.day, "01/12/2026")
    (keeper,) = page.findChildren(DraftKeeper)
    kept = keeper.flush()
    assert kept is not None
    workplace.write(kept)
    (draft,) = workplace.read(lambda db: open_drafts(db, OFFICER))
    assert draft_route(draft.form, draft.record) == Route("today"), "after a power cut one comes to this page"
    again = shown(qtbot, TodayPage(workplace, tasks, lambda _route: None))
    entry = again.sections["tasks"].entry
    assert entry is not None
    assert entry.typed() == ("Gặp nhà trường", "01/12/2026")
    QTest.keyClick(entry.title, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: [one.title for one in workplace.read(lambda db: open_tasks(db, 9))] == ["Gặp nhà trường"])
    assert workplace.read(lambda db: open_drafts(db, OFFICER)) == []
