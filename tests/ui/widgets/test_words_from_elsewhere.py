"""Words from elsewhere are shown as they stand, as a tip too; a value of a conflict is chosen by a click alone."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6 import QtGui
from PySide6.QtCore import QEvent, QPoint, QRect, Qt
from PySide6.QtGui import QHelpEvent, QTextDocument
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QStyleOptionViewItem, QToolTip, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.models.paged import Cell, Column, PagedTableModel
from commune_desk.ui.widgets.chart import ChartPoint, MiniChart
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.table import PagedTable
from commune_desk.ui.widgets.text import Text
from commune_desk.ui.widgets.toggles import Tick

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

HOSTILE = "Hoà <img src='file:///etc/hostname'><b>an toàn</b> &lt; A & B"


def read(tip: str) -> str:
    """What Qt shows of a tool tip."""
    shown = QTextDocument()
    if QtGui.Qt.mightBeRichText(tip):
        shown.setHtml(tip)
    else:
        shown.setPlainText(tip)
    return shown.toPlainText()


def chosen() -> Choice:
    choice = Choice("", [("a", HOSTILE)])
    choice.set_value("a")
    return choice


MADE: dict[str, Callable[[], QWidget]] = {
    "text": lambda: Text(HOSTILE),
    "chip": lambda: Chip(HOSTILE),
    "tick": lambda: Tick(HOSTILE),
    "choice": chosen,
    "chart": lambda: MiniChart(["Thấp", "Cao"], [ChartPoint(0, HOSTILE)]),
}


@pytest.mark.parametrize("kind", MADE)
def test_a_tip_shows_what_stands_there_and_no_picture_that_it_names(qtbot: QtBot, kind: str) -> None:
    widget = MADE[kind]()
    qtbot.addWidget(widget)
    widget.resize(80, 30)
    widget.grab()
    assert read(widget.toolTip()) == HOSTILE


def test_a_tip_of_a_table_too(qtbot: QtBot) -> None:
    class Row:
        id = "1"

    model: PagedTableModel[Row] = PagedTableModel([Column("Tên", lambda _row: Cell(HOSTILE))], lambda _ids: [Row()])
    table = PagedTable(model, "Danh sách")
    qtbot.addWidget(table)
    table.resize(160, 200)
    model.show(["1"])
    table.show()
    option = QStyleOptionViewItem()
    option.rect = QRect(0, 0, 150, 36)
    help_event = QHelpEvent(QEvent.Type.ToolTip, QPoint(5, 5), table.mapToGlobal(QPoint(5, 5)))
    table.itemDelegate().helpEvent(help_event, table, option, model.index(0, 0))
    assert read(QToolTip.text()) == HOSTILE
    QToolTip.hideText()


def test_a_text_that_changed_has_no_tip_of_the_one_before(qtbot: QtBot) -> None:
    text = Text("Ngôi nhà Ánh Dương, phòng khách phía sau")
    qtbot.addWidget(text)
    text.resize(90, 24)
    text.grab()
    assert text.toolTip()
    text.set_text("Khe Lặc")
    text.grab()
    assert text.toolTip() == ""


def decision(text: str) -> CompareTable:
    rows = [CompareRow("carer", "Nơi làm việc", "", (Version("x", text), Version("y", "Chợ Mông Dương")))]
    return CompareTable(["Cán bộ A", "Cán bộ B"], rows)


@pytest.mark.parametrize(
    ("button", "is_far", "decided"),
    [
        (Qt.MouseButton.LeftButton, False, {"carer": "x"}),
        (Qt.MouseButton.LeftButton, True, {}),
        (Qt.MouseButton.RightButton, False, {}),
    ],
)
def test_a_value_is_chosen_by_a_click_alone(
    qtbot: QtBot, button: Qt.MouseButton, is_far: bool, decided: dict[str, str]
) -> None:
    table = decision("Xưởng may")
    qtbot.addWidget(table)
    table.resize(700, 200)
    table.show()
    words = next(text for text in table.findChildren(Text) if text.plain.startswith("Xưởng"))
    cell = words.parentWidget()
    assert cell is not None
    QTest.mousePress(cell, button, pos=QPoint(30, 8))
    QTest.mouseRelease(cell, button, pos=QPoint(30, 800) if is_far else QPoint(30, 8))
    assert table.decision() == decided
