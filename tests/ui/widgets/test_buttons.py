"""Buttons by keyboard: Enter and Space press them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.widgets.buttons import IconButton, SecondaryButton
from commune_desk.ui.widgets.notice import NoticeBar


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space])
def test_enter_presses_a_button_as_space_does(qtbot: QtBot, key: Qt.Key) -> None:
    button = SecondaryButton("Lock")
    qtbot.addWidget(button)
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    QTest.keyClick(button, key)
    assert pressed == [True]


def test_enter_that_is_held_down_presses_once(qtbot: QtBot) -> None:
    button = SecondaryButton("Save")
    qtbot.addWidget(button)
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    for is_repeated in (False, True, True):
        down = QKeyEvent(QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", is_repeated)
        QApplication.sendEvent(button, down)
    assert pressed == [True]


@pytest.fixture
def room(qtbot: QtBot) -> QWidget:
    """Where a test puts what it needs, in a window that has the keyboard."""
    holder = QWidget()
    qtbot.addWidget(holder)
    with qtbot.waitActive(holder):
        holder.show()
        holder.activateWindow()
    return holder


def test_the_focus_waits_for_a_button_that_is_busy(room: QWidget) -> None:
    before, used, risky = (SecondaryButton(text, parent=room) for text in ("A", "Back up", "Remove"))
    for button in (before, used, risky):
        button.show()
    used.setFocus()
    used.setEnabled(False)
    assert not risky.hasFocus()
    used.setEnabled(True)
    assert used.hasFocus()
    used.setEnabled(False)
    before.setFocus()
    used.setEnabled(True)
    assert before.hasFocus(), "what was chosen meanwhile is left alone"


def test_a_notice_that_is_dismissed_leaves_the_focus_on_no_button(room: QWidget) -> None:
    notice, risky = NoticeBar("Saved", parent=room), SecondaryButton("Take back", parent=room)
    for widget in (notice, risky):
        widget.show()
    close = notice.findChildren(IconButton)[0]
    close.setFocus()
    QTest.keyClick(close, Qt.Key.Key_Return)
    assert notice.isHidden()
    assert not risky.hasFocus()
