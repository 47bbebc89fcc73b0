"""What is under the hands stays as it is: another window is no leaving, a popup writes only what is chosen in it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.text_edit import TextEdit
from tests.helpers.typing_vietnamese import commit_text

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def day() -> date:
    return date(2026, 11, 23)


@pytest.fixture
def holder(qtbot: QtBot) -> Iterator[QWidget]:
    """A window that has the keyboard, with a column for what is tried."""
    made = QWidget()
    QVBoxLayout(made)
    qtbot.addWidget(made)
    with qtbot.waitActive(made):
        made.show()
        made.activateWindow()
    yield made
    made.close()


def put(holder: QWidget, *widgets: QWidget) -> None:
    layout = holder.layout()
    assert layout is not None
    for widget in widgets:
        layout.addWidget(widget)
        widget.show()
    widgets[0].setFocus()
    QApplication.processEvents()


@pytest.mark.parametrize("kind", [LineEdit, TextEdit])
def test_who_looks_something_up_in_another_window_types_on_where_the_cursor_was(
    qtbot: QtBot, holder: QWidget, kind: type[LineEdit] | type[TextEdit]
) -> None:
    field, other = kind("Họ và tên"), QWidget()
    qtbot.addWidget(other)
    put(holder, field)
    left: list[str] = []
    field.left.connect(left.append)
    commit_text(field, "Nguyễn ")
    with qtbot.waitActive(other):
        other.show()
        other.activateWindow()
    with qtbot.waitActive(holder):
        holder.activateWindow()
    commit_text(field, "Văn")
    assert (field.value(), left) == ("Nguyễn Văn", [])
    QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.TabFocusReason))
    assert left == ["Nguyễn Văn"]


def test_a_date_half_typed_is_not_written_out_behind_another_window(qtbot: QtBot, holder: QWidget) -> None:
    field = DateField(partial=True, today=day)
    put(holder, field)
    commit_text(field, "17/5/20")
    QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, Qt.FocusReason.ActiveWindowFocusReason))
    commit_text(field, "14")
    assert field.text() == "17/5/2014"


def test_a_suggestion_that_was_chosen_counts_as_typed(qtbot: QtBot, holder: QWidget) -> None:
    field = LineEdit("Thôn")
    field.suggest(["thôn Nà Ếch", "thôn Nà Kẻ"])
    put(holder, field)
    heard: list[str] = []
    field.edited.connect(heard.append)
    commit_text(field, "thôn")
    field.completer().complete()
    popup = field.completer().popup()
    assert popup is not None
    qtbot.waitUntil(popup.isVisible)
    for key in (Qt.Key.Key_Down, Qt.Key.Key_Down, Qt.Key.Key_Return):
        QTest.keyClick(popup, key)
    assert field.text() == "thôn Nà Kẻ"
    assert heard[-1] == "thôn Nà Kẻ"


@pytest.mark.parametrize("typed", ["Công an", "Bà Năm"])
def test_enter_takes_what_is_typed_and_no_suggestion_that_nobody_chose(
    qtbot: QtBot, holder: QWidget, typed: str
) -> None:
    """Also where one begins as what is typed does; the key is the field's own, as without any suggestions."""
    field = LineEdit("Ai đưa đến")
    field.suggest(["Bộ đội Biên phòng", "Công an xã"])
    put(holder, field)
    commit_text(field, typed)
    popup = field.completer().popup()
    assert popup is not None
    assert popup.isVisible()
    pressed: list[bool] = []
    field.returnPressed.connect(lambda: pressed.append(True))
    QTest.keyClick(holder.windowHandle(), Qt.Key.Key_Return)
    assert (field.text(), popup.isVisible(), pressed) == (typed, False, [True])
