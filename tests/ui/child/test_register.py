"""The register page as widgets: it renders, answers the search field, opens by keyboard and follows changes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.search_field import SearchField
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, save_all
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import make_workplace


@pytest.fixture
def workplace(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    for name in ("Đặng Thị Hoà", "Đặng Thị Hoa", "Lý A Tài"):
        made.write(save_all(*make_child(name, risk_level="high")))
    yield made
    made.register.close()


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route]) -> RegisterPage:
    made = RegisterPage(workplace, tasks, routes.append)
    qtbot.addWidget(made)
    made.resize(1100, 600)
    with qtbot.waitExposed(made):
        made.show()
    return made


def shown(page: RegisterPage) -> list[str]:
    return [page.model.cell(row, 0).text for row in range(page.model.rowCount())]


def test_the_list_is_there_when_the_page_is_shown(page: RegisterPage) -> None:
    assert shown(page) == ["Đặng Thị Hoa", "Đặng Thị Hoà", "Lý A Tài"]
    assert not page.empty.isVisible()
    assert not page.clear_all.isVisible()


def test_vietnamese_typed_in_the_windows_field_narrows_the_list(qtbot: QtBot, page: RegisterPage) -> None:
    field = SearchField("search")
    qtbot.addWidget(field)
    field.searched.connect(page.search)
    field.show()
    commit_text(field, "Đặng Thị Hoà")
    qtbot.waitUntil(lambda: len(shown(page)) == 2)
    assert shown(page)[0] == "Đặng Thị Hoà"
    page.clear()
    assert len(shown(page)) == 3


def test_enter_opens_the_only_hit_or_goes_to_the_list(qtbot: QtBot, page: RegisterPage, routes: list[Route]) -> None:
    page.search("hoa")
    page.open_found()
    assert routes == []
    assert page.table.current_id == page.model.id_at(0)
    QTest.keyClick(page.table, Qt.Key.Key_Return)
    assert routes == [Route("child", page.model.id_at(0))]
    page.search("tai")
    page.open_found()
    assert routes[-1] == Route("child", page.model.id_at(0))


def test_nobody_found_offers_names_that_are_alike(qtbot: QtBot, page: RegisterPage) -> None:
    page.search("dabg thi hoa")
    assert page.hint.isVisible()
    assert not page.table.isVisible()
    qtbot.waitUntil(lambda: bool(page.guesses.findChildren(LinkButton)))
    link = page.guesses.findChildren(LinkButton)[0]
    with qtbot.waitSignal(page.searched_instead) as instead:
        QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert instead.args == [link.text()]
    assert "Đặng Thị Hoa" in shown(page)[0]


def test_whoever_searches_under_a_filter_is_led_out_of_it(qtbot: QtBot, page: RegisterPage) -> None:
    page.who.set_value("left")
    page.search("tai")
    assert shown(page) == []
    (link,) = page.guesses.findChildren(LinkButton)
    QTest.mouseClick(link, Qt.MouseButton.LeftButton)
    assert len(shown(page)) == 1
    assert page.who.value() == ""


def test_filters_by_keyboard(qtbot: QtBot, page: RegisterPage) -> None:
    page.risk.setFocus()
    QTest.keyClick(page.risk, Qt.Key.Key_Down)
    assert len(shown(page)) == 3
    QTest.keyClick(page.risk, Qt.Key.Key_End)
    assert shown(page) == []
    assert page.clear_all.isVisible()
    page.clear()
    assert len(shown(page)) == 3


def test_a_heading_orders_the_list(page: RegisterPage) -> None:
    page.table.sort_requested.emit("village")
    assert page.order.value() == "village"


def test_new_child_and_import_are_reached_by_keyboard(qtbot: QtBot, page: RegisterPage, routes: list[Route]) -> None:
    page.new.click()
    assert routes == [Route("child", form="child")]
    assert page.new.shortcut().toString() == "Alt+N"


def test_a_child_entered_elsewhere_appears_and_the_cursor_stays(
    qtbot: QtBot, page: RegisterPage, workplace: Workplace, tasks: Tasks
) -> None:
    page.table.select_id(page.model.id_at(2))
    kept = page.table.current_id
    tasks.run(lambda: workplace.write(save_all(*make_child("An Thị Bé"))))
    qtbot.waitUntil(lambda: len(shown(page)) == 4)
    assert page.table.current_id == kept


def test_an_empty_register_says_what_to_do(qtbot: QtBot, tmp_path: Path, tasks: Tasks, routes: list[Route]) -> None:
    (tmp_path / "empty").mkdir()
    bare = make_workplace(tmp_path / "empty")
    page = RegisterPage(bare, tasks, routes.append)
    qtbot.addWidget(page)
    page.show()
    assert page.empty.isVisible()
    page.empty.acted.emit()
    assert routes == [Route("import")]
    bare.register.close()


@pytest.mark.parametrize("role", ["chair", "commune_officer"])
def test_a_chair_is_not_offered_to_enter_children(qtbot: QtBot, tmp_path: Path, tasks: Tasks, role: str) -> None:
    (tmp_path / role).mkdir()
    office = make_workplace(tmp_path / role, role=role)
    page = RegisterPage(office, tasks, lambda _route: None)
    qtbot.addWidget(page)
    with qtbot.waitExposed(page):
        page.show()
    offered = [button for button in page.findChildren(QPushButton) if button.isVisible()]
    assert (page.new in offered, len(offered)) == ((False, 0) if role == "chair" else (True, 3))
    page.close()
    office.register.close()
