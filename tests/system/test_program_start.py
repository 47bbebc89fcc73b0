"""The program where it cannot start, which is a sentence, and where it cannot keep everything, but locks."""

from __future__ import annotations

import os
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QLockFile, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.app import Program, run
from commune_desk.domain.access import Role
from commune_desk.domain.clock import SystemClock
from commune_desk.domain.ids import Scope
from commune_desk.logs import stop_log
from commune_desk.presenters.routes import Route
from commune_desk.ui import theme
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.usecases.opening import OpenDesk, make_training_register, unlock
from commune_desk.usecases.profile import NewOfficer, Profile
from tests.helpers.builders import make_child, save_all
from tests.system.surroundings import fill_up, open_folder, refusing, small_disk

NO_FOLDER = "Không tạo hoặc không ghi được thư mục của sổ."
PASSPHRASE = "bốn con mèo đi biển"


@pytest.fixture(autouse=True)
def _hooks_stay(qapp: QApplication, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The program takes over the hooks of its process, which here is that of the tests."""
    for owner in (sys, threading):
        monkeypatch.setattr(owner, "excepthook", owner.excepthook)
    mask = os.umask(0o077)
    theme.apply(qapp)
    yield
    os.umask(mask)
    stop_log()


def refusal_of(start: Callable[[], int]) -> str:
    """What the dialog says that the program shows instead of starting."""
    said: list[str] = []

    def read() -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, MessageDialog):
            said.append(dialog.accessibleName())
            dialog.accept()

    timer = QTimer()
    timer.timeout.connect(read)
    timer.start(10)
    QTimer.singleShot(10_000, timer, QApplication.quit)  # it started after all
    assert start() == 1
    timer.stop()
    return said[0]


def test_a_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    said = refusal_of(lambda: run(profile=tmp_path / "file" / "profile"))
    assert said == NO_FOLDER


def test_a_folder_that_may_only_be_read_is_a_sentence() -> None:
    with open_folder() as folder, refusing(folder):
        said = refusal_of(lambda: run(profile=folder))
    assert said == NO_FOLDER


def test_a_full_disk_is_not_taken_for_a_second_window(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", kib=500) as disk:
        fill_up(disk)
        said = refusal_of(lambda: run(profile=disk))
        stop_log()
    assert "ổ đĩa đầy" in said


def test_a_register_that_is_open_already_is_a_sentence(tmp_path: Path) -> None:
    first = QLockFile(str(Profile(tmp_path).lock_file))
    assert first.tryLock(0)
    said = refusal_of(lambda: run(profile=tmp_path))
    first.unlock()
    assert said == "Sổ đang mở ở một cửa sổ khác."


@pytest.mark.parametrize("left", [b"", b"\0" * 64, b"999999\ncommune-desk\nan-earlier-name-of-this-pc\n\n\n"])
def test_a_lock_file_that_a_power_cut_left_keeps_nobody_out(qapp: QApplication, tmp_path: Path, left: bytes) -> None:
    Profile(tmp_path).lock_file.write_bytes(left)
    program = Program(qapp, Profile(tmp_path))
    assert program.take_profile()
    assert not Program(qapp, Profile(tmp_path)).take_profile(), "one that is held is held"
    program.lock_file.unlock()


def made(folder: Path) -> OpenDesk:
    officer = NewOfficer("hoa", "Cán bộ Thử", PASSPHRASE)
    scope = Scope("C:06838")
    return make_training_register(Profile(folder), officer, scope=scope, role=Role.COMMUNE_OFFICER, clock=SystemClock())


def at_work(qtbot: QtBot, folder: Path) -> Program:
    """The program with its window open and a child's form half filled in."""
    app = QApplication.instance()
    assert isinstance(app, QApplication)
    desk = made(folder)
    person, file = make_child(birth_date="2018-02-03")
    desk.register.write(save_all(person, file)).result()
    program = Program(app, Profile(folder))
    assert program.take_profile()
    program.open_desk(desk)
    assert program.desk is not None
    program.desk.window.navigate(Route("child", person.id, "visit"))
    qtbot.wait(50)
    return program


def opens_again(folder: Path) -> bool:
    program = Program(QApplication.instance(), Profile(folder))  # type: ignore[arg-type]
    is_free = program.take_profile()
    program.lock_file.unlock()
    unlock(Profile(folder), "hoa", PASSPHRASE, clock=SystemClock()).register.close()
    return is_free


def test_what_cannot_be_left_beside_the_register_does_not_hold_up_the_lock(
    qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    program = at_work(qtbot, tmp_path)
    Profile(tmp_path).window_state.mkdir()
    Profile(tmp_path).doorbell.mkdir()
    assert program.put_away()
    assert program.desk is None
    assert caplog.text.count("a step of the lock was left out") == 2
    caplog.clear()
    assert opens_again(tmp_path)


def test_a_full_disk_does_not_hold_up_the_lock(qtbot: QtBot, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    with small_disk(tmp_path / "disk", kib=4000) as disk:
        program = at_work(qtbot, disk)
        film = fill_up(disk)
        assert program.put_away()
        assert program.desk is None
        caplog.clear()
        film.unlink()
        assert opens_again(disk)
