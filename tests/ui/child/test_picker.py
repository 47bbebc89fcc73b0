"""The children found by name stand next in the order of Tab."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.forms.child_picker import ChildPicker
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, save_all
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text


@pytest.mark.usefixtures("hoa")
def test_tab_goes_from_the_name_to_the_children_found_and_on(qtbot: QtBot, workplace: Workplace) -> None:
    workplace.write(save_all(*make_child("Trần Thị Hoà")))
    holder = QWidget()
    column = QVBoxLayout(holder)
    picker, after = ChildPicker(workplace), SecondaryButton("Tiếp")
    column.addWidget(picker)
    column.addWidget(after)
    show(qtbot, holder)
    picker.setFocus()
    commit_text(picker.field, "hoa")
    QTest.keyClick(picker.field, Qt.Key.Key_Return)
    QApplication.processEvents()
    picker.field.setFocus()
    reached: list[object] = []
    for _stop in range(3):
        focused = QApplication.focusWidget()
        assert focused is not None
        QTest.keyClick(focused, Qt.Key.Key_Tab)
        reached.append(QApplication.focusWidget())
    assert reached == [*picker.rows, after]
