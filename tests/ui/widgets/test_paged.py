"""The paged model: exact counts, few reads, and only stale pages read again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtTest import QAbstractItemModelTester, QTest
from PySide6.QtWidgets import QLineEdit, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.models.paged import KEPT_PAGES, PAGE_ROWS, Cell, CellRole, Column, PagedTableModel
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.table import PagedTable


@dataclass(frozen=True)
class Row:
    id: str
    name: str


class Source:
    """Rows that are all there but those in `gone`; remembers what was asked for."""

    def __init__(self) -> None:
        self.asked: list[list[str]] = []
        self.gone: set[str] = set()
        self.word = "Trẻ"

    def fetch(self, ids: list[str]) -> Sequence[Row]:
        self.asked.append(ids)
        return [Row(i, f"{self.word} {i}") for i in reversed(ids) if i not in self.gone]


@pytest.fixture
def source() -> Source:
    return Source()


@pytest.fixture
def model(source: Source) -> PagedTableModel[Row]:
    columns = [
        Column[Row]("Tên", lambda r: Cell(r.name, "dòng hai", bold=True), stretch=2),
        Column[Row]("Nguy cơ", lambda r: Cell("Cao", tone=Tone.DANGER), width=100, sort_key="risk"),
    ]
    return PagedTableModel(columns, source.fetch)


def ids(count: int) -> list[str]:
    return [str(n) for n in range(count)]


def text(model: PagedTableModel[Row], row: int) -> str:
    return str(model.index(row, 0).data())


def test_the_row_count_is_exact_and_nothing_is_read_before_it_is_seen(
    model: PagedTableModel[Row], source: Source
) -> None:
    model.show(ids(100_000))
    assert model.rowCount() == 100_000
    assert model.rowCount(model.index(0, 0)) == 0
    assert source.asked == []
    assert text(model, 99_999) == "Trẻ 99999"
    assert [len(asked) for asked in source.asked] == [PAGE_ROWS]


def test_a_page_is_read_once_and_rows_in_any_order_find_their_place(
    model: PagedTableModel[Row], source: Source
) -> None:
    model.show(ids(250))
    assert [text(model, n) for n in (0, 99, 100, 249)] == ["Trẻ 0", "Trẻ 99", "Trẻ 100", "Trẻ 249"]
    assert [len(asked) for asked in source.asked] == [100, 100, 50]


def test_only_so_many_pages_are_kept(model: PagedTableModel[Row], source: Source) -> None:
    model.show(ids(PAGE_ROWS * (KEPT_PAGES + 1)))
    for page in range(KEPT_PAGES + 1):
        text(model, page * PAGE_ROWS)
    source.asked.clear()
    text(model, PAGE_ROWS)
    assert source.asked == []
    text(model, 0)
    assert len(source.asked) == 1


def test_only_the_changed_page_is_read_again(model: PagedTableModel[Row], source: Source, qtbot: QtBot) -> None:
    model.show(ids(300))
    for row in (0, 100, 200):
        text(model, row)
    source.asked.clear()
    source.word = "Cháu"
    with qtbot.waitSignal(model.dataChanged) as changed:
        model.refresh(["150", "not shown"])
    assert changed.args[0].row() == 150
    assert [text(model, row) for row in (0, 150, 200)] == ["Trẻ 0", "Cháu 150", "Trẻ 200"]
    assert len(source.asked) == 1


def test_a_row_that_is_gone_shows_as_such_and_breaks_nothing(model: PagedTableModel[Row], source: Source) -> None:
    source.gone = {"1"}
    model.show(ids(3))
    assert [text(model, row) for row in range(3)] == ["Trẻ 0", "…", "Trẻ 2"]


def test_cells_tell_what_they_are(model: PagedTableModel[Row]) -> None:
    model.show(ids(1))
    name, risk = model.index(0, 0), model.index(0, 1)
    assert name.data(CellRole.BOLD) is True
    assert name.data(CellRole.SECOND) == "dòng hai"
    assert name.data(CellRole.ID) == "0"
    assert name.data(Qt.ItemDataRole.AccessibleTextRole) == "Trẻ 0 dòng hai"
    assert risk.data(CellRole.TONE) == Tone.DANGER
    assert model.headerData(1, Qt.Orientation.Horizontal) == "Nguy cơ"
    assert model.data(QModelIndex()) is None


def test_qt_finds_no_fault_with_the_model(model: PagedTableModel[Row], qtbot: QtBot) -> None:
    tester = QAbstractItemModelTester(model, QAbstractItemModelTester.FailureReportingMode.Warning)
    model.show(ids(250))
    model.refresh(["3", "240"])
    model.show([])
    model.show(ids(10))
    assert tester.model() is model


def test_the_table_reads_only_what_it_paints(model: PagedTableModel[Row], source: Source, qtbot: QtBot) -> None:
    table = PagedTable(model, "Danh sách", two_lines=True)
    qtbot.addWidget(table)
    table.resize(600, 500)
    model.show(ids(100_000))
    table.show()
    qtbot.waitExposed(table)
    table.repaint()
    assert len(source.asked) <= 2
    table.scrollToBottom()
    table.repaint()
    assert len(source.asked) <= 4


def test_enter_opens_the_row_and_a_heading_asks_for_its_order(model: PagedTableModel[Row], qtbot: QtBot) -> None:
    table = PagedTable(model, "Danh sách")
    qtbot.addWidget(table)
    table.resize(600, 300)
    model.show(ids(20))
    table.show()
    table.select_id("7")
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert opened.args == ["7"]
    with qtbot.waitSignal(table.sort_requested) as wanted:
        table.horizontalHeader().sectionClicked.emit(1)
    assert wanted.args == ["risk"]


@pytest.mark.parametrize("left_before", [False, True])
def test_the_row_that_enter_opens_is_seen_once_tab_has_come_to_the_table(
    model: PagedTableModel[Row], qtbot: QtBot, left_before: bool
) -> None:
    window = QWidget()
    column = QVBoxLayout(window)
    before, table = QLineEdit(), PagedTable(model, "Sổ trẻ em")
    column.addWidget(before)
    column.addWidget(table)
    qtbot.addWidget(window)
    model.show(ids(5))
    with qtbot.waitActive(window):
        window.show()
        window.activateWindow()
    before.setFocus()
    assert not table.selectionModel().hasSelection(), "nothing is selected by accident"
    if left_before:
        table.select_id("3")
        table.leave_row()
    QTest.keyClick(before, Qt.Key.Key_Tab)
    assert table.hasFocus()
    shown = [index.row() for index in table.selectionModel().selectedRows()]
    with qtbot.waitSignal(table.opened) as opened:
        QTest.keyClick(table, Qt.Key.Key_Return)
    assert (shown, opened.args) == ([0], ["0"])


def test_typing_on_a_table_does_not_search_through_every_row(
    model: PagedTableModel[Row], source: Source, qtbot: QtBot
) -> None:
    table = PagedTable(model, "Danh sách")
    qtbot.addWidget(table)
    model.show(ids(5_000))
    table.show()
    table.select_id("0")
    table.repaint()
    source.asked.clear()
    QTest.keyClick(table, Qt.Key.Key_X)
    assert source.asked == []


def test_the_same_rows_shown_again_are_read_anew_and_nothing_moves(
    model: PagedTableModel[Row], source: Source, qtbot: QtBot
) -> None:
    """The cursor, and the place to which one has scrolled: a sync that changes none of them is not seen."""
    table = PagedTable(model, "Danh sách")
    qtbot.addWidget(table)
    table.resize(600, 300)
    model.show(ids(300))
    table.show()
    table.select_id("7")
    table.verticalScrollBar().setValue(2_000)
    table.repaint()
    source.word = "Cháu"
    model.show(ids(300))
    table.repaint()
    assert (table.current_id, table.verticalScrollBar().value()) == ("7", 2_000)
    assert text(model, 60) == "Cháu 60"
    model.show(ids(299))
    assert table.current_id == ""
