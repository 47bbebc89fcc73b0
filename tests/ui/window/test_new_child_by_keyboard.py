"""From the register to a new child's page and its first visit, without a mouse."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from commune_desk.store.pages.children import child_record
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.forms.child_form import ChildFormPage
from commune_desk.ui.forms.visit_form import VisitFormPage
from commune_desk.ui.pages.child import ChildPage
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.keys import focused, press, top_of
from tests.helpers.typing_vietnamese import commit_text

Key = Qt.Key
Alt, Control = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def tab_to(name: str) -> None:
    """Press Tab until the keyboard is at what is called so."""
    for _step in range(80):
        if name in focused().accessibleName():
            return
        press(Key.Key_Tab)
    raise AssertionError(f"Tab never came to {name}")


def test_a_child_is_entered_and_visited_by_keyboard(qtbot: QtBot, window: DeskWindow, workplace: Workplace) -> None:
    press(Key.Key_2, Alt)
    press(Key.Key_F6)
    tab_to("Thêm trẻ")
    press(Key.Key_Return)
    form = top_of(window)
    assert isinstance(form, ChildFormPage)
    commit_text(focused(), "Chíu Sau Mẩy")
    tab_to("Giới tính")
    press(Key.Key_Space)
    tab_to("Ngày sinh")
    commit_text(focused(), "2014")
    tab_to("Người chăm sóc")
    commit_text(focused(), "Chíu Nhì Múi")
    tab_to("Lưu")
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: focused().accessibleName() == "Quan hệ với trẻ")
    press(Key.Key_Down)
    press(Key.Key_S, Control)
    qtbot.waitUntil(lambda: isinstance(top_of(window), ChildPage))
    page = top_of(window)
    assert isinstance(page, ChildPage)
    record = workplace.read(lambda c: child_record(c, page.person))
    assert record is not None
    assert (record.person.full_name, record.person.birth_date) == ("Chíu Sau Mẩy", "2014")
    tab_to("Ghi thăm hộ")
    press(Key.Key_Return)
    assert isinstance(top_of(window), VisitFormPage)
    tab_to("Đóng phiếu")
    press(Key.Key_Space)
    qtbot.waitUntil(lambda: top_of(window) is page)
    assert page.isAncestorOf(focused())
