"""The agent's thread: when it syncs, what it publishes, and that it never makes anybody wait."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime

import pytest

from commune_desk.domain.time.clock import SystemClock, from_iso
from commune_desk.domain.words.errors import Fault
from commune_desk.usecases.sync import schedule
from commune_desk.usecases.sync.agent import SyncAgent, SyncStatus
from commune_desk.usecases.sync.schedule import Pace
from sync.client.errors import Busy, Forked, NoLine, Stopped
from sync.client.session import SyncOutcome

AT = "2026-11-24T01:02:03Z"
CALM = Pace(debounce=3600, interval=3600, start_jitter=0.0, hint_jitter=0.0)
LATE_START = Pace(debounce=3600, interval=3600, start_jitter=1e9, hint_jitter=0.0)
PATIENCE = 10.0


class Session:
    """A session that does as it is told; it counts its syncs."""

    def __init__(self) -> None:
        self.receipt_at = ""
        self.count = 0
        self.answers: list[Callable[[], None]] = []
        self.aborted = threading.Event()
        self.synced = threading.Semaphore(0)

    def sync(self) -> SyncOutcome:
        self.count += 1
        try:
            if self.answers:
                self.answers.pop(0)()
        finally:
            self.synced.release()
        self.receipt_at = AT
        return SyncOutcome(pushed=1, pulled=0, quarantined=0, conflicts=0, at=AT, receipt_at=AT)

    def abort(self) -> None:
        self.aborted.set()

    def wait(self) -> None:
        assert self.synced.acquire(timeout=PATIENCE), "no sync came"


class Board:
    """What was published; `until` waits for the first status of some kind."""

    def __init__(self) -> None:
        self.seen: list[SyncStatus] = []
        self._changed = threading.Condition()

    def __call__(self, status: SyncStatus) -> None:
        with self._changed:
            self.seen.append(status)
            self._changed.notify_all()

    def until(self, wanted: Callable[[SyncStatus], bool]) -> SyncStatus:
        with self._changed:
            assert self._changed.wait_for(lambda: any(map(wanted, self.seen)), PATIENCE), self.seen[-1:]
            return next(status for status in self.seen if wanted(status))


def _fail(fault: Fault) -> Callable[[], None]:
    def fail() -> None:
        raise fault

    return fail


@contextmanager
def _agent(
    session: Session, board: Board, *, pace: Pace = CALM, waiting: Callable[[], int] = lambda: 0
) -> Iterator[SyncAgent]:
    agent = SyncAgent(session, board, waiting, clock=SystemClock(), pace=pace)
    agent.start()
    try:
        yield agent
    finally:
        agent.stop()
        assert not [thread for thread in threading.enumerate() if thread.name == "sync"]


def test_it_syncs_at_start_and_says_what_a_receipt_proves() -> None:
    session, board = Session(), Board()
    with _agent(session, board, waiting=lambda: 1 - min(session.count, 1)):
        running = board.until(lambda s: s.is_running)
        assert (running.waiting, running.last_receipt_at) == (1, None)
        done = board.until(lambda s: not s.is_running and s.last_outcome is not None)
    assert (done.waiting, done.failure) == (0, None)
    assert done.last_receipt_at == datetime(2026, 11, 24, 1, 2, 3, tzinfo=UTC)
    assert done.next_try_at is not None
    assert done.last_outcome is not None
    assert (done.last_outcome.pushed, from_iso(done.last_outcome.at)) == (1, done.last_receipt_at)


def test_a_change_is_counted_at_once_and_sent_after_the_pause_in_typing() -> None:
    session, board = Session(), Board()
    count = 0
    pace = Pace(debounce=0.05, interval=3600, start_jitter=0.0)
    with _agent(session, board, pace=pace, waiting=lambda: count) as agent:
        session.wait()
        count = 3
        agent.change_saved()
        board.until(lambda s: s.waiting == 3)
        session.wait()


def test_on_a_held_line_nothing_goes_by_itself_and_sync_now_does() -> None:
    session, board = Session(), Board()
    pace = Pace(debounce=0.0, interval=3600, start_jitter=0.0)
    agent = SyncAgent(session, board, lambda: 1, clock=SystemClock(), pace=pace)
    agent.hold(True)
    agent.start()
    try:
        board.until(lambda s: s.is_held and s.next_try_at is None)
        agent.change_saved()
        agent.hint_line_changed()
        time.sleep(0.2)
        assert session.count == 0
        agent.sync_now()
        session.wait()
        assert board.until(lambda s: s.last_outcome is not None).is_held
        agent.change_saved()
        agent.hold(False)
        session.wait()
        board.until(lambda s: not s.is_held and s.next_try_at is not None)
    finally:
        agent.stop()


def test_a_failure_is_told_keeps_the_last_success_and_is_tried_again() -> None:
    session, board = Session(), Board()
    session.answers = [lambda: None, _fail(NoLine())]
    with _agent(session, board) as agent:
        session.wait()
        agent.sync_now()
        session.wait()
        failed = board.until(lambda s: isinstance(s.failure, NoLine))
        assert failed.last_outcome is not None
        assert not failed.is_halted
        agent.hint_line_changed()
        session.wait()
        board.until(lambda s: s.failure is None and session.count == 3)


def test_busy_waits_as_long_as_the_province_asks() -> None:
    session, board = Session(), Board()
    session.answers = [_fail(Busy(600.0))]
    with _agent(session, board):
        told = board.until(lambda s: s.failure is not None and not s.is_running)
        assert told.next_try_at is not None
        assert (told.next_try_at - datetime.now(UTC)).total_seconds() > 590


def test_a_halt_is_told_as_such() -> None:
    session, board = Session(), Board()
    session.answers = [_fail(Forked())]
    with _agent(session, board):
        assert board.until(lambda s: s.failure is not None).is_halted


def test_a_receipt_before_the_failure_still_counts() -> None:
    session, board = Session(), Board()

    def half_way() -> None:
        session.receipt_at = AT
        raise NoLine

    session.answers = [half_way]
    with _agent(session, board):
        assert board.until(lambda s: s.failure is not None).last_receipt_at is not None


def test_paused_it_waits_for_a_person() -> None:
    session, board = Session(), Board()
    pace = Pace(debounce=0.0, interval=3600, start_jitter=1e9, hint_jitter=0.0)
    with _agent(session, board, pace=pace) as agent:
        agent.pause()
        assert board.until(lambda s: s.is_paused).next_try_at is None
        agent.change_saved()
        agent.hint_line_changed()
        time.sleep(0.05)
        assert session.count == 0
        agent.sync_now()
        session.wait()
        agent.change_saved()
        agent.resume()
        session.wait()
        assert session.count == 2


def test_callers_never_wait_for_a_sync_that_hangs() -> None:
    session, board = Session(), Board()
    session.answers = [lambda: _fail(Stopped())() if session.aborted.wait(PATIENCE) else None]
    with _agent(session, board) as agent:
        board.until(lambda s: s.is_running)
        start = time.monotonic()
        for call in (agent.change_saved, agent.hint_line_changed, agent.sync_now, agent.pause, agent.resume):
            call()
        assert time.monotonic() - start < 1.0
    assert session.aborted.is_set()
    assert all(status.failure is None for status in board.seen), "closing the program is no failure"


def test_stop_before_start_and_events_before_start_are_harmless() -> None:
    session = Session()
    agent = SyncAgent(session, Board(), lambda: 0, clock=SystemClock(), pace=CALM)
    agent.change_saved()
    agent.stop()
    agent.start()
    assert session.count == 0


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_after_a_defect_it_runs_no_more_and_the_next_event_has_it_try_again() -> None:
    session, board = Session(), Board()

    def defect() -> None:
        raise KeyError("a bug")

    session.answers = [defect]
    with _agent(session, board) as agent:
        session.wait()
        board.until(lambda s: s.is_running)
        board.until(lambda s: not s.is_running)
        agent.sync_now()
        session.wait()
        board.until(lambda s: s.last_outcome is not None and not s.is_running)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_after_a_defect_it_tries_again_though_nobody_does_anything(monkeypatch: pytest.MonkeyPatch) -> None:
    """Somebody may be away from the PC when a report of the province is to come."""
    monkeypatch.setattr(schedule, "delay", lambda *_args, **_named: 0.05)
    session, board = Session(), Board()

    def defect() -> None:
        raise KeyError("a bug")

    session.answers = [defect, defect]
    with _agent(session, board):
        for _sync in range(3):
            session.wait()
        board.until(lambda s: s.last_outcome is not None and not s.is_running)


def test_status_is_published_only_when_something_is_new() -> None:
    session, board = Session(), Board()
    with _agent(session, board, pace=LATE_START) as agent:
        for _ in range(50):
            agent.pause()
            agent.pause()
        board.until(lambda s: s.is_paused)
        time.sleep(0.05)
    assert len(board.seen) <= 2
