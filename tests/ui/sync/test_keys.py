"""The sync page of a PC that is enrolled, by keyboard: where it begins, how Tab goes on, what Enter does."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.presenters.frame.routes import Route
from commune_desk.program_files import code_book
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.dialogs.enrol import EnrolDialog
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync.agent import SyncStatus
from sync.client.errors import WrongCertificate
from tests.helpers.dialogs import when_asked
from tests.helpers.enrolled_desks import EnrolledDesk
from tests.helpers.in_conflict import in_conflict
from tests.helpers.keys import focused, press
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text

Key = Qt.Key

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.fixture
def enrolled(desk: EnrolledDesk) -> Workplace:
    return Workplace(desk.open.register, code_book())


@pytest.fixture
def window(qtbot: QtBot, desk: EnrolledDesk, enrolled: Workplace) -> Iterator[DeskWindow]:
    """The window of the enrolled PC."""
    with ThreadPoolExecutor(1) as writer, ThreadPoolExecutor(1) as slow:
        tasks = Tasks(writer, slow)
        made = DeskWindow(desk.open, enrolled, tasks)
        with qtbot.waitActive(made.shell):
            made.show(QSize(1366, 768))
            made.shell.activateWindow()
        yield made
        qtbot.waitUntil(lambda: tasks.is_idle)
        made.put_away()


def sync_page(window: DeskWindow) -> SyncPage:
    page = window.shell.page("sync")
    assert isinstance(page, SyncPage)
    return page


@pytest.mark.parametrize("came", ["before the page was made", "while it is open"])
def test_tab_goes_from_what_is_to_be_decided_on_to_the_rest_of_the_page(
    qtbot: QtBot, window: DeskWindow, enrolled: Workplace, came: str
) -> None:
    if came == "before the page was made":
        in_conflict(enrolled, "0987111223", "0366404505")
        window.navigate(Route("sync"))
    else:
        window.navigate(Route("sync"))
        in_conflict(enrolled, "0987111223", "0366404505")
        sync_page(window).refresh_conflicts()
    page = sync_page(window)
    (card,) = page.cards
    qtbot.waitUntil(card.button.isVisible)
    window.shell.rail.focus_current()
    press(Key.Key_Tab)
    assert card.isAncestorOf(focused()), "into the page"
    card.button.setFocus()
    press(Key.Key_Tab)
    assert focused() is page.pause, "what is at its head, and then all below"
    press(Key.Key_Tab)
    press(Key.Key_Tab)
    assert page.courier is not None
    assert focused() is page.courier.write_button
    page.log.setFocus()
    press(Key.Key_Tab)
    assert focused() is window.shell.top.search


def test_with_nothing_to_decide_the_keyboard_begins_at_sync_now(
    qtbot: QtBot, window: DeskWindow, enrolled: Workplace
) -> None:
    press(Key.Key_5, Qt.KeyboardModifier.AltModifier)
    page = sync_page(window)
    assert focused() is page.now
    in_conflict(enrolled, "0987111223", "0366404505")
    page.refresh_conflicts()
    qtbot.waitUntil(page.cards[0].button.isVisible)
    press(Key.Key_5, Qt.KeyboardModifier.AltModifier)
    assert page.cards[0].isAncestorOf(focused()), "the twin: what is to be decided goes before"


def test_where_one_can_sync_a_new_code_is_not_what_the_page_is_for(window: DeskWindow) -> None:
    press(Key.Key_5, Qt.KeyboardModifier.AltModifier)
    page = sync_page(window)
    assert not page.enrol_beside.isVisible()
    page.show_status(SyncStatus(failure=WrongCertificate()))
    assert focused() is page.now
    assert not page.enrol.isVisible(), "one button in the main colour"
    press(Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    press(Key.Key_Backtab, Qt.KeyboardModifier.ShiftModifier)
    assert focused() is page.enrol_beside
    asked = when_asked(EnrolDialog, lambda dialog: dialog.reject())
    press(Key.Key_Space)
    assert asked == ["Đăng ký lại"]


def test_where_only_a_new_code_helps_it_is(desk: EnrolledDesk, window: DeskWindow) -> None:
    RegisterReplica(desk.open.register, lambda _changes: None).freeze("fork")
    press(Key.Key_5, Qt.KeyboardModifier.AltModifier)
    page = sync_page(window)
    page.refresh()
    assert (page.now.isVisible(), page.enrol_beside.isVisible(), page.enrol.isVisible()) == (False, False, True)


def test_the_keyboard_goes_from_the_button_that_leaves_to_what_the_page_is_for_now(
    desk: EnrolledDesk, window: DeskWindow
) -> None:
    """Enrolled anew it stood on the button that writes to a stick; told to stop while it syncs, on nothing."""
    press(Key.Key_5, Qt.KeyboardModifier.AltModifier)
    page = sync_page(window)
    page.show_status(SyncStatus(is_running=True))
    assert focused() is page, "the twin: what is disabled for a while"
    RegisterReplica(desk.open.register, lambda _changes: None).freeze("fork")
    page.show_status(SyncStatus())
    assert focused() is page.enrol
    desk.enrol_anew()
    page.refresh()
    assert focused() is page.now


def test_who_is_elsewhere_on_the_page_stays_there(desk: EnrolledDesk, window: DeskWindow) -> None:
    press(Key.Key_5, Qt.KeyboardModifier.AltModifier)
    page = sync_page(window)
    page.log.setFocus()
    RegisterReplica(desk.open.register, lambda _changes: None).freeze("fork")
    page.refresh()
    assert focused() is page.log


@pytest.mark.parametrize("key", [Key.Key_Return, Key.Key_Enter])
def test_enter_decides_with_the_value_that_is_written(
    qtbot: QtBot, enrolled: Workplace, tasks: Tasks, key: Qt.Key
) -> None:
    person = in_conflict(enrolled, "0987111223", "0366404505")
    page = SyncPage(enrolled, tasks)
    show(qtbot, page)
    (card,) = page.cards
    assert card.write is not None
    QTest.keyClick(card.write, Key.Key_Space)
    assert card.other.hasFocus()
    assert card.other.placeholderText() == "Giá trị khác"
    commit_text(card.other, "0977000999")
    QTest.keyClick(card.other, key)
    qtbot.waitUntil(lambda: enrolled.read(open_conflicts) == [])
    phone = enrolled.read(lambda db: db.execute("SELECT phone FROM person WHERE id=?", (person.id,)).fetchone()[0])
    assert phone == "0977000999"


def test_each_button_of_a_card_says_what_it_is_about(qtbot: QtBot, enrolled: Workplace, tasks: Tasks) -> None:
    """Of several cards they followed each other, each spoken alike."""
    person = in_conflict(enrolled, "0987111223", "0366404505")
    page = SyncPage(enrolled, tasks)
    show(qtbot, page)
    (card,) = page.cards
    assert card.write is not None
    whose = f"{person.full_name}, Điện thoại"
    assert card.button.accessibleName() == f"Quyết định: {whose}"
    assert card.write.accessibleName() == f"Nhập giá trị khác…: {whose}"
    assert card.other.accessibleName() == f"Giá trị khác: {whose}"


def test_escape_puts_away_what_was_being_written_and_the_next_key_brings_it_back(
    qtbot: QtBot, enrolled: Workplace, tasks: Tasks
) -> None:
    in_conflict(enrolled, "0987111223", "0366404505")
    page = SyncPage(enrolled, tasks)
    show(qtbot, page)
    (card,) = page.cards
    assert card.write is not None
    QTest.keyClick(card.write, Key.Key_Space)
    commit_text(card.other, "0977000999")
    QTest.keyClick(card.other, Key.Key_Escape)
    assert not card.other.isVisible()
    assert card.write.hasFocus(), "where the keyboard was"
    QTest.keyClick(card.button, Key.Key_Space)
    assert enrolled.read(open_conflicts), "what was put away decides nothing"
    QTest.keyClick(card.write, Key.Key_Space)
    assert card.other.value() == "0977000999"


def is_in_sight(page: SyncPage) -> bool:
    """Whether what has the keyboard is seen whole."""
    at = focused()
    seen = at.visibleRegion().boundingRect()
    return page.content.isAncestorOf(at) and seen.contains(at.rect())


@pytest.fixture
def page_of_five(qtbot: QtBot, window: DeskWindow, enrolled: Workplace, monkeypatch: pytest.MonkeyPatch) -> SyncPage:
    """More to decide than the window shows at once, scrolled to its end. No button of the mouse is held down, whatever
    tests before have pressed and never let go."""
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.NoButton)
    for one in range(5):
        in_conflict(enrolled, "0987111223", "0366404505", after=10 * one)
    window.navigate(Route("sync"))
    page = sync_page(window)
    page.refresh_conflicts()
    qtbot.waitUntil(lambda: page.scroll_area.verticalScrollBar().maximum() > 0 and len(page.cards) == 5)
    window.shell.rail.focus_current()
    bar = page.scroll_area.verticalScrollBar()
    bar.setValue(bar.maximum())
    assert page.cards[0].visibleRegion().isEmpty()
    return page


@pytest.mark.parametrize("way", ["a link", "alt and the number", "tab"])
def test_what_the_keyboard_comes_to_is_seen(qtbot: QtBot, window: DeskWindow, page_of_five: SyncPage, way: str) -> None:
    if way == "a link":
        window.navigate(Route("sync"))
    elif way == "tab":
        window.shell.rail.focus_current()
        press(Key.Key_Tab)
    else:
        press(Key.Key_5, Qt.KeyboardModifier.AltModifier)
    first = page_of_five.cards[0]
    assert first.isAncestorOf(focused())
    qtbot.waitUntil(lambda: is_in_sight(page_of_five))
    heading = first.mapTo(page_of_five.scroll_area.viewport(), QPoint())
    assert heading.y() >= 0, "with whose it is"


def test_what_is_in_sight_does_not_move_the_page(qtbot: QtBot, page_of_five: SyncPage) -> None:
    """Nor does a window that comes back, or a list that closes over it."""
    bar = page_of_five.scroll_area.verticalScrollBar()
    second = page_of_five.cards[2]
    assert second.write is not None
    seen = [second.write, second.button]
    bar.setValue(second.mapTo(page_of_five.content, QPoint()).y() - 100)
    before = bar.value()
    for button in (*seen, *reversed(seen)):
        button.setFocus(Qt.FocusReason.TabFocusReason)
        qtbot.wait(10)
        assert bar.value() == before
    page_of_five.cards[0].button.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.waitUntil(lambda: is_in_sight(page_of_five))
    bar.setValue(bar.maximum())
    QApplication.instance().focusChanged.emit(None, page_of_five.cards[0].button)  # type: ignore[union-attr]
    qtbot.wait(10)
    assert bar.value() == bar.maximum()


def test_what_is_pressed_with_the_mouse_stays_where_it_is(
    qtbot: QtBot, page_of_five: SyncPage, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(QApplication, "mouseButtons", lambda: Qt.MouseButton.LeftButton)
    bar = page_of_five.scroll_area.verticalScrollBar()
    before = bar.value()
    page_of_five.cards[0].button.setFocus(Qt.FocusReason.MouseFocusReason)
    qtbot.wait(50)
    assert bar.value() == before


@pytest.mark.parametrize(
    ("written", "kept"), [("0977 000 999", "0977000999"), ("+84 977.000.999", "0977000999"), ("không có", "không có")]
)
def test_a_number_that_is_written_is_kept_as_forms_keep_it(
    qtbot: QtBot, enrolled: Workplace, tasks: Tasks, written: str, kept: str
) -> None:
    person = in_conflict(enrolled, "0987111223", "0366404505")
    page = SyncPage(enrolled, tasks)
    show(qtbot, page)
    (card,) = page.cards
    assert card.write is not None
    QTest.keyClick(card.write, Key.Key_Space)
    commit_text(card.other, written)
    QTest.keyClick(card.other, Key.Key_Return)
    qtbot.waitUntil(lambda: enrolled.read(open_conflicts) == [])
    phone = enrolled.read(lambda db: db.execute("SELECT phone FROM person WHERE id=?", (person.id,)).fetchone()[0])
    assert phone == kept


def test_what_was_wrong_is_not_said_any_more_once_it_is_being_mended(
    qtbot: QtBot, enrolled: Workplace, tasks: Tasks
) -> None:
    in_conflict(enrolled, "0987111223", "0366404505")
    page = SyncPage(enrolled, tasks)
    show(qtbot, page)
    (card,) = page.cards
    assert card.write is not None
    QTest.keyClick(card.button, Key.Key_Space)
    assert card.error.isVisible()
    QTest.keyClick(card.write, Key.Key_Space)
    assert not card.error.isVisible()


def test_how_a_sync_ended_is_spoken(window: DeskWindow, monkeypatch: pytest.MonkeyPatch) -> None:
    said: list[str] = []
    monkeypatch.setattr("commune_desk.ui.pages.sync.announce", lambda _widget, sentence: said.append(sentence))
    press(Key.Key_5, Qt.KeyboardModifier.AltModifier)
    page = sync_page(window)
    page.show_status(SyncStatus(is_running=True))
    assert said == []
    page.show_status(SyncStatus(failure=WrongCertificate()))
    assert said == ["Chờ gửi: 2 bản ghi"], "what the chip at the top shows"
    page.show_status(SyncStatus(failure=WrongCertificate()))
    assert len(said) == 1, "told once"
