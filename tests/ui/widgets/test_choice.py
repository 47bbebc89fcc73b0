"""The list of a choice while it is open, and what a narrow one says."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.ui.widgets.choice import Choice

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

COMMUNES = [("06724", "Quảng Hà"), ("06838", "Quảng La"), ("06862", "Quảng Yên"), ("06841", "Hạ Long")]


def shown(qtbot: QtBot) -> Choice:
    choice = Choice("Xã", COMMUNES)
    qtbot.addWidget(choice)
    with qtbot.waitActive(choice):
        choice.show()
        choice.activateWindow()
    choice.setFocus()
    return choice


def test_a_list_that_is_open_stays_where_it_is_when_the_same_is_offered_again(qtbot: QtBot) -> None:
    choice = shown(qtbot)
    choice.showPopup()
    for _row in range(3):
        QTest.keyClick(choice.view(), Qt.Key.Key_Down)
    choice.set_options(COMMUNES)  # as each sync does of a filter
    QTest.keyClick(choice.view(), Qt.Key.Key_Return)
    assert choice.value() == "06862"


def test_a_choice_too_narrow_for_its_words_tells_them(qtbot: QtBot) -> None:
    choice = shown(qtbot)
    choice.set_value("06862")
    choice.setFixedWidth(70)
    choice.grab()
    assert choice.toolTip() == "Quảng Yên"
    choice.setFixedWidth(300)
    choice.grab()
    assert choice.toolTip() == ""


def test_a_page_that_is_scrolled_over_the_field_chosen_last_changes_no_answer(qtbot: QtBot) -> None:
    """The pointer still stands on the field that has just been chosen in."""
    choice = shown(qtbot)
    choice.set_value("06838")
    assert choice.hasFocus()
    place = QPointF(8, 8)
    turned = QWheelEvent(
        place,
        choice.mapToGlobal(place),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(choice, turned)
    assert choice.value() == "06838"
    assert not turned.isAccepted(), "the page scrolls"
