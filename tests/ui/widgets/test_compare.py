"""Values side by side: what a field is called, what stood before and what may be chosen stand on one line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.tab_order import stops
from commune_desk.ui.widgets.text import Text
from commune_desk.ui.widgets.toggles import Dot

SEALED = "(chỉ đọc được ở Xã Bình Liêu)"


@pytest.mark.parametrize(("hands", "beside"), [(2, ("Điện thoại", "0987111220")), (3, ("Cán bộ 1",))])
def test_the_words_of_a_row_to_decide_stand_on_one_line(qtbot: QtBot, hands: int, beside: tuple[str, ...]) -> None:
    values = tuple(Version(f"v{hand}", f"098711122{hand}") for hand in range(hands))
    authors = [f"Cán bộ {hand}" for hand in range(hands)]
    table = CompareTable(authors, [CompareRow("phone", "Điện thoại", "0987111220", values)])
    qtbot.addWidget(table)
    table.resize(900, 300)
    with qtbot.waitExposed(table):
        table.show()
    texts = {text.plain: text for text in table.findChildren(Text)}

    def middle(words: str) -> float:
        """Of a text of one line, which is painted in the middle of its room, from the top of the table."""
        shown = texts[words]
        return shown.mapTo(table, QPoint(0, 0)).y() + shown.height() / 2

    chosen = "0987111221"
    assert [middle(words) for words in beside] == pytest.approx([middle(chosen)] * len(beside), abs=1)


@pytest.mark.parametrize("hands", [2, 3])
def test_a_value_that_cannot_be_chosen_has_no_button_and_no_stop(qtbot: QtBot, hands: int) -> None:
    values = (Version("v0", "Bị đánh"), Version("v1", SEALED, can_be_chosen=False), Version("v2", "Ngã"))[:hands]
    authors = [f"Cán bộ {hand}" for hand in range(hands)]
    table = CompareTable(authors, [CompareRow("cause", "Nguyên nhân", "", values)])
    qtbot.addWidget(table)
    with qtbot.waitExposed(table):
        table.show()
    dots = table.findChildren(Dot)
    assert [dot.accessibleName().partition(",")[0] for dot in dots] == [
        f"Nguyên nhân: {value.text}" for value in values if value.can_be_chosen
    ]
    assert stops(table) == dots[:1], "one stop, and arrows from there"
    dots[0].setFocus()
    QTest.keyClick(dots[0], Qt.Key.Key_Down)
    assert table.focusWidget() is dots[-1], "the keyboard passes by what cannot be chosen"
    table.leave_open("cause")
    (told,) = [text for text in table.findChildren(Text) if text.plain == SEALED]
    QTest.mouseClick(told, Qt.MouseButton.LeftButton)
    assert table.decision() == {}
    with pytest.raises(KeyError):
        table.choose("cause", "v1")


def test_where_nothing_can_be_chosen_everything_stays_open(qtbot: QtBot) -> None:
    values = tuple(Version(key, SEALED, can_be_chosen=False) for key in ("x", "y"))
    table = CompareTable(["A", "B"], [CompareRow("cause", "Nguyên nhân", "", values)])
    qtbot.addWidget(table)
    table.leave_open("cause")
    assert (table.decision(), table.findChildren(Dot)) == ({}, [])
