"""What keys and the wheel do to rows and tabs, and what a screen reader says with a field."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import partial

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QAccessible, QAccessibleInterface, QKeyEvent, QWheelEvent
from PySide6.QtWidgets import QAbstractButton, QApplication, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.beds import BedTile
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.forms import FieldRow
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.ui.widgets.page import TabBar
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.topbar import TopBar


def test_a_key_that_is_held_down_opens_once(qtbot: QtBot) -> None:
    """As on a button: what it opens has a first button of its own."""
    bed, row = BedTile("A1", "Hoa Sen"), ButtonRow("Đặng Thị Hoà")
    widget: BedTile | ButtonRow
    for widget in (bed, row):
        qtbot.addWidget(widget)
        widget.show()
        heard: list[bool] = []
        widget.activated.connect(partial(heard.append, True))
        for is_repeated in (False, True, True):
            pressed = QKeyEvent(
                QEvent.Type.KeyPress, Qt.Key.Key_Return, Qt.KeyboardModifier.NoModifier, "\r", is_repeated
            )
            QApplication.sendEvent(widget, pressed)
        assert heard == [True]


def _spoken(widget: QWidget) -> QAccessibleInterface:
    """The widget as a screen reader meets it."""
    found = QAccessible.queryAccessibleInterface(widget)
    assert found is not None
    return found


@pytest.mark.parametrize("make", [lambda: BedTile("A1", "Hoa Sen"), lambda: ButtonRow("Hoa Sen")])
def test_what_can_be_pressed_is_a_button_to_a_screen_reader_which_can_press_it(
    qtbot: QtBot, make: Callable[[], BedTile | ButtonRow]
) -> None:
    widget = make()
    qtbot.addWidget(widget)
    widget.show()
    spoken = _spoken(widget)
    assert spoken.role() is QAccessible.Role.Button
    assert "Hoa Sen" in spoken.text(QAccessible.Text.Name)
    acts = spoken.actionInterface()
    with qtbot.waitSignal(widget.activated):
        acts.doAction("Press")


def test_a_row_that_only_tells_is_none(qtbot: QtBot) -> None:
    """The twin."""
    row = ListRow("Hoa Sen")
    qtbot.addWidget(row)
    assert _spoken(row).role() is not QAccessible.Role.Button


def test_how_sync_stands_is_a_button_to_a_screen_reader_which_can_press_it(qtbot: QtBot) -> None:
    bar = TopBar()
    qtbot.addWidget(bar)
    bar.set_sync("Chờ gửi: 3 phiếu", Tone.WARNING)
    bar.show()
    spoken = _spoken(bar.sync)
    assert spoken.role() is QAccessible.Role.Button
    assert spoken.text(QAccessible.Text.Name) == "Đồng bộ: Chờ gửi: 3 phiếu"
    acts = spoken.actionInterface()
    with qtbot.waitSignal(bar.sync_requested):
        acts.doAction("Press")


def test_a_chip_that_only_tells_is_none(qtbot: QtBot) -> None:
    """The twin."""
    chip = Chip("Chờ gửi: 3 phiếu", Tone.WARNING)
    qtbot.addWidget(chip)
    assert _spoken(chip).role() is not QAccessible.Role.Button


def test_each_value_of_a_conflict_can_be_chosen_by_a_screen_reader_and_an_empty_one_says_so(qtbot: QtBot) -> None:
    table = CompareTable(
        ["Cán bộ A", "Cán bộ B"],
        [CompareRow("phone", "Điện thoại", "1", (Version("a", "0912000111"), Version("b", "")))],
    )
    qtbot.addWidget(table)
    table.show()
    values = [_spoken(button) for button in table.findChildren(QAbstractButton)]
    assert [value.role() for value in values] == [QAccessible.Role.RadioButton] * 2
    assert [value.text(QAccessible.Text.Name) for value in values] == [
        "Điện thoại: 0912000111, Cán bộ A",
        "Điện thoại: (trống), Cán bộ B",
    ]
    values[1].actionInterface().doAction("Toggle")
    assert table.decision() == {"phone": "b"}


def test_a_field_says_its_keys_again_once_nothing_is_wrong_and_the_hint_that_holds_now(qtbot: QtBot) -> None:
    field = DateField("Ngày sinh", today=lambda: date(2026, 11, 23))
    own = field.accessibleDescription()
    row = FieldRow("Ngày sinh", field)
    qtbot.addWidget(row)
    assert own
    row.set_error("Ngày này không có thật.")
    row.set_error("")
    assert field.accessibleDescription() == own
    row.set_hint("14 tuổi")
    assert field.accessibleDescription() == "14 tuổi"
    row.set_error("Ngày này không có thật.")
    row.set_hint("15 tuổi")
    assert field.accessibleDescription() == "Ngày này không có thật."
    row.set_error("")
    assert field.accessibleDescription() == "15 tuổi"


def test_the_wheel_turns_no_tab(qtbot: QtBot) -> None:
    """Which would open, and write down as opened, what nobody asked for."""
    tabs = TabBar("Tin")
    for key in ("open", "done"):
        tabs.add(key, key)
    qtbot.addWidget(tabs)
    tabs.show()
    chosen_tabs: list[str] = []
    tabs.chosen.connect(chosen_tabs.append)
    place = QPointF(8, 8)
    turned = QWheelEvent(
        place,
        tabs.mapToGlobal(place),
        QPoint(),
        QPoint(0, -120),
        Qt.MouseButton.NoButton,
        Qt.KeyboardModifier.NoModifier,
        Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(tabs, turned)
    assert (tabs.currentIndex(), chosen_tabs) == (0, [])
    assert not turned.isAccepted(), "the page scrolls"


def test_what_has_the_keyboard_in_a_row_of_buttons_says_what_is_asked_and_what_is_wrong(qtbot: QtBot) -> None:
    risk = RadioRow("Mức nguy cơ", [("low", "Thấp"), ("high", "Cao")])
    row = FieldRow("Mức nguy cơ", risk, required=True)
    qtbot.addWidget(row)
    first = risk.buttons["low"]
    assert first.accessibleDescription() == risk.accessibleName() == "Mức nguy cơ, bắt buộc"
    row.set_error("Hãy điền mục này.")
    assert first.accessibleDescription() == "Hãy điền mục này."
    row.set_error("")
    risk.set_options([("none", "Không")])
    row.set_hint("Theo Thông tư 25")
    assert risk.buttons["none"].accessibleDescription() == "Theo Thông tư 25"
