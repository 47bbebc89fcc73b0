"""The import page as widgets: by keyboard from file to result, stopped, taken back, and after a crash."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.lists.page import Stage
from commune_desk.ui.pages.import_page import ImportPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from tests.helpers.builders import make_child, save_all
from tests.helpers.dialogs import answer
from tests.helpers.keys import press
from tests.helpers.lists import count_children, list_of, read, settle, the_child
from tests.helpers.workplaces import LISTS_KEPT_ON, asked_by_the_screen, make_workplace, until_closed

CURRENT = Path(__file__).parents[3] / "resources" / "demo" / "ds-tre-em-binh-lieu.xlsx"


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    yield from until_closed(make_workplace(tmp_path, at=LISTS_KEPT_ON))


@pytest.fixture
def tasks(workplace: Workplace) -> Iterator[Tasks]:
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        yield Tasks(writer, slow)


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route]) -> ImportPage:
    made = ImportPage(workplace, tasks, routes.append)
    qtbot.addWidget(made)
    made.resize(1100, 640)
    made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    return made


def until_idle(qtbot: QtBot, page: ImportPage, tasks: Tasks) -> None:
    qtbot.waitUntil(lambda: tasks.is_idle and page.work.work is None, timeout=60_000)


def until_stage(qtbot: QtBot, page: ImportPage, stage: Stage) -> None:
    qtbot.waitUntil(lambda: page.state.stage is stage, timeout=60_000)


def to_check(qtbot: QtBot, page: ImportPage, tasks: Tasks) -> None:
    page.open_path(CURRENT)
    until_idle(qtbot, page, tasks)
    page.read.click()
    until_idle(qtbot, page, tasks)
    assert page.state.stage is Stage.CHECK


def test_from_file_to_register_by_keyboard(
    qtbot: QtBot, page: ImportPage, tasks: Tasks, workplace: Workplace, routes: list[Route]
) -> None:
    told: list[ChangeSet] = []
    tasks.register_changed.connect(told.append)
    page.open_path(CURRENT)
    until_idle(qtbot, page, tasks)
    assert page.columns.isVisible()
    assert len(page.columns.choices) == 15
    QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until_stage(qtbot, page, Stage.CHECK)
    assert page.check.table.hasFocus()
    assert page.check.model.rowCount() == 18
    assert not page.save.isEnabled()
    page.check.rest.click()
    until_idle(qtbot, page, tasks)
    assert page.save.isEnabled()
    QTest.keyClick(page, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    until_stage(qtbot, page, Stage.DONE)
    until_idle(qtbot, page, tasks)
    assert page.result.isVisible()
    assert workplace.read(count_children) == 452
    qtbot.waitUntil(lambda: any(changes.touches("imports") for changes in told))
    page.result.open_register.click()
    assert routes == [Route("register")]


def test_a_repetition_is_decided_with_the_radio_buttons(
    qtbot: QtBot, workplace: Workplace, page: ImportPage, tasks: Tasks
) -> None:
    to_check(qtbot, page, tasks)
    open_row = next(row.id for row in page.state.rows(page.state.check_view().ids) if row.state.icon)
    page.check.table.select_id(open_row)
    choice = page.check.panel.choice
    assert choice is not None
    assert choice.value() == ""
    with asked_by_the_screen(workplace) as asked:
        choice.buttons["different"].click()
        until_idle(qtbot, page, tasks)
    assert [sql for sql in asked if "sum(level=2)" in sql or "SELECT row FROM" in sql] == []
    assert page.state.check_view().to_decide == 5
    assert "5" in page.check.hint.plain


def test_what_a_column_holds_can_be_changed(qtbot: QtBot, page: ImportPage, tasks: Tasks) -> None:
    page.open_path(CURRENT)
    until_idle(qtbot, page, tasks)
    name = next(row.column for row in page.state.columns_view().columns if row.target == "full_name")
    page.columns.choices[name].set_value("")
    assert page.columns.problem.isVisible()
    assert not page.read.isEnabled()
    page.columns.choices[name].set_value("full_name")
    assert page.read.isEnabled()


def test_a_second_enter_does_not_stop_what_the_first_began(qtbot: QtBot, page: ImportPage, tasks: Tasks) -> None:
    to_check(qtbot, page, tasks)
    page.check.rest.click()
    until_idle(qtbot, page, tasks)
    page.save.setFocus()
    for _press in range(2):
        press(Qt.Key.Key_Return)
        assert page.hasFocus(), "where Tab goes on from"
    until_idle(qtbot, page, tasks)
    assert page.state.stage is Stage.DONE
    assert page.result.open_register.hasFocus()


def test_what_was_decided_is_not_forgotten_without_a_question(qtbot: QtBot, page: ImportPage, tasks: Tasks) -> None:
    to_check(qtbot, page, tasks)
    page.check.rest.click()
    until_idle(qtbot, page, tasks)
    for choice, stage in (("reject", Stage.CHECK), ("accept", Stage.COLUMNS)):
        asked = answer(choice)
        page.back.click()
        until_idle(qtbot, page, tasks)
        assert (asked, page.state.stage) == (["Quay lại chọn cột?"], stage)


def test_stopped_in_the_middle_nothing_is_left(
    qtbot: QtBot, page: ImportPage, tasks: Tasks, workplace: Workplace
) -> None:
    to_check(qtbot, page, tasks)
    page.check.rest.click()
    until_idle(qtbot, page, tasks)
    page.save.click()
    qtbot.waitUntil(lambda: page.progress.bar.value() > 0, timeout=10_000)
    page.progress.cancel.click()
    until_idle(qtbot, page, tasks)
    assert page.state.stage is Stage.COLUMNS
    assert page.notice is not None
    left = workplace.read(lambda c: c.execute("SELECT count(*) FROM person").fetchone()[0])
    assert left == 0


class TitledPage(ImportPage):
    """Keeps every heading that it showed."""

    def set_title(self, title: str, subtitle: str = "") -> None:
        self.told = [*getattr(self, "told", []), subtitle]
        super().set_title(title, subtitle)


SAVING = "Bước 4/4: đang lưu; chưa có gì vào sổ"


def test_while_rows_are_saved_the_heading_says_that_nothing_is_in_the_register_yet(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks
) -> None:
    page = TitledPage(workplace, tasks, lambda _route: None)
    qtbot.addWidget(page)
    to_check(qtbot, page, tasks)
    page.check.rest.click()
    until_idle(qtbot, page, tasks)
    assert page.subtitle.plain == "Bước 3/4: xem lại các dòng"
    page.save.click()
    assert page.subtitle.plain == SAVING
    until_stage(qtbot, page, Stage.DONE)
    until_idle(qtbot, page, tasks)
    assert page.subtitle.plain == "Bước 4/4: đã xong"
    assert list(dict.fromkeys(page.told[page.told.index(SAVING) :])) == [
        SAVING,
        "Bước 4/4: trẻ đã vào sổ; đang bổ sung phần còn lại",
        "Bước 4/4: đã xong",
    ]


def test_gone_on_with_from_the_first_step_the_heading_says_so_too(
    qtbot: QtBot, page: ImportPage, tasks: Tasks, workplace: Workplace
) -> None:
    to_check(qtbot, page, tasks)
    workplace.write(page.state.decide_rest())
    saving = page.state.saving()
    for _ in range(3):
        saving.step()
    again = ImportPage(workplace, tasks, lambda _route: None)
    qtbot.addWidget(again)
    again.choose.resumed.emit(page.state.import_id)
    assert again.subtitle.plain == SAVING
    again.progress.cancel.click()
    until_idle(qtbot, again, tasks)
    assert again.subtitle.plain == "Bước 1/4: chọn tệp"


def test_a_list_is_taken_back_after_a_question(
    qtbot: QtBot, page: ImportPage, tasks: Tasks, workplace: Workplace
) -> None:
    to_check(qtbot, page, tasks)
    page.check.rest.click()
    until_idle(qtbot, page, tasks)
    page.save.click()
    until_idle(qtbot, page, tasks)
    first = answer("reject")
    page.result.undo.click()
    assert workplace.read(count_children) == 452
    second = answer("accept")
    page.result.undo.click()
    until_idle(qtbot, page, tasks)
    assert len(first) == len(second) == 1
    assert workplace.read(count_children) == 0
    assert page.state.stage is Stage.CHOOSE


def test_a_file_that_is_no_list_is_told_in_a_sentence(
    qtbot: QtBot, page: ImportPage, tasks: Tasks, tmp_path: Path
) -> None:
    path = tmp_path / "picture.xlsx"
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(200))
    said = answer("accept")
    page.open_path(path)
    until_idle(qtbot, page, tasks)
    qtbot.waitUntil(lambda: bool(said))
    assert "picture.xlsx" in said[0]
    assert page.choose.isVisible()
    assert not page.progress.isVisible()


def test_going_back_from_the_rows_forgets_what_was_read(qtbot: QtBot, page: ImportPage, tasks: Tasks) -> None:
    to_check(qtbot, page, tasks)
    page.back.click()
    until_idle(qtbot, page, tasks)
    assert page.state.stage is Stage.COLUMNS
    assert page.state.was_checking() == ""


def test_a_new_window_shows_the_rows_one_was_looking_at(
    qtbot: QtBot, page: ImportPage, tasks: Tasks, workplace: Workplace
) -> None:
    to_check(qtbot, page, tasks)
    again = ImportPage(workplace, tasks, lambda _route: None)
    qtbot.addWidget(again)
    until_stage(qtbot, again, Stage.CHECK)
    assert again.check.model.rowCount() == 18
    assert again.focusWidget() is again.check.table, "not the way back, which takes everything back"


def test_an_import_broken_off_is_offered_and_gone_on_with(
    qtbot: QtBot, page: ImportPage, tasks: Tasks, workplace: Workplace
) -> None:
    to_check(qtbot, page, tasks)
    workplace.write(page.state.decide_rest())
    saving = page.state.saving()
    for _ in range(3):
        saving.step()
    again = ImportPage(workplace, tasks, lambda _route: None)
    qtbot.addWidget(again)
    again.show()
    assert again.choose.broken.isVisible()
    again.choose.resumed.emit(page.state.import_id)
    until_idle(qtbot, again, tasks)
    assert workplace.read(count_children) == 452


def test_the_ui_thread_is_never_held_up(qtbot: QtBot, page: ImportPage, tasks: Tasks) -> None:
    """Reading and saving happen elsewhere: while they run, the page only hands in the next step."""
    to_check(qtbot, page, tasks)
    threads: set[bool] = set()
    here = page.thread()

    class Watched:
        def __init__(self, step: Callable[[], object]) -> None:
            self._step = step

        def step(self) -> object:
            threads.add(here.isCurrentThread())
            return self._step()

    page.check.rest.click()
    until_idle(qtbot, page, tasks)
    saving = page.state.saving()
    page.work.start(Watched(saving.step), tasks.run, page._was_saved)  # type: ignore[arg-type]
    until_idle(qtbot, page, tasks)
    assert threads == {False}


def test_nothing_on_the_windows_thread_reads_through_the_list(
    qtbot: QtBot, workplace: Workplace, page: ImportPage, tasks: Tasks
) -> None:
    """Of a long list that takes a sixth of a second each time: only the rows that are seen are read there."""
    with asked_by_the_screen(workplace) as asked:
        to_check(qtbot, page, tasks)
        for view in ("errors", "all", "duplicates"):
            page._on_view(view)
            until_idle(qtbot, page, tasks)
        page.check.rest.click()
        until_idle(qtbot, page, tasks)
        page.save.click()
        until_stage(qtbot, page, Stage.DONE)
        until_idle(qtbot, page, tasks)
        again = ImportPage(workplace, tasks, lambda _route: None)
        qtbot.addWidget(again)
    rows = [sql for sql in asked if "FROM import_row WHERE" in sql]
    assert rows
    assert [sql for sql in rows if "row IN (" not in sql and "state IN (" not in sql] == []


def test_rows_of_a_view_that_was_left_meanwhile_are_not_shown(qtbot: QtBot, page: ImportPage, tasks: Tasks) -> None:
    to_check(qtbot, page, tasks)
    page._on_view("all")
    page._on_view("errors")
    until_idle(qtbot, page, tasks)
    assert page.check.model.rowCount() == len(page.state.check_view().ids) > 0
    assert page.check.tabs.tabData(page.check.tabs.currentIndex()) == "errors"


def test_at_125_percent_the_rows_fit_the_page_and_what_was_found_stands_under_the_name(
    qtbot: QtBot, page: ImportPage, tasks: Tasks
) -> None:
    to_check(qtbot, page, tasks)
    page._on_view("errors")
    until_idle(qtbot, page, tasks)
    wide = page.check.model.cell(0, 1).second
    page.resize(870, 520)
    qtbot.waitUntil(lambda: page.check.table.isColumnHidden(3))
    assert page.scroll_area.verticalScrollBar().maximum() == 0
    assert page.check.table.currentIndex().row() == 0
    row = page.state.rows(page.state.check_view().ids[:1])[0]
    assert (wide, page.check.model.cell(0, 1).second) == (row.second, row.found)
    table = page.check.table
    assert sum(table.columnWidth(column) for column in range(3)) >= table.viewport().width() - 3
    page.resize(1100, 640)
    qtbot.waitUntil(lambda: not page.check.table.isColumnHidden(3))
    assert page.check.model.cell(0, 1).second == wide


def test_stopped_while_the_rows_are_read_nothing_is_left(
    qtbot: QtBot, page: ImportPage, tasks: Tasks, workplace: Workplace
) -> None:
    page.open_path(CURRENT)
    until_idle(qtbot, page, tasks)
    page.read.click()
    page.progress.cancel.click()
    until_idle(qtbot, page, tasks)
    assert page.state.stage is Stage.COLUMNS
    assert page.notice is not None
    left = workplace.read(lambda c: c.execute("SELECT count(*) FROM import_row").fetchone()[0])
    assert (left, page.state.was_checking(), page.state.left_behind()) == (0, "", [])


def test_while_another_sheet_is_looked_into_the_former_one_is_not_read(
    qtbot: QtBot, page: ImportPage, tasks: Tasks
) -> None:
    page.open_path(CURRENT)
    until_idle(qtbot, page, tasks)
    gate = threading.Event()
    tasks.query(lambda: gate.wait(10), lambda _none: None)
    page.columns.header_chosen.emit(page.columns.header.value())
    page.read.click()
    gate.set()
    until_idle(qtbot, page, tasks)
    assert page.state.stage is Stage.COLUMNS
    assert page.columns.isEnabled()
    page.read.click()
    until_stage(qtbot, page, Stage.CHECK)


def test_a_list_that_was_broken_off_when_it_was_in_goes_on_by_itself(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, tmp_path: Path
) -> None:
    person, file = make_child("Bàn Thị Ngân", birth_date="2015-01-02", id_number="022315000111", village=None)
    workplace.write(save_all(person, file))
    import_id = read(workplace, list_of(tmp_path, "Bàn Thị Ngân;Nữ;02/01/2015;022315000111;Khe Lặc;;;;;;;"))
    settle(workplace, import_id)
    saving = ListSaving(workplace, import_id)
    while not saving.is_shown:
        saving.step()
    again = ImportPage(workplace, tasks, lambda _route: None)
    qtbot.addWidget(again)
    until_stage(qtbot, again, Stage.DONE)
    until_idle(qtbot, again, tasks)
    assert the_child(workplace, "ban thi ngan").person.village == "Khe Lặc"
