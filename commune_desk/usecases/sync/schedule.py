"""When the desk syncs next: pure rules over seconds of a clock that only grows."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

from sync.client.backoff import CAP_SECONDS, delay


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds. Jitter spreads the desks of a province, so that they do not all come at once."""

    debounce: float = 60.0
    """From the first change that waits to the sync that takes it."""
    interval: float = 900.0
    spread: float = 0.5
    """The interval varies by this part of itself, either way."""
    start_jitter: float = 20.0
    hint_jitter: float = 2.0


class SyncSchedule:
    """The next sync is due at `due`. A failure's waiting time is cut short only by a person or a returning line."""

    def __init__(self, pace: Pace, *, random: Callable[[], float], now: float) -> None:
        self._pace = pace
        self._random = random
        self._failures = 0
        self._file_failures = 0
        self._not_before = -math.inf
        """Until then the province asked to be left alone; only a person comes earlier."""
        self.due = now + random() * pace.start_jitter

    @property
    def failures(self) -> int:
        """How many syncs failed in a row."""
        return self._failures

    def on_change(self, now: float) -> None:
        """Something was saved. Changes that follow do not push the sync further away."""
        if not self._failures:
            self.due = min(self.due, now + self._pace.debounce)

    def on_hint(self, now: float) -> None:
        """The operating system thinks that the line changed. What the province signs will tell."""
        self.due = min(self.due, max(now, self._not_before) + self._random() * self._pace.hint_jitter)

    def on_demand(self, now: float) -> None:
        self.due = min(self.due, now)

    def begun(self) -> None:
        """A sync starts: what happens from now on asks for another one."""
        self.due = math.inf

    def succeeded(self, now: float) -> None:
        """The next one comes after the interval, or for what was saved while this one ran."""
        self._failures = 0
        swing = self._pace.interval * self._pace.spread
        self.due = min(self.due, now + self._pace.interval + (2 * self._random() - 1) * swing)

    def files_broken_off(self, now: float, retry_after: float = 0.0) -> None:
        """All text is through, a file is not: it goes on sooner than the next sync would come."""
        self._file_failures += 1
        self.due = min(self.due, now + delay(self._file_failures, random=self._random, retry_after=retry_after))

    def files_through(self) -> None:
        self._file_failures = 0

    def failed(self, now: float, retry_after: float = 0.0) -> None:
        self._failures += 1
        self._not_before = now + min(retry_after, CAP_SECONDS)
        self.due = now + delay(self._failures, random=self._random, retry_after=retry_after)

    def halted(self, now: float) -> None:
        """A person has to decide first: look again now and then, without hurry."""
        self._failures += 1
        self.due = now + CAP_SECONDS
