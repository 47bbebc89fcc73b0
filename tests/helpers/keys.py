"""Keys where the focus is, and what is shown by then."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.desk_window import DeskWindow


def focused() -> QWidget:
    found = QApplication.focusWidget()
    assert found is not None
    return found


def press(key: Qt.Key, modifier: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
    """A key where the focus is."""
    QTest.keyClick(focused(), key, modifier)


def top_of(window: DeskWindow) -> QWidget:
    shown = window.shell.stack.currentWidget()
    assert shown is not None
    return shown


def come_back(qtbot: QtBot, window: DeskWindow) -> None:
    """What a window system does once a dialog is gone."""
    window.shell.activateWindow()
    qtbot.waitUntil(lambda: QApplication.activeWindow() is window.shell)
