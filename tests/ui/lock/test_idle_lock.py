"""What holds the idle lock off: anything a person does at a window of the program, and nothing else."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.idle_lock import IdleLock
from tests.helpers.typing_vietnamese import commit_text

PAUSE_MS = 40


def a_key(shown: QWidget) -> None:
    QTest.keyClick(shown.windowHandle(), Qt.Key.Key_Down)


def a_movement(shown: QWidget) -> None:
    QTest.mouseMove(shown.windowHandle(), QPoint(20, shown.width() // 2))


def a_click(shown: QWidget) -> None:
    QTest.mouseClick(shown.windowHandle(), Qt.MouseButton.LeftButton)


def a_turn_of_the_wheel(shown: QWidget) -> None:
    at, none = QPointF(5, 5), Qt.MouseButton.NoButton
    turn = QWheelEvent(
        at, at, QPoint(), QPoint(0, 120), none, Qt.KeyboardModifier.NoModifier, Qt.ScrollPhase.NoScrollPhase, False
    )
    QApplication.sendEvent(shown.windowHandle(), turn)


def composed_text(shown: QWidget) -> None:
    """It comes without a key at the window."""
    field = shown.findChild(QLineEdit)
    assert isinstance(field, QLineEdit)
    commit_text(field, "ế")


def nothing(shown: QWidget) -> None:
    """A program that does something by itself is nobody at the keyboard."""
    shown.resize(shown.width() + 1, shown.height())
    shown.repaint()


def window(qtbot: QtBot, shown: QWidget, width: int = 200) -> QWidget:
    QLineEdit(shown).setFocus()
    shown.resize(width, 200)
    with qtbot.waitActive(shown):
        shown.show()
    return shown


@pytest.fixture
def shown(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return window(qtbot, made)


def is_held_off(qtbot: QtBot, lock: IdleLock, act: Callable[[], object]) -> bool:
    """Whether there is more time left after the act than before."""
    qtbot.wait(PAUSE_MS)
    before = lock.left_ms
    act()
    qtbot.wait(0)
    return lock.left_ms > before


ACTS = (a_key, a_movement, a_click, a_turn_of_the_wheel, composed_text)


@pytest.mark.parametrize("act", ACTS)
def test_what_a_person_does_holds_the_lock_off(
    qtbot: QtBot, qapp: QApplication, shown: QWidget, act: Callable[[QWidget], None]
) -> None:
    lock = IdleLock(qapp, 5.0)
    assert not is_held_off(qtbot, lock, lambda: nothing(shown)), "the twin"
    assert is_held_off(qtbot, lock, lambda: act(shown))
    lock.stop()
    assert not is_held_off(qtbot, lock, lambda: act(shown)), "it is over"


@pytest.mark.parametrize("act", ACTS)
def test_also_in_a_window_that_opens_later(
    qtbot: QtBot, qapp: QApplication, shown: QWidget, act: Callable[[QWidget], None]
) -> None:
    lock = IdleLock(qapp, 5.0)
    over = window(qtbot, QDialog(shown), 160)
    assert is_held_off(qtbot, lock, lambda: act(over))
    with qtbot.waitActive(shown):
        over.close()
        over.deleteLater()
        shown.activateWindow()
    assert is_held_off(qtbot, lock, lambda: act(shown)), "and in the first again, once that is gone"
    lock.stop()


def test_a_call_holds_it_off_and_its_end_starts_it_anew(qtbot: QtBot, qapp: QApplication) -> None:
    lock = IdleLock(qapp, 5.0)
    told: list[bool] = []
    lock.held.connect(told.append)
    lock.hold(True)
    assert (lock.is_held, lock.left_ms) == (True, -1)
    lock._call.timeout.emit()  # the hour is over
    assert not lock.is_held
    assert told == [True, False]
    assert lock.left_ms > 0
    lock.stop()


def test_nobody_there_is_a_lock(qtbot: QtBot, qapp: QApplication) -> None:
    lock = IdleLock(qapp, 0.0001)
    with qtbot.waitSignal(lock.expired):
        assert lock.left_ms <= 6
    lock.stop()
