"""Sharing a child's record, taking it back and handing it back, as widgets and by keyboard."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.pages.shares import Share, sharing_of
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.dialogs.share_child import ShareDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.today import TodayPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton, SecondaryButton
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import SHELTER_SCOPE, make_child, make_person, save_all
from tests.helpers.dialogs import when_asked
from tests.helpers.pages import bars, show, until_let_go
from tests.helpers.sharing import HOUSE, SECOND_HOUSE, is_confirmed, is_set_aside, know_the_houses, shared_here
from tests.helpers.workplaces import make_workplace
from tests.story.cut_texts import cut_texts


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Chìu Văn Sáng", case_number="QN-06838-2026-TEST-0001")
    workplace.write(save_all(person, file))
    return person.id


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]) -> ChildPage:
    know_the_houses(workplace)
    made = ChildPage(workplace, tasks, routes.append, child)
    show(qtbot, made, height=640)
    made.tabs.choose("details")
    return made


def sharer(page: ChildPage) -> SecondaryButton:
    *_gone, button = [one for one in page.details.findChildren(SecondaryButton) if one.text() == "Chia sẻ lý lịch với…"]
    return button


def taker(page: ChildPage) -> LinkButton:
    *_gone, button = [one for one in page.details.findChildren(LinkButton) if one.text() == "Lấy lại lý lịch…"]
    return button


def choosing(key: Qt.Key) -> Callable[[MessageDialog], None]:
    """Answers a question by one key."""
    return lambda asked: QTest.keyClick(asked.focusWidget(), key)


def pressing(words: str) -> Callable[[MessageDialog], None]:
    """Goes to the button with these words by Tab and presses it."""

    def act(asked: MessageDialog) -> None:
        assert not cut_texts(asked)
        for _step in range(4):
            focused = asked.focusWidget()
            if isinstance(focused, QPushButton) and focused.text() == words:
                QTest.keyClick(focused, Qt.Key.Key_Return)
                return
            QTest.keyClick(focused, Qt.Key.Key_Tab)

    return act


def held(workplace: Workplace, child: RecordId) -> list[Share]:
    return list(workplace.read(lambda c: sharing_of(c, child)).shares.values())


def test_in_a_training_register_the_button_says_why_it_cannot_be_pressed(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    page = ChildPage(workplace, tasks, routes.append, child)
    qtbot.addWidget(page)
    page.show()
    page.tabs.choose("details")
    button = sharer(page)
    assert not button.isEnabled()
    assert button.accessibleDescription().startswith("Đây là sổ thực hành")


def test_a_record_is_shared_and_taken_back_by_keyboard_alone(
    qtbot: QtBot, workplace: Workplace, page: ChildPage, child: RecordId
) -> None:
    said: list[str] = []

    def choose(dialog: ShareDialog) -> None:
        said.append(dialog.accessibleName())
        assert not cut_texts(dialog)
        assert dialog.place.value() == HOUSE
        assert dialog.focusWidget() is dialog.ground
        QTest.keyClick(dialog.go, Qt.Key.Key_Return)
        said.append(dialog.form.row("ground").error)
        QTest.keyClicks(dialog.ground, "can")
        assert dialog.ground.value() == "protection"
        QTest.keyClick(dialog.ground, Qt.Key.Key_Tab)
        assert dialog.focusWidget() is dialog.cancel
        QTest.keyClick(dialog.cancel, Qt.Key.Key_Tab)
        assert dialog.focusWidget() is dialog.go
        asked = when_asked(MessageDialog, pressing("Chia sẻ lý lịch"))
        QTest.keyClick(dialog.go, Qt.Key.Key_Return)
        said.extend(asked)

    when_asked(ShareDialog, choose)
    button = sharer(page)
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Return)
    assert said == [
        "Chia sẻ lý lịch của Chìu Văn Sáng với…",
        "Hãy chọn căn cứ.",
        "Chia sẻ lý lịch của Chìu Văn Sáng với Ngôi nhà Ánh Dương?",
    ]
    qtbot.waitUntil(lambda: [one.is_asked for one in held(workplace, child)] == [True])
    qtbot.waitUntil(lambda: bars(page) == ["Sẽ chia sẻ lý lịch với Ngôi nhà Ánh Dương ở lần đồng bộ tới."])
    is_confirmed(workplace)
    page.read_again()
    standing = ["Nơi cùng giữ lý lịch: Ngôi nhà Ánh Dương từ 23/11/2026, người chia sẻ: Cán bộ Thử."]
    qtbot.waitUntil(lambda: bars(page) == standing)
    assert cut_texts(page) == []
    asked = when_asked(MessageDialog, pressing("Lấy lại lý lịch"))
    taker(page).setFocus()
    QTest.keyClick(taker(page), Qt.Key.Key_Return)
    assert asked == ["Lấy lại lý lịch của Chìu Văn Sáng từ Ngôi nhà Ánh Dương?"]
    qtbot.waitUntil(lambda: [one.is_ending for one in held(workplace, child)] == [True])


@pytest.mark.parametrize("key", [Qt.Key.Key_Escape, Qt.Key.Key_Return], ids=["escape", "enter"])
def test_who_thinks_better_of_it_shares_nothing(
    workplace: Workplace, page: ChildPage, child: RecordId, key: Qt.Key
) -> None:
    """Enter is no consent: the question begins on the answer that changes nothing."""
    titles: list[str] = []

    def choose(dialog: ShareDialog) -> None:
        dialog.ground.set_value("agreed")
        asked = when_asked(MessageDialog, choosing(key))
        dialog.submit()
        titles.extend(asked)
        assert dialog.isVisible()
        QTest.keyClick(dialog, Qt.Key.Key_Escape)

    when_asked(ShareDialog, choose)
    sharer(page).click()
    assert (len(titles), held(workplace, child)) == (1, [])


def test_of_several_houses_one_is_chosen(workplace: Workplace, page: ChildPage) -> None:
    know_the_houses(workplace, HOUSE, SECOND_HOUSE)
    said: list[str] = []

    def choose(dialog: ShareDialog) -> None:
        assert dialog.focusWidget() is dialog.place
        dialog.submit()
        said.append(dialog.form.row("place").error)
        assert [dialog.place.itemText(place) for place in (1, 2)] == [
            "Ngôi nhà Ánh Dương AD01",
            "Ngôi nhà Ánh Dương AD02",
        ]

    when_asked(ShareDialog, choose)
    sharer(page).click()
    assert said == ["Hãy chọn nơi chia sẻ."]


def test_what_the_province_did_not_do_is_told_on_the_page(workplace: Workplace, page: ChildPage) -> None:
    workplace.write(page._state.share().operation(HOUSE, "decision"))
    is_set_aside(workplace, "moved")
    page.read_again()
    assert bars(page) == [
        "Tỉnh không thực hiện việc chia sẻ lý lịch với Ngôi nhà Ánh Dương. "
        "Theo tỉnh, hồ sơ đã thuộc nơi khác hoặc chưa tới nơi; nếu chưa tới thì tỉnh sẽ tự nhận sau."
    ]
    assert sharer(page).isEnabled()


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Workplace]:
    folder = tmp_path / "house"
    folder.mkdir()
    made = make_workplace(folder, scope=HOUSE, role="shelter_worker")
    know_the_houses(made)
    yield from until_let_go(made)


def test_the_house_hands_back_by_keyboard_after_a_question(
    qtbot: QtBot, house: Workplace, tasks: Tasks, routes: list[Route]
) -> None:
    guest = make_person("Chìu Văn Sáng", birth_date="2014", scope=SHELTER_SCOPE)
    house.write(save_all(guest))
    shared_here(house, guest.id)
    page = TodayPage(house, tasks, routes.append)
    show(qtbot, page, height=640)
    assert cut_texts(page) == []
    button = page.sections["guests"].targets[guest.id]
    assert button.accessibleName().startswith("Trả lại…: Chìu Văn Sáng")
    titles = when_asked(MessageDialog, choosing(Qt.Key.Key_Return))
    button.setFocus()
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert [one.is_ending for one in held(house, guest.id)] == [False]
    again = when_asked(MessageDialog, pressing("Trả lại"))
    QTest.keyClick(button, Qt.Key.Key_Space)
    assert titles + again == ["Trả lý lịch của Chìu Văn Sáng lại cho Xã Bình Liêu?"] * 2
    qtbot.waitUntil(lambda: [one.is_ending for one in held(house, guest.id)] == [True])
