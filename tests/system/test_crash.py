"""The process dies of a fault below Python: the next one logs where, and says what became of the work."""

from __future__ import annotations

import faulthandler
import logging
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from commune_desk.crashes import CrashWatch, places_in
from commune_desk.logs import ScrubbingFormatter
from commune_desk.paths import CRASH_FILE, LOG_FILE
from commune_desk.ui.opening.unlock import UnlockPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.usecases.registers.profile import Profile
from tests.architecture.sources import ROOT
from tests.system.at_work import made

RUN = """
import ctypes, sys
from pathlib import Path
from PySide6.QtCore import QTimer
from commune_desk.app import run
from commune_desk.ui import theme
app = theme.new_app()
def nguyen_thi_hoa(): ctypes.string_at(0)
QTimer.singleShot(300, {then})
sys.exit(run(profile=Path({folder!r})))
"""
SAID = "Lần trước chương trình bị dừng đột ngột"


@pytest.fixture(autouse=True)
def _watched_by_pytest_as_before() -> Iterator[None]:
    yield
    if sys.__stderr__ is not None:
        faulthandler.enable(sys.__stderr__)


def ran(folder: Path, then: str) -> int:
    code = RUN.format(folder=str(folder), then=then)
    return subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, timeout=60).returncode


def test_a_crash_is_in_the_log_of_the_next_start_and_names_nobody(tmp_path: Path) -> None:
    made(tmp_path).register.close()
    assert ran(tmp_path, "nguyen_thi_hoa") != 0
    assert (tmp_path / CRASH_FILE).stat().st_size > 0
    assert ran(tmp_path, "app.quit") == 0
    assert (tmp_path / CRASH_FILE).stat().st_size == 0
    _begun, told = (tmp_path / LOG_FILE).read_text("utf-8").split("the program was ended by a fault below Python")
    assert "    ctypes.__init__:" in told or "    __init__:" in told
    assert "commune_desk.app:" in told
    assert str(ROOT) not in told
    assert ran(tmp_path, "app.quit") == 0
    assert (tmp_path / LOG_FILE).read_text("utf-8").count("ended by a fault") == 1


def test_who_ended_well_is_not_told_of(tmp_path: Path) -> None:
    made(tmp_path).register.close()
    assert ran(tmp_path, "app.quit") == 0
    watch = CrashWatch(tmp_path / CRASH_FILE)
    assert not watch.begin()
    with (tmp_path / CRASH_FILE).open("ab") as file:  # as Windows tells of what is caught and gone on from
        faulthandler.dump_traceback(file)
    watch.end()
    assert not watch.begin()
    watch.end()


def test_places_name_no_account() -> None:
    told = r"""Windows fatal exception: access violation

Thread 0x00001f (most recent call first):
  File "C:\Users\Đặng Thị Hoà\AppData\Local\Programs\commune_desk\ui\tasks.py", line 12 in run
  File "/srv/hoa/.venv/lib/python3.11/site-packages/PySide6/x.py", line 3 in <module>
  File "/srv/hoa/hoa.py", line 4 in <lambda>
"""
    assert list(places_in(told)) == ["commune_desk.ui.tasks:12 run", "PySide6.x:3 <module>", "hoa:4 <lambda>"]


def test_a_folder_that_refuses_keeps_nobody_from_working(tmp_path: Path) -> None:
    watch = CrashWatch(tmp_path / "missing" / CRASH_FILE)
    assert not watch.begin()
    watch.end()


def test_the_log_takes_places_and_nothing_else(caplog: pytest.LogCaptureFixture) -> None:
    places = ("commune_desk.app:7 run", "Đặng Thị Hoà", "a:1 b\nĐặng Thị Hoà")
    record = logging.LogRecord("commune_desk", logging.ERROR, "", 1, "ended", (), None)
    record.places = places
    assert ScrubbingFormatter().format(record).splitlines()[1:] == ["    commune_desk.app:7 run"]


def test_the_unlock_page_says_what_became_of_the_work(qtbot: QtBot, tmp_path: Path) -> None:
    desk = made(tmp_path)
    desk.register.close()
    window = OpeningWindow(Profile(tmp_path), desk.register.clock)
    qtbot.addWidget(window)
    window.tell_crash()
    window.show()
    assert isinstance(window.page, UnlockPage)
    bars = [one for one in window.page.findChildren(NoticeBar) if one.isVisible()]
    assert [one.accessibleName().startswith(SAID) for one in bars] == [True]
