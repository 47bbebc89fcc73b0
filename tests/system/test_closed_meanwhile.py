"""The window is closed while a register is being made: nobody else gets the profile before that is over.

A line that hangs is given up soon: until then a second start says that the program is open.
"""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from commune_desk.app import run
from commune_desk.domain.time.clock import SystemClock
from commune_desk.ui.opening import frame
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.widgets.fields import LineEdit
from sync.server.identity.authority import make_authority
from sync.spelling import spell
from tests.helpers.poor_province import dripping_at
from tests.system.at_work import PASSPHRASE

pytestmark = pytest.mark.usefixtures("own_hooks")

SECONDS = 1.0
FOR_EVER = 20.0


@contextmanager
def slow_line() -> Iterator[tuple[str, threading.Event]]:
    """The address of somebody who takes the call and hangs up after a while, and whether that while is over."""
    is_over = threading.Event()

    def take() -> None:
        connection, _address = listener.accept()
        with connection:
            time.sleep(SECONDS)
            is_over.set()  # before he hangs up: the program may end in the very moment of it

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=take, daemon=True)
        thread.start()
        yield f"https://127.0.0.1:{listener.getsockname()[1]}", is_over
        thread.join(10)


def run_and(act: Callable[[OpeningWindow], bool], folder: Path) -> None:
    """The program; it is ended as soon as `act` says that something is under way."""

    before = QApplication.topLevelWidgets()

    def look() -> None:
        windows = (one for one in QApplication.topLevelWidgets() if isinstance(one, OpeningWindow))
        shown = [one for one in windows if one.isVisible() and one not in before]
        if shown and act(shown[0]):
            timer.stop()
            QApplication.exit(0)  # as when the last window is closed

    timer = QTimer()
    timer.timeout.connect(look)
    timer.start(20)
    assert run(profile=folder) == 0
    timer.stop()


def enrolling_at(address: str) -> Callable[[OpeningWindow], bool]:
    """Has the first page enrol there."""

    def enrol(window: OpeningWindow) -> bool:
        page = window.page
        assert isinstance(page, FirstRunPage)
        assert page.fields is not None
        typed = {"address": address, "code": spell(bytes(10)), "label": "Máy 1", "display_name": "Cán bộ Thử"}
        for name, text in (typed | {"login": "hoa"}).items():
            page.form.edit(name, text)
        for name in ("passphrase", "again"):
            editor = page.fields.row(name).editor
            assert isinstance(editor, LineEdit)
            editor.setText(PASSPHRASE)
        page.submit()
        return page._work.is_busy

    return enrol


def test_who_closes_it_while_the_province_is_asked_for_an_enrolment_keeps_the_profile_until_it_has_answered(
    tmp_path: Path,
) -> None:
    """The next start would take away what is being made, and with it a code that works once."""
    with slow_line() as (address, is_over):
        run_and(enrolling_at(address), tmp_path)
        assert is_over.is_set()


def test_a_line_that_hangs_keeps_the_profile_no_longer_than_one_waits_for_an_answer(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(frame, "PATIENCE_SECONDS", SECONDS)
    folder, served = tmp_path / "profile", tmp_path / "served"
    served.mkdir()
    with dripping_at(served, make_authority("Province of tests", clock=SystemClock()), FOR_EVER) as (address, is_over):
        run_and(enrolling_at(address), folder)
        assert not is_over.is_set(), "nobody waited for the end of the answer"
