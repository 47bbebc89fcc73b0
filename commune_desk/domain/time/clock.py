"""Time as the program reads it: one injected clock, and the hybrid stamp that orders a desk's changes."""

from __future__ import annotations

import threading
import time
from datetime import UTC, date, datetime, timedelta, timezone
from typing import Protocol

VIETNAM = timezone(timedelta(hours=7))
"""Viet Nam keeps UTC+7 all year; there is no summer time."""


WRITTEN = datetime(2026, 11, 1, tzinfo=UTC)
"""Before this there was no such program: a clock that says so has lost its battery."""
OUTLIVED = datetime(2066, 11, 1, tzinfo=UTC)
"""After this there is none any more: a clock that says so is wrong, whosever it is."""
STEPS = 1000
"""Stamps in one millisecond."""

_DAY = 86_400


class Clock(Protocol):
    """Where the time comes from; tests hand in their own."""

    def now(self) -> datetime:
        """The present instant, aware, in UTC."""
        ...


class SystemClock:
    """The PC's clock. It may be wrong: a clock far off is marked, never a reason to refuse."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class HybridClock:
    """Stamps that never run backwards: `milliseconds * 1000 + counter`, an integer below 2**53.

    Safe to call from several threads. Give it the last stamp stored, so that a PC whose clock
    was set back still orders its own changes.
    """

    def __init__(self, clock: Clock, last: int = 0) -> None:
        self._clock = clock
        self._last = last
        self._guard = threading.Lock()

    @property
    def last(self) -> int:
        return self._last

    def tick(self) -> int:
        with self._guard:
            physical = int(self._clock.now().timestamp() * 1000) * STEPS
            self._last = max(physical, self._last + 1)
            return self._last

    def saw(self, *stamps: int) -> None:
        """Move past stamps from elsewhere, each unless it lies more than a day ahead of this PC's clock."""
        now = self._clock.now()
        with self._guard:
            self._last = max([self._last, *(stamp for stamp in stamps if not lies_ahead(stamp, now))])


def lies_ahead(stamp: int, now: datetime) -> bool:
    """Whether a stamp lies a day or more after `now`: its clock ran ahead, or this one's is behind."""
    return stamp >= int((now.timestamp() + _DAY) * 1000) * STEPS


def is_a_day_after(stamp: int, other: int) -> bool:
    """Whether a stamp lies a day or more after the other: whoever wrote that one need not have moved past it."""
    return stamp - other >= _DAY * 1000 * STEPS


def stamp_instant(stamp: int) -> datetime:
    """The instant of a hybrid stamp, to the millisecond."""
    return datetime.fromtimestamp(stamp // STEPS / 1000, UTC)


def to_iso(instant: datetime) -> str:
    """An instant as stored and sent: `2026-11-23T01:02:03Z`, UTC, whole seconds."""
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def from_iso(text: str) -> datetime:
    """The instant of `to_iso`. Raises ValueError for another shape."""
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)


def local_day(instant: datetime | str) -> date:
    """The day in Viet Nam on which an instant lies; also of one as stored (`to_iso`)."""
    moment = from_iso(instant) if isinstance(instant, str) else instant
    return moment.astimezone(VIETNAM).date()


_MINUTE = len("2026-11-23T01:02")


def lies_before(hour: str, bound: str, now: datetime) -> bool:
    """Whether an hour that a person wrote lies before another, to the minute (ISO instants).

    A bound that lies after `now` was written on a PC whose clock runs ahead, or this one's runs behind: an hour of now
    is then never too early, or nothing could be written down until the two clocks meet.
    """
    return hour[:_MINUTE] < min(bound, to_iso(now))[:_MINUTE]


def monotonic() -> float:
    """Seconds that only grow, for measuring how long something took."""
    return time.monotonic()
