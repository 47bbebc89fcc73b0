"""Syncs by itself in a thread of its own: after changes, now and then, when the line returns, and when asked to.

Nothing here makes a caller wait, and nothing knows Qt: the status goes out through a callback, from this thread.
"""

from __future__ import annotations

import math
import random
import threading
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, Protocol

from commune_desk.domain.time.clock import Clock, from_iso, monotonic
from commune_desk.domain.words.errors import DeskError
from commune_desk.usecases.sync.schedule import Pace, SyncSchedule
from sync.client.errors import (
    Busy,
    CertificateNotGoodThen,
    ChangesMissing,
    DeskRemoved,
    Gone,
    HalfPage,
    NoLine,
    NotRecognised,
    ServerTrouble,
    SyncFault,
    SyncHalted,
    TooSlow,
    WrongCertificate,
)
from sync.protocol import Malformed

if TYPE_CHECKING:
    from sync.client.session import SyncOutcome  # it loads the HTTP library, which the first page does not wait for

_JOIN_SECONDS = 20.0
_LONGEST_SLEEP = 3600.0


class SyncSession(Protocol):
    """What the agent asks of `sync.client.session.Session`."""

    @property
    def receipt_at(self) -> str: ...

    def sync(self) -> SyncOutcome: ...

    def abort(self) -> None: ...


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """What the Sync page may say. Only a receipt proves that the province holds something."""

    waiting: int = 0
    """Changes that no receipt names yet."""
    is_running: bool = False
    is_paused: bool = False
    is_held: bool = False
    """The line is paid by volume and this desk does not sync by itself on such."""
    last_receipt_at: datetime | None = None
    """The province's own time on its last receipt."""
    last_outcome: SyncOutcome | None = None
    """Of the last sync that went through as a whole."""
    failure: DeskError | None = None
    """Why the last sync failed; None after one that went through."""
    next_try_at: datetime | None = None
    """None while paused or held."""

    @property
    def file_fault(self) -> DeskError | None:
        """Why the last sync carried text and broke off at the files; None after one that failed as a whole."""
        return self.last_outcome.file_fault if self.last_outcome is not None and self.failure is None else None

    @property
    def is_halted(self) -> bool:
        """Whether a person has to decide before trying again helps."""
        return isinstance(self.failure, SyncHalted)

    @property
    def is_removed(self) -> bool:
        """Whether the province ordered this register removed."""
        return isinstance(self.failure, DeskRemoved)

    @property
    def has_no_line(self) -> bool:
        """Whether the last try found no network at all: nothing can be said of how it sends."""
        return isinstance(self.failure, NoLine)

    @property
    def asks_only_to_wait(self) -> bool:
        """Whether there is nothing to do about the last failure but to let it be tried again."""
        return isinstance(self.failure, (Busy, Gone, HalfPage, NoLine, ServerTrouble, TooSlow))

    @property
    def failed_here(self) -> bool:
        """Whether the last try failed on this PC, as on a full disk: the province may well have been there."""
        return self.failure is not None and not isinstance(self.failure, (SyncFault, Malformed))

    @property
    def may_need_enrolment(self) -> bool:
        """Whether a new code may be the way on: a province that was founded anew, or restored to before this PC was,
        or to before a backup that this PC relied on."""
        is_of_its_time = isinstance(self.failure, CertificateNotGoodThen)
        return isinstance(self.failure, (ChangesMissing, NotRecognised, WrongCertificate)) and not is_of_its_time


class SyncAgent:
    """One desk's sync. `start` once, `stop` once; the rest at any time, from any thread, without waiting."""

    def __init__(
        self,
        session: SyncSession,
        publish: Callable[[SyncStatus], None],
        waiting: Callable[[], int],
        *,
        clock: Clock,
        pace: Pace | None = None,
        initial: SyncStatus | None = None,
    ) -> None:
        """`publish` and `waiting` are called from the agent's thread; `initial` is what the register remembers."""
        self._session = session
        self._publish = publish
        self._waiting = waiting
        self._clock = clock
        self._status = initial or SyncStatus()
        self._schedule = SyncSchedule(pace or Pace(), random=random.random, now=monotonic())
        self._guard = threading.Lock()
        self._wake = threading.Event()
        self._is_stopping = False
        self._is_paused = False
        self._is_held = False
        self._is_demanded = False
        self._thread: threading.Thread | None = None

    @property
    def status(self) -> SyncStatus:
        """The status last published."""
        return self._status

    def start(self) -> None:
        with self._guard:
            self._revive()

    def stop(self) -> None:
        """Break off what is under way and wait for the thread to end."""
        with self._guard:
            self._is_stopping = True
            thread = self._thread
        self._session.abort()
        self._wake.set()
        if thread is not None and thread is not threading.current_thread():
            thread.join(_JOIN_SECONDS)

    def sync_now(self) -> None:
        """A person asks: at once, also while paused or waiting after a failure."""
        self._is_demanded = True
        self._nudge(self._schedule.on_demand)

    def change_saved(self) -> None:
        """Something was saved that the province lacks."""
        self._nudge(self._schedule.on_change)

    def hint_line_changed(self) -> None:
        """The system says that the line changed; whether it is there is told by what the province signs."""
        self._nudge(self._schedule.on_hint)

    def pause(self) -> None:
        """Start no sync by itself until `resume`; one that runs is let finish."""
        self._is_paused = True
        self._wake.set()

    def resume(self) -> None:
        self._is_paused = False
        self._wake.set()

    def hold(self, is_held: bool) -> None:
        """Start no sync by itself on a line that is paid by volume; `sync_now` goes through all the same."""
        self._is_held = is_held
        self._wake.set()

    @property
    def _rests(self) -> bool:
        return self._is_paused or self._is_held

    def _nudge(self, tell: Callable[[float], None]) -> None:
        with self._guard:
            tell(monotonic())
            if self._thread is not None:
                self._revive()
        self._wake.set()

    def _revive(self) -> None:
        """A defect ends the thread, loudly, through `threading.excepthook`; another one goes on after a while."""
        if self._is_stopping or (self._thread is not None and self._thread.is_alive()):
            return
        self._begin(self._run)

    def _begin(self, work: Callable[[], None]) -> None:
        self._thread = threading.Thread(target=work, name="sync", daemon=True)
        self._thread.start()

    def _run(self) -> None:
        try:
            self._go_on()
        finally:
            if not self._is_stopping:
                try:
                    self._tell(is_running=False)
                finally:
                    self._hand_over()

    def _hand_over(self) -> None:
        """After a defect another thread goes on, once as much time has passed as after a failure: nobody may be at the
        PC to save something, and reports of the province must still come."""
        with self._guard:
            self._schedule.failed(monotonic())
            if not self._is_stopping:
                self._begin(partial(self._run_later, threading.current_thread()))

    def _run_later(self, former: threading.Thread) -> None:
        former.join()
        self._wake.wait(self._seconds_to_sleep())
        self._run()

    def _go_on(self) -> None:
        while True:
            self._wake.clear()  # before `_is_stopping` is read: a stop told in between would be slept through
            if self._is_stopping:
                return
            if self._takes_turn():
                self._tell(is_running=True)
                self._round()
            self._tell(is_running=False)
            self._wake.wait(self._seconds_to_sleep())

    def _takes_turn(self) -> bool:
        with self._guard:
            is_due = not self._rests and self._schedule.due <= monotonic()
            if not is_due and not self._is_demanded:
                return False
            self._is_demanded = False
            self._schedule.begun()
            return True

    def _seconds_to_sleep(self) -> float | None:
        """None: until something happens."""
        due = self._schedule.due
        return None if self._rests or due == math.inf else min(_LONGEST_SLEEP, max(0.0, due - monotonic()))

    def _round(self) -> None:
        try:
            outcome = self._session.sync()
        except DeskError as failure:
            self._failed(failure)
        else:
            with self._guard:
                self._schedule.succeeded(monotonic())
                self._plan_files(outcome)
            self._tell(failure=None, last_outcome=outcome)

    def _plan_files(self, outcome: SyncOutcome) -> None:
        fault = outcome.file_fault
        if fault is None:
            self._schedule.files_through()
        else:
            self._schedule.files_broken_off(monotonic(), fault.retry_after if isinstance(fault, SyncFault) else 0.0)

    def _failed(self, failure: DeskError) -> None:
        with self._guard:
            if isinstance(failure, SyncHalted):
                self._schedule.halted(monotonic())
            else:
                wait = failure.retry_after if isinstance(failure, SyncFault) else 0.0
                self._schedule.failed(monotonic(), wait)
        self._tell(failure=failure)

    def _tell(self, **news: Any) -> None:
        """Publish the status if anything of it is new."""
        if self._is_stopping:
            return
        status = replace(
            self._status,
            waiting=self._waiting(),
            is_paused=self._is_paused,
            is_held=self._is_held,
            last_receipt_at=_instant(self._session.receipt_at) or self._status.last_receipt_at,
            next_try_at=self._next_try(),
            **news,
        )
        if status != self._status:
            self._status = status
            self._publish(status)

    def _next_try(self) -> datetime | None:
        due = self._schedule.due
        if self._rests or due == math.inf:
            return None
        in_seconds = round(due - monotonic())
        return self._clock.now().replace(microsecond=0) + timedelta(seconds=max(0, in_seconds))


def _instant(text: str) -> datetime | None:
    return from_iso(text) if text else None
