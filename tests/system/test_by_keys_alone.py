"""Two officers of two communes with a keyboard alone: they enrol, enter a child, hand it over and take it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QDialog, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.app import Program
from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.pages.sync_status import sync_facts
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.dialogs.move_child import MoveDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.usecases.registers.profile import Profile
from sync.server.lifecycle.founding import found
from tests.helpers.dialogs import when_asked
from tests.helpers.keys import focused, press
from tests.helpers.quick_passphrases import quick_passphrases
from tests.helpers.store_engine import engine
from tests.helpers.typing_vietnamese import commit_text
from tests.story.province import Province
from tests.story.stage import desk_of
from tests.sync.actors.real_province import RealProvince

Key = Qt.Key
Alt, Control = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
HERE, THERE = "C:06838", "C:06652"
"""Xã Bình Liêu and Phường Hà Tu."""
PASSPHRASE = "bốn con mèo đi biển"

pytestmark = [
    pytest.mark.usefixtures("own_hooks"),
    pytest.mark.qt_log_ignore("This plugin does not support", extend=True),
]


@pytest.fixture(autouse=True)
def _quick_passphrases() -> Iterator[None]:
    with quick_passphrases():
        yield


@pytest.fixture
def province(tmp_path: Path) -> Iterator[tuple[str, dict[str, str]]]:
    """The address of a province that serves, and a code for a PC of each of the two communes."""
    made = Province(tmp_path)
    founded = found(
        made.data, made.key_file, name="Tests", hosts=["127.0.0.1"], clock=SystemClock(), where=engine.new()
    )
    codes = {one: RealProvince(founded).code({one: Role.COMMUNE_OFFICER}).code for one in (HERE, THERE)}
    founded.close()
    made.start()
    yield made.address, codes
    made.kill()


class Officer:
    """At a PC of their own; what they do goes to whatever has the keyboard."""

    def __init__(self, qtbot: QtBot, app: QApplication, folder: Path) -> None:
        folder.mkdir()
        self._qtbot, self._app, self._profile = qtbot, app, Profile(folder)
        self.program: Program

    def start(self) -> None:
        """What the program shows first, with the keyboard."""
        self.program = Program(self._app, self._profile)
        assert self.program.take_profile()
        self.program.show_opening()
        assert self.program.opening is not None
        self.activate(self.program.opening)

    def activate(self, window: QWidget) -> None:
        """What a window system does of itself."""
        window.activateWindow()
        self._qtbot.waitUntil(lambda: QApplication.activeWindow() is window and window.isAncestorOf(focused()))

    def tab_to(self, name: str) -> None:
        for _step in range(80):
            if name in focused().accessibleName():
                return
            press(Key.Key_Tab)
            self._qtbot.wait(1)  # a page is built step by step
        raise AssertionError(f"Tab never came to {name}")

    def enrol(self, address: str, code: str, name: str) -> None:
        """With the last letter of the code left out at first, as one who reads it off a paper."""
        self.start()
        for field, typed in (
            ("Địa chỉ máy chủ", address),
            ("Mã đăng ký", code[:-1]),
            ("Tên máy này", "Máy một cửa"),
            ("Họ và tên", name),
            ("Tên đăng nhập", "canbo"),
            ("Cụm mật khẩu", PASSPHRASE),
            ("Gõ lại", PASSPHRASE),
        ):
            self.tab_to(field)
            commit_text(focused(), typed)
        press(Key.Key_Return)
        self._qtbot.waitUntil(lambda: "Mã đăng ký" in focused().accessibleName(), timeout=30_000)
        press(Key.Key_A, Control)
        commit_text(focused(), code)
        self._enter_the_register()

    def unlock(self) -> None:
        self.start()
        self._qtbot.waitUntil(lambda: "Cụm mật khẩu" in focused().accessibleName())
        commit_text(focused(), PASSPHRASE)
        self._enter_the_register()

    def _enter_the_register(self) -> None:
        press(Key.Key_Return)
        self._qtbot.waitUntil(lambda: self.program.desk is not None, timeout=30_000)
        self.activate(desk_of(self.program).window.shell)

    def sync(self) -> None:
        """On the Sync page, which begins at the button that syncs."""
        press(Key.Key_5, Alt)
        self._qtbot.waitUntil(lambda: focused().accessibleName() == "Đồng bộ ngay", timeout=30_000)
        before = desk_of(self.program).workplace.read(sync_facts).last_contact
        press(Key.Key_Return)

        def is_done() -> bool:
            facts, agent = desk_of(self.program).workplace.read(sync_facts), desk_of(self.program).agent
            assert agent is not None
            told = facts.last_contact != before or agent.status.last_outcome is not None
            return told and not facts.waiting_changes and not agent.status.is_running and not facts.behind

        self._qtbot.waitUntil(is_done, timeout=30_000)
        self._qtbot.waitUntil(lambda: focused().accessibleName() == "Đồng bộ ngay")

    def enter_child(self, name: str) -> None:
        press(Key.Key_2, Alt)
        press(Key.Key_F6)
        self.tab_to("Thêm trẻ")
        press(Key.Key_Return)
        commit_text(focused(), name)
        self.tab_to("Giới tính")
        press(Key.Key_Space)
        press(Key.Key_S, Control)
        self._qtbot.waitUntil(lambda: focused().accessibleName() == "Các phần của hồ sơ")

    def hand_over(self, name: str, to: str) -> list[str]:
        """From the search to the last question; what the dialogs were called."""
        press(Key.Key_K, Control)
        commit_text(focused(), name)
        press(Key.Key_Return)
        assert focused().accessibleName() == "Các phần của hồ sơ"
        press(Key.Key_Right)
        self.tab_to("Chuyển đến địa phương khác")
        pressed = focused()

        def choose(dialog: QDialog) -> None:
            self.activate(dialog)
            QTest.keyClicks(focused(), to)
            self.tab_to("Tiếp tục")
            questions.append(when_asked(MessageDialog, agree))
            press(Key.Key_Return)

        def agree(dialog: QDialog) -> None:
            self.activate(dialog)
            assert focused().accessibleName() == "Hủy", "Enter alone hands nobody over"
            press(Key.Key_Tab)
            press(Key.Key_Return)

        questions: list[list[str]] = []
        questions.append(when_asked(MoveDialog, choose))
        QTest.keyClick(pressed, Key.Key_Return)
        self.activate(desk_of(self.program).window.shell)
        self._qtbot.waitUntil(lambda: focused().accessibleName() == "Các phần của hồ sơ")
        return [title for titles in questions for title in titles]

    def go_home(self) -> None:
        self._qtbot.waitUntil(lambda: desk_of(self.program).tasks.is_idle)
        self.program.put_away()


def test_a_child_is_handed_over_and_taken(
    qtbot: QtBot, qapp: QApplication, tmp_path: Path, province: tuple[str, dict[str, str]]
) -> None:
    address, codes = province
    there, here = (Officer(qtbot, qapp, tmp_path / name) for name in ("there", "here"))
    there.enrol(address, codes[THERE], "Hoàng Thị Thử")
    there.sync()
    there.go_home()
    here.enrol(address, codes[HERE], "Chíu Thị Thử")
    here.enter_child("Đặng Tài An")
    here.sync()
    asked = here.hand_over("tai an", "ha tu")
    assert asked == ["Chuyển Đặng Tài An đến địa phương khác", "Chuyển Đặng Tài An đến Phường Hà Tu?"]
    here.sync()
    here.go_home()
    there.unlock()
    there.sync()
    press(Key.Key_1, Alt)
    assert focused().accessibleName().startswith("Mở hồ sơ: Đặng Tài An"), "what came goes before"
    press(Key.Key_Return)
    assert focused().accessibleName() == "Các phần của hồ sơ"
    page = desk_of(there.program).window.shell.stack.currentWidget()
    assert isinstance(page, ChildPage)
    assert page.header.name.text() == "Đặng Tài An"
    there.go_home()
