"""Values side by side: what a field is called, what stood before and what may be chosen stand on one line."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint
from pytestqt.qtbot import QtBot

from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.text import Text


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
