"""Moving a child, seeing who came and looking up who left, as widgets and by keyboard."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.child.register_page import MOVED
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.writing.leaving import moving_to
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.dialogs.move_child import MoveDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton, SecondaryButton
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, make_person, make_relation, save_all
from tests.helpers.dialogs import answer, when_asked
from tests.helpers.moving import THERE, come_here, go_away, know_the_communes, set_aside
from tests.helpers.pages import bars, show
from tests.story.cut_texts import cut_texts


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Chìu Văn Sáng", case_number="QN-06838-2026-TEST-0001")
    stays = make_person("Người ở lại")
    workplace.write(save_all(person, file, make_relation(person.id, stays.id, "father", is_caregiver=True)))
    return person.id


def child_page(qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]) -> ChildPage:
    made = ChildPage(workplace, tasks, routes.append, child)
    show(qtbot, made, height=640)
    made.tabs.choose("details")
    return made


def mover(page: ChildPage) -> SecondaryButton:
    *_gone, button = [
        one for one in page.details.findChildren(SecondaryButton) if one.text() == "Chuyển đến địa phương khác…"
    ]
    return button


def test_in_a_training_register_the_button_says_why_it_cannot_be_pressed(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    button = mover(child_page(qtbot, workplace, tasks, child, routes))
    assert not button.isEnabled()
    assert button.accessibleDescription().startswith("Đây là sổ thực hành")


def test_a_child_is_moved_by_keyboard_alone(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    know_the_communes(workplace)
    page = child_page(qtbot, workplace, tasks, child, routes)
    answers: list[str] = []

    def choose(dialog: MoveDialog) -> None:
        answers.append(dialog.accessibleName())
        assert not cut_texts(dialog)
        assert dialog.focusWidget() is dialog.commune
        QTest.keyClick(dialog.go, Qt.Key.Key_Return)
        answers.append(dialog.form.row("commune").error)
        QTest.keyClicks(dialog.commune, "ha tu")
        assert dialog.commune.value() == THERE
        asked = answer("accept")
        QTest.keyClick(dialog.go, Qt.Key.Key_Return)
        answers.extend(asked)

    when_asked(MoveDialog, choose)
    button = mover(page)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert answers == [
        "Chuyển Chìu Văn Sáng đến địa phương khác",
        "Hãy chọn xã, phường hoặc đặc khu.",
        "Chuyển Chìu Văn Sáng đến Phường Hà Tu?",
    ]
    qtbot.waitUntil(lambda: workplace.read(lambda c: moving_to(c, child)) == THERE)
    qtbot.waitUntil(lambda: bool(bars(page)))
    assert bars(page)[0].startswith("Đang chuyển đến Phường Hà Tu; còn ở đây cho tới khi tỉnh xác nhận.")
    assert page.visit.isVisible()
    assert not page.edit.isVisible()
    assert not [one for one in page.details.findChildren(SecondaryButton) if one.isVisible()]
    page.tabs.choose("family")
    assert not [one for one in page.family.findChildren(LinkButton) if one.isVisible()]


def test_who_thinks_better_of_it_changes_nothing(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    know_the_communes(workplace)
    page = child_page(qtbot, workplace, tasks, child, routes)

    def choose(dialog: MoveDialog) -> None:
        dialog.commune.set_value(THERE)
        when_asked(MessageDialog, lambda question: QTest.keyClick(question, Qt.Key.Key_Return))
        dialog.submit()
        assert dialog.isVisible()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    when_asked(MoveDialog, choose)
    mover(page).click()
    assert workplace.read(lambda c: moving_to(c, child)) is None


def test_a_move_set_aside_is_told_and_may_be_tried_again(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    know_the_communes(workplace)
    page = child_page(qtbot, workplace, tasks, child, routes)
    workplace.write(page._state.move().operation(THERE))
    set_aside(workplace, "moved")
    page.read_again()
    assert bars(page)[0].startswith("Tỉnh không thực hiện việc chuyển đến Phường Hà Tu")
    assert mover(page).isEnabled()
    assert page.edit.isVisible()


def test_newcomers_are_opened_and_seen_by_keyboard(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    come_here(workplace, child)
    page = TodayPage(workplace, tasks, routes.append)
    show(qtbot, page, height=640)
    card = page.sections["arrivals"]
    opens, seen = card.targets[f"{child}.link"], card.targets[child]
    assert opens.accessibleName().startswith("Mở hồ sơ: Chìu Văn Sáng")
    assert seen.accessibleName().startswith("Đã xem: Chìu Văn Sáng")
    opens.setFocus()
    QTest.keyClick(opens, Qt.Key.Key_Return)
    assert routes == [Route("child", child)]
    QTest.keyClick(opens, Qt.Key.Key_Down)
    assert seen.hasFocus()
    QTest.keyClick(seen, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: not card.isVisible())


def test_opening_the_childs_page_is_looking_at_it(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    come_here(workplace, child)
    child_page(qtbot, workplace, tasks, child, routes)
    qtbot.waitUntil(lambda: workplace.read(lambda c: c.execute("SELECT is_seen FROM arrival").fetchall()) == [(1,)])


def test_who_left_is_looked_up_by_case_code(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    page = RegisterPage(workplace, tasks, routes.append)
    show(qtbot, page, height=640)
    assert page.who.findData(MOVED) == -1
    go_away(workplace, case_number="QN-06838-2025-TEST-0007", at="2026-11-20T20:00:00Z")
    go_away(workplace, case_number="QN-06838-2026-TEST-0009", at="2026-10-20T20:00:00Z")
    page.read_again()
    assert page.who.itemText(page.who.findData(MOVED)).startswith("Sang nơi khác (")
    page.who.set_value(MOVED)
    qtbot.waitUntil(page.moved.isVisible)
    assert not page.table.isVisible()
    assert not page.risk.isEnabled()
    rows = range(page.moved_model.rowCount())
    codes = [page.moved_model.cell(row, 0).text for row in rows]
    assert codes == ["QN-06838-2025-TEST-0007", "QN-06838-2026-TEST-0009"]
    assert {page.moved_model.cell(row, 1).text for row in rows} == {"Phường Hà Tu"}
    page.search("0009")
    assert [page.moved_model.cell(row, 0).text for row in range(page.moved_model.rowCount())] == [
        "QN-06838-2026-TEST-0009"
    ]
    page.clear()
    assert page.table.isVisible()
    assert not page.moved.isVisible()
