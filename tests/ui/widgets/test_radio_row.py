"""Radio buttons by keyboard: arrow keys choose, Tab stops once."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.presenters.frame.entry_form import Editor, FieldSpec
from commune_desk.ui.forms.field_editors import make_editor
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.forms import FieldRow
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


@pytest.fixture
def optional(qtbot: QtBot) -> Iterator[RadioRow]:
    editor = make_editor(FieldSpec("sex", "Sex", Editor.RADIO), SEXES, date.today)
    assert isinstance(editor, RadioRow)
    field = FieldRow("Sex", editor)
    qtbot.addWidget(field)
    with qtbot.waitActive(field):
        field.show()
        field.activateWindow()
    yield editor
    field.close()


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_an_answer_that_nobody_has_to_give_is_taken_back(qtbot: QtBot, optional: RadioRow, key: Qt.Key) -> None:
    optional.setFocus()
    press(Key.Key_Down)
    press(Key.Key_Down)
    with qtbot.waitSignal(optional.chosen) as told:
        press(key)
    assert told.args == [""]
    assert optional.value() == ""
    assert optional.buttons["male"].hasFocus()
    with qtbot.assertNotEmitted(optional.chosen):
        press(key)
    press(Key.Key_Down)
    assert optional.value() == "male", "one begins again where one is"


def test_how_it_is_taken_back_is_said(optional: RadioRow) -> None:
    assert "Delete" in optional.toolTip()
    assert optional.buttons["male"].accessibleDescription() == optional.toolTip()


@pytest.mark.parametrize("key", [Key.Key_Delete, Key.Key_Backspace])
def test_one_that_is_asked_for_stays(row: RadioRow, key: Qt.Key) -> None:
    """The twin."""
    row.setFocus()
    press(Key.Key_Down)
    press(key)
    assert row.value() == "female"
    editor = make_editor(FieldSpec("risk", "Risk", Editor.RADIO, required=True), SEXES, date.today)
    assert editor.toolTip() == ""
