"""The program looks for garbage on the window's thread alone; in a process of its own."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from tests.architecture.sources import ROOT

MET = """
import gc, sys, threading, time, weakref
from pathlib import Path
{prepare}
from PySide6.QtWidgets import QApplication
app = QApplication([])
{program}

class Knot:
    def __init__(self):
        self.itself = self

found_on = set()
def tie():
    until = time.monotonic() + 3
    while time.monotonic() < until:
        weakref.finalize(Knot(), lambda: found_on.add(threading.current_thread() is threading.main_thread()))
        time.sleep(0.0001)
thread = threading.Thread(target=tie)
thread.start()
while thread.is_alive():
    app.processEvents()
    time.sleep(0.01)
print(sorted(found_on))
"""
PREPARE = "from commune_desk.__main__ import prepare; prepare()"
PROGRAM = """
from commune_desk.app import Program
from commune_desk.usecases.registers.profile import Profile
program = Program(app, Profile(Path({folder!r})))
program.take_profile()
program.show_opening()
"""


def said(code: str) -> str:
    ran = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return ran.stdout.strip()


def test_what_another_thread_ties_into_knots_ends_on_the_windows(tmp_path: Path) -> None:
    assert said(MET.format(prepare=PREPARE, program=PROGRAM.format(folder=str(tmp_path)))) == "[True]"


def test_by_itself_python_looks_on_whichever_thread_makes_something() -> None:
    """The twin. Once this fails, `ui.garbage` is needed no more."""
    assert "False" in said(MET.format(prepare="", program=""))
