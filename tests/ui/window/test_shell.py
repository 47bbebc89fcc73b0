"""The window: pages built when first shown, every page by keyboard, a title that names no child."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui import shots
from commune_desk.ui.main_window import PageEntry, Shell
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.page import Page
from tests.helpers.typing_vietnamese import commit_text
from tests.story.cut_texts import cut_texts
from tests.ui.samples.gallery import in_shell

Alt, Control = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier


class Built:
    """Counts how often each page was built."""

    def __init__(self) -> None:
        self.keys: list[str] = []

    def page(self, key: str) -> Page:
        self.keys.append(key)
        page = Page(key)
        page.add(LineEdit(f"ô của {key}"))
        return page


@pytest.fixture
def built() -> Built:
    return Built()


@pytest.fixture
def shell(qtbot: QtBot, built: Built) -> Shell:
    pages = [PageEntry(key, key.title(), "sun", lambda k=key: built.page(k)) for key in ("today", "sync", "help")]  # type: ignore[misc]
    window = Shell(pages, place="Xã Bình Liêu")
    qtbot.addWidget(window)
    window.show_page("today")
    window.show()
    window.activateWindow()
    qtbot.waitExposed(window)
    return window


def test_a_page_is_built_once_and_only_when_shown(shell: Shell, built: Built, qtbot: QtBot) -> None:
    assert built.keys == ["today"]
    with qtbot.waitSignal(shell.page_changed) as changed:
        first = shell.show_page("sync")
    shell.show_page("today")
    assert shell.show_page("sync") is first
    assert built.keys == ["today", "sync"]
    assert changed.args == ["sync"]
    with pytest.raises(KeyError):
        shell.show_page("nowhere")


def test_alt_and_a_digit_open_a_page(shell: Shell, qtbot: QtBot) -> None:
    QTest.keyClick(shell, Qt.Key.Key_2, Alt)
    assert shell.current_page == "sync"
    QTest.keyClick(shell, Qt.Key.Key_F1)
    assert shell.current_page == "help"


@pytest.mark.parametrize(
    ("key", "modifier"), [(Qt.Key.Key_L, Control), (Qt.Key.Key_F12, Qt.KeyboardModifier.NoModifier)]
)
def test_one_key_hides_everything(shell: Shell, qtbot: QtBot, key: Qt.Key, modifier: Qt.KeyboardModifier) -> None:
    with qtbot.waitSignal(shell.lock_requested):
        QTest.keyClick(shell, key, modifier)


def test_search_is_one_key_away_and_hears_vietnamese(shell: Shell, qtbot: QtBot) -> None:
    QTest.keyClick(shell, Qt.Key.Key_K, Control)
    assert shell.focusWidget() is shell.top.search
    with qtbot.waitSignal(shell.search_changed) as searched:
        commit_text(shell.top.search, "Đặng Thị Hoà")
    assert searched.args == ["Đặng Thị Hoà"]


def test_f6_goes_round_rail_search_and_page(shell: Shell, qtbot: QtBot) -> None:
    visited: list[str] = []
    shell.rail.focus_current()
    for _ in range(3):
        QTest.keyClick(shell, Qt.Key.Key_F6)
        focused = shell.focusWidget()
        assert focused is not None
        visited.append(focused.accessibleName())
    assert visited == [shell.top.search.accessibleName(), "ô của today", "Today"]


def test_the_rail_is_worked_with_the_keyboard(shell: Shell, qtbot: QtBot) -> None:
    shell.rail.focus_current()
    focused = shell.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Down)
    moved = shell.focusWidget()
    assert moved is not None
    QTest.keyClick(moved, Qt.Key.Key_Return)
    assert shell.current_page == "sync"


def test_badges_are_spoken(shell: Shell) -> None:
    shell.set_badge("sync", 3, Tone.DANGER)
    assert shell.rail.badge("sync") == 3
    spoken = [w.accessibleDescription() for w in shell.rail.findChildren(QWidget) if w.accessibleName() == "Sync"]
    assert "3" in spoken[0]


def test_the_title_never_says_who_is_on_the_screen(shell: Shell) -> None:
    title = shell.windowTitle()
    shell.set_officer("Đặng Thị Hoà", "Cán bộ")
    shell.show_over(Page("Đặng Thị Hoà"))
    assert shell.windowTitle() == title


def test_a_page_over_another_goes_back_to_it(shell: Shell) -> None:
    over = Page("Hồ sơ")
    shell.show_over(over)
    assert shell.stack.currentWidget() is over
    shell.leave_over(over)
    assert shell.stack.currentWidget() is shell.page("today")


def test_a_passing_notice_goes_with_the_page_and_a_problem_stays(shell: Shell) -> None:
    shell.show_notice("không lưu được", Tone.DANGER)
    shell.show_passing("đã lưu")
    assert [n.accessibleName() for n in shell.notices] == ["không lưu được", "đã lưu"]
    shell.show_page("today")
    assert len(shell.notices) == 2
    shell.show_page("sync")
    assert [n.accessibleName() for n in shell.notices] == ["không lưu được"]
    shell.show_passing("đã lưu")
    over = Page("over")
    shell.show_over(over)
    assert [n.accessibleName() for n in shell.notices] == ["không lưu được"]
    shell.show_passing("đã lưu")
    shell.leave_over(over)
    assert [n.accessibleName() for n in shell.notices] == ["không lưu được"]


def test_notices_stay_stand_once_and_never_fill_the_window(shell: Shell) -> None:
    for text in ("a", "a", "b", "c", "d"):
        shell.show_notice(text, Tone.WARNING)
    assert [n.accessibleName() for n in shell.notices] == ["b", "c", "d"]
    shell.notices[0].dismissed.emit()
    assert [n.accessibleName() for n in shell.notices] == ["c", "d"]


def test_the_sync_chip_leads_to_the_sync_page(shell: Shell, qtbot: QtBot) -> None:
    shell.set_sync("Chờ gửi: 3 phiếu", Tone.WARNING)
    assert "Chờ gửi: 3 phiếu" in shell.top.sync.accessibleName()
    QTest.mouseClick(shell.top.sync, Qt.MouseButton.LeftButton)
    assert shell.current_page == "sync"


@pytest.mark.parametrize(("width", "height"), [(1366, 768), (1093, 614)])
def test_the_top_bar_cuts_no_word(dressed: QApplication, qtbot: QtBot, width: int, height: int) -> None:
    window = in_shell("today")
    qtbot.addWidget(window)
    window.resize(width, height)
    window.show()
    shots.settle(dressed)
    assert window.width() == width
    assert window.top.sync.width() >= window.top.sync.sizeHint().width()
    assert window.top.lock.width() >= window.top.lock.sizeHint().width()
    hint = window.top.search.fontMetrics().horizontalAdvance(window.top.search.placeholderText())
    assert window.top.search.width() >= hint + 48


@pytest.mark.parametrize("chip", ["Sổ thực hành", "Chờ gửi: 1.284 bản ghi · lần cuối 04:14"])
def test_what_the_search_finds_is_said_in_words_that_fit(qtbot: QtBot, shell: Shell, chip: str) -> None:
    shell.set_sync(chip, Tone.WARNING)
    shell.set_officer("Cán bộ Một", "Cán bộ bảo vệ trẻ em")
    shell.resize(round(shots.SCREEN.width() / shots.SCALED), round(shots.SCREEN.height() / shots.SCALED))
    search = shell.top.search
    qtbot.waitUntil(lambda: (search.placeholderText() == "Tìm trẻ, cha mẹ, thôn…") == (chip != "Sổ thực hành"))
    assert cut_texts(search) == []
