"""The page of help."""

from __future__ import annotations

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.ui.pages.help import HelpPage
from commune_desk.ui.widgets.rows import ListRow

OF_THE_REGISTER = {"Ctrl+K, Ctrl+F", "F4", "Thời hạn 12 giờ"}


@pytest.mark.parametrize("has_register", [True, False])
def test_a_house_reads_nothing_of_the_search_and_the_visits_it_has_not(qtbot: QtBot, has_register: bool) -> None:
    page = HelpPage(has_register=has_register)
    qtbot.addWidget(page)
    told = {row.accessibleName() for row in page.findChildren(ListRow)}
    assert any("F12" in name for name in told)
    found = {word for word in OF_THE_REGISTER if any(name.startswith(word) for name in told)}
    assert found == (OF_THE_REGISTER if has_register else set())


@pytest.mark.parametrize(
    ("has_register", "rings"), [(True, "khi có tin mới."), (False, "khi có người về trễ hoặc đến hạn.")]
)
def test_what_a_locked_page_rings_for_is_said_of_this_place(qtbot: QtBot, has_register: bool, rings: str) -> None:
    page = HelpPage(has_register=has_register)
    qtbot.addWidget(page)
    told = [row.accessibleName() for row in page.findChildren(ListRow) if "trang khóa" in row.accessibleName()]
    assert [name.partition("báo chuông ")[2] for name in told] == [rings]
