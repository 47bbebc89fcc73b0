"""Radio buttons by keyboard: arrow keys choose, Tab stops once."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.options import RadioRow

Key = Qt.Key
SEXES = [("female", "Nữ"), ("male", "Nam"), ("other", "Khác")]


@pytest.fixture
def row(qtbot: QtBot) -> Iterator[RadioRow]:
    holder = QWidget()
    column = QVBoxLayout(holder)
    made = RadioRow("Sex", SEXES)
    column.addWidget(made)
    column.addWidget(SecondaryButton("Next"))
    qtbot.addWidget(holder)
    with qtbot.waitActive(holder):
        holder.show()
        holder.activateWindow()
    yield made
    holder.close()


def press(key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key)


@pytest.mark.parametrize(
    ("keys", "chosen"),
    [
        ([Key.Key_Down], "female"),
        ([Key.Key_Down, Key.Key_Down], "male"),
        ([Key.Key_Right, Key.Key_Right, Key.Key_Right, Key.Key_Right], "other"),
        ([Key.Key_Down, Key.Key_Right, Key.Key_Up, Key.Key_Left], "female"),
    ],
)
def test_arrow_keys_choose_also_when_nothing_is_chosen_yet(row: RadioRow, keys: list[Qt.Key], chosen: str) -> None:
    row.setFocus()
    for key in keys:
        press(key)
    assert row.value() == chosen
    assert row.buttons[chosen].hasFocus()


def test_tab_stops_at_the_chosen_one_alone(row: RadioRow) -> None:
    row.set_value("male")
    row.setFocus()
    assert row.buttons["male"].hasFocus()
    press(Key.Key_Tab)
    assert isinstance(QApplication.focusWidget(), SecondaryButton)
    press(Key.Key_Backtab)
    assert row.buttons["male"].hasFocus()
