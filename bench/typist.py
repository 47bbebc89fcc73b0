"""The program with somebody at it while it syncs: `python -m bench.typist saves | keys FOLDER PASSPHRASE`.

What is done is done in the program's own window and by its own ways: a visit goes to the disk by its tasks, a letter is
a key pressed in the form of a visit. First nothing is beside it, then a sync that the program's own agent carries.
"""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from functools import partial
from typing import TYPE_CHECKING, Any

from bench.child import opened, run_until

if TYPE_CHECKING:
    from commune_desk.app import Program
    from commune_desk.domain.records.visits import HomeVisit
    from sync.client.transport import Exchange

_EVERY_MS = 15
"""Quicker than anybody types or saves: what waits is met by more of them."""
_QUIET_SECONDS = 3.0
_MOST_SAVES = 60
"""While a commune goes up: each goes up too, so that without an end of them the sync would have none."""
_LONGEST_SYNC = 300.0
_LINE = 120
"""Letters, then the field is empty again: a longer text takes longer to be laid out."""


@dataclass(slots=True)
class Done:
    """Milliseconds of each; `pushing` until the first page was here, `pulling` from then to the end of the sync."""

    quiet: list[float] = field(default_factory=list)
    pushing: list[float] = field(default_factory=list)
    pulling: list[float] = field(default_factory=list)


class Typist:
    """Does one thing each time that its moment has come, and notes how long after that moment it was over."""

    def __init__(self, program: Program, act: Callable[[Callable[[], None]], None], *, most: float = math.inf) -> None:
        """`act` is told whom to call when it is over; it is asked `most` times while what was here goes up."""
        from PySide6.QtCore import Qt, QTimer

        assert program.desk is not None
        agent = program.desk.agent
        assert agent is not None, "an enrolled desk"
        self._agent, self._act, self._most = agent, act, most
        sync: Any = agent._session
        self._exchanges: list[Exchange] = sync._exchanges
        self._done = Done()
        self._is_quiet, self._is_busy = True, False
        self._due = time.perf_counter()
        self._timer = QTimer(interval=1, timerType=Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)

    def work(self) -> Done:
        """Some seconds without a sync, then until one is over."""
        agent = self._agent
        agent.pause()
        self._due = time.perf_counter()
        self._timer.start()
        end = time.perf_counter() + _QUIET_SECONDS
        run_until(lambda: time.perf_counter() > end)
        self._is_quiet = False
        agent.sync_now()
        run_until(lambda: agent.status.last_outcome is not None and not agent.status.is_running, seconds=_LONGEST_SYNC)
        self._timer.stop()
        run_until(lambda: not self._is_busy)
        return self._done

    def _tick(self) -> None:
        now = time.perf_counter()
        if self._is_busy or now < self._due:
            return
        place = self._place()
        if place is self._done.pushing and len(place) >= self._most:
            self._due = now
            return
        due, self._is_busy = self._due, True

        def note() -> None:
            over = time.perf_counter()
            place.append((over - due) * 1000)
            self._due, self._is_busy = max(due + _EVERY_MS / 1000, over), False

        self._act(note)

    def _place(self) -> list[float]:
        if self._is_quiet:
            return self._done.quiet
        return self._done.pulling if any(one.path == "/v1/pull" for one in self._exchanges) else self._done.pushing


def saves(program: Program) -> Done:
    """From the wish to save a visit until it is on the disk."""
    from commune_desk.usecases.records.visits import record_visit

    desk = program.desk
    assert desk is not None
    tasks, work, visit = desk.tasks, desk.workplace, _visits(program)

    def save(note: Callable[[], None]) -> None:
        saved = tasks.run(partial(work.write, partial(record_visit, visit=visit())))
        saved.add_done_callback(lambda _saved: note())

    return Typist(program, save, most=_MOST_SAVES).work()


def _visits(program: Program) -> Callable[[], HomeVisit]:
    """A routine visit of today to one of the children, each time it is asked."""
    from bench.saving import routine_visit, some_children

    assert program.desk is not None
    work = program.desk.workplace
    those = some_children(work.register.reader)
    numbers = iter(range(1 << 30))
    return lambda: routine_visit(work, *those[next(numbers) % len(those)])


def keys(program: Program) -> Done:
    """From the moment of a key press in the form of a visit until the event loop comes to what was asked for then.

    The letter was painted by then.
    """
    from PySide6.QtCore import QEvent, Qt, QTimer
    from PySide6.QtGui import QKeyEvent
    from PySide6.QtWidgets import QApplication

    from commune_desk.presenters.frame.routes import Route
    from commune_desk.ui.forms.visit_form import VisitFormPage

    assert program.desk is not None
    window, work = program.desk.window, program.desk.workplace
    person = work.read(lambda db: db.execute("SELECT person FROM child_index LIMIT 1").fetchone()[0])
    window.navigate(Route("child", person, "visit"))
    page = window.shell.stack.currentWidget()
    assert isinstance(page, VisitFormPage), "the form of a visit"
    editor: Any = page.fields["observations"]
    editor.setFocus()
    run_until(lambda: QApplication.focusWidget() is not None)
    into = QApplication.focusWidget()
    assert into is not None
    letters = 0

    def press(note: Callable[[], None]) -> None:
        nonlocal letters
        letters += 1
        letter = "cháu khoẻ đi học đều "[letters % 21]
        for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
            QApplication.sendEvent(into, QKeyEvent(kind, Qt.Key.Key_A, Qt.KeyboardModifier.NoModifier, letter))
        QTimer.singleShot(0, partial(painted, note))

    def painted(note: Callable[[], None]) -> None:
        note()
        if letters % _LINE == 0:
            editor.clear()

    done = Typist(program, press).work()
    assert letters % _LINE == 0 or editor.toPlainText(), "what was pressed stands in the field"
    return done


if __name__ == "__main__":
    way, folder, passphrase = sys.argv[1:]
    print(json.dumps(asdict({"saves": saves, "keys": keys}[way](opened(folder, passphrase)))), flush=True)
