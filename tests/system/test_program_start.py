"""The program where it cannot start, which is a sentence."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QLocale, QLockFile, QTimer
from PySide6.QtWidgets import QApplication

from commune_desk.__main__ import main
from commune_desk.app import Program, leave_no_core, run
from commune_desk.i18n import language_of
from commune_desk.logs import stop_log
from commune_desk.paths import LOG_FILE
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.usecases.registers.profile import Profile
from tests.system.surroundings import fill_up, open_folder, refusing, small_disk

NO_FOLDER = "Không tạo hoặc không ghi được thư mục của sổ."


pytestmark = pytest.mark.usefixtures("own_hooks")


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
    leave_no_core()  # loads what an account without rights may not read where Python is the superuser's own
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


@pytest.mark.parametrize(("given", "said"), [([], "Sunshine Register"), (["--lang", "vi"], "Sổ Ánh Dương")])
def test_the_screen_speaks_as_it_last_did_unless_it_is_told(tmp_path: Path, given: list[str], said: str) -> None:
    Profile(tmp_path).keep_language("en")
    before, titles = QApplication.topLevelWidgets(), list[str]()

    def read() -> None:
        windows = (one for one in QApplication.topLevelWidgets() if isinstance(one, OpeningWindow))
        shown = [one for one in windows if one.isVisible() and one not in before]
        titles.extend(one.windowTitle() for one in shown)
        QApplication.exit(0)

    QTimer.singleShot(0, read)
    assert main(["--profile", str(tmp_path), *given]) == 0
    assert titles == [said]
    assert QLocale().language() == (QLocale.Language.Vietnamese if given else QLocale.Language.English)


@pytest.mark.parametrize("spoilt", [b"", b"xx", b"\xff\xfe"])
def test_a_spoilt_choice_of_language_is_none(tmp_path: Path, spoilt: bytes) -> None:
    Profile(tmp_path).language.write_bytes(spoilt)
    assert language_of(Profile(tmp_path).kept_language()) == "vi"


def test_a_bug_before_the_first_window_is_shown_and_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """No loop turns yet that could show it later: the interpreter hands it to the hook and ends."""

    def start() -> int:
        try:
            return run(profile=tmp_path)
        except RuntimeError as bug:
            sys.excepthook(type(bug), bug, bug.__traceback__)
            return 1

    def fail(*_given: object) -> None:
        raise RuntimeError("a defect of ours")

    monkeypatch.setattr("commune_desk.app.OpeningWindow", fail)
    assert refusal_of(start) == "Không khởi động được chương trình."
    stop_log()
    assert "a defect of ours" not in (tmp_path / LOG_FILE).read_text(encoding="utf-8")
    caplog.clear()  # the bug was expected
