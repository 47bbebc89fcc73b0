"""Long work in steps: each is handed in when the one before came home, so that whatever waits gets its turn."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from PySide6.QtCore import QObject

from commune_desk.domain.words.errors import DeskError
from commune_desk.usecases.lists.import_reading import Progress

Run = Callable[..., object]
"""`Tasks.run` or `Tasks.query`."""


class Work(Protocol):
    """Work that goes on as long as somebody calls `step`, and can be left off after any."""

    def step(self) -> Progress: ...


class Stepper(QObject):
    """Does one work at a time. A lock in between leaves it where it is, for the next start to find."""

    def __init__(
        self, progressed: Callable[[Progress], object], failed: Callable[[DeskError], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._progressed, self._failed = progressed, failed
        self._work: Work | None = None
        self._after_stop: Callable[[], object] | None = None

    @property
    def work(self) -> Work | None:
        """What is under way, if anything."""
        return self._work

    def start(self, work: Work, run: Run, then: Callable[[], object]) -> None:
        """Begin `work` on the thread of `run`; `then` is called when it is over."""
        self._work, self._after_stop = work, None
        self._next(run, then)

    def stop(self, then: Callable[[], object]) -> None:
        """Leave off when the step under way is done, then call `then`."""
        self._after_stop = then

    def _next(self, run: Run, then: Callable[[], object]) -> None:
        if self._work is not None:
            run(self._work.step, partial(self._came_home, run, then), self._broke, owner=self)

    def _came_home(self, run: Run, then: Callable[[], object], now: Progress) -> None:
        if self._after_stop is not None or now.is_over:
            self._end(self._after_stop or then)
            return
        self._progressed(now)
        self._next(run, then)

    def _broke(self, error: DeskError) -> None:
        if self._after_stop is not None:
            self._end(self._after_stop)
            return
        self._work = None
        self._failed(error)

    def _end(self, then: Callable[[], object]) -> None:
        self._work, self._after_stop = None, None
        then()
