"""A page goes at the very moment at which its work comes home from another thread; in a process of its own."""

from __future__ import annotations

import subprocess
import sys
import threading

from PySide6.QtWidgets import QWidget
from shiboken6 import delete

from commune_desk.ui.opening.frame import Work
from commune_desk.ui.theme import new_app

ROUNDS, AT_ONCE = 300, 4


def play() -> None:
    """Pages with pieces of work that end together, deleted as they do; and one that is left to hear of its own."""
    app = new_app()
    sys.setswitchinterval(1e-5)
    heard: list[object] = []
    for _round in range(ROUNDS):
        page, gate = QWidget(), threading.Barrier(AT_ONCE + 1)
        works = [Work(page) for _ in range(AT_ONCE)]
        for work in works:
            work.done.connect(heard.append)
            work.start(gate.wait)
        gate.wait(30)
        delete(page)
        for work in works:
            work.see_out()
        app.processEvents()
    assert heard == [], "nobody is told any more"
    left = QWidget()
    work = Work(left)
    work.done.connect(app.exit)
    work.start(lambda: 7)
    assert app.exec() == 7


def test_a_page_may_go_at_any_moment_of_its_work() -> None:
    command = [sys.executable, "-X", "faulthandler", "-c", f"from {__name__} import play; play()"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
    assert (done.returncode, done.stderr) == (0, "")
