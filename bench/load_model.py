"""Desks that sync when the program's own schedule says, in virtual seconds: how many requests, and how long each."""

from __future__ import annotations

import heapq
import queue
import random
from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass, field
from typing import Protocol

from commune_desk.domain.time.clock import monotonic
from commune_desk.usecases.sync.schedule import Pace, SyncSchedule
from sync.client.errors import SyncFault, SyncHalted
from sync.client.transport import Exchange

_SETTLES_WITHIN = 60.0
"""Real seconds that a phase waits at its end for the syncs that run."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """One sync: its requests, and why it failed if it did."""

    exchanges: Sequence[Exchange]
    fault: SyncFault | None


class LoadDesk(Protocol):
    """A desk under the model."""

    def sync(self, now: float) -> Attempt:
        """One whole sync at the virtual second `now`."""
        ...


@dataclass(slots=True)
class Tally:
    """What a phase took. A request is needed when the sync it belongs to went through."""

    syncs: int = 0
    failed: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    needed: int = 0
    seconds: list[float] = field(default_factory=list)
    """Real seconds of each request that got an answer."""
    arrivals: Counter[int] = field(default_factory=Counter)
    """Syncs begun in each virtual second."""

    def note(self, attempt: Attempt) -> None:
        self.requests += len(attempt.exchanges)
        self.seconds += [one.seconds for one in attempt.exchanges if one.status]
        if attempt.fault is None:
            self.syncs += 1
            self.needed += len(attempt.exchanges)
        else:
            self.failed[type(attempt.fault).__name__] += 1

    @property
    def per_needed(self) -> float:
        """Requests sent for each that was needed; 1 when nothing was tried in vain."""
        return self.requests / self.needed if self.needed else float("inf") if self.requests else 1.0

    @property
    def busiest(self) -> int:
        """The most syncs begun in one virtual second."""
        return max(self.arrivals.values(), default=0)

    def busiest_within(self, seconds: int) -> int:
        """The most syncs begun in so many virtual seconds after one another."""
        begun = sorted(self.arrivals.elements())
        return max((bisect_left(begun, first + seconds) - place for place, first in enumerate(begun)), default=0)

    def percentile(self, part: float) -> float:
        """The real seconds that this part of the answered requests does not exceed; 0 without any."""
        ordered = sorted(self.seconds)
        return ordered[min(len(ordered) - 1, round(part * (len(ordered) - 1)))] if ordered else 0.0


class LoadModel:
    """The desks of a province and their schedules. `now`: virtual seconds since the beginning."""

    def __init__(self, desks: Sequence[LoadDesk], *, chance: Callable[[], float] | None = None, seed: int = 1) -> None:
        """`chance` gives 0 to 1 for all jitter; another than a random one shows what jitter is for."""
        self._desks = desks
        self._chance = chance or random.Random(seed).random
        self.now = 0.0
        self._schedules: list[SyncSchedule] = []
        self._due: list[tuple[float, int]] = []
        self.switch_on()

    def switch_on(self) -> None:
        """All desks are begun at this moment, as at eight in the morning."""
        self._schedules = [SyncSchedule(Pace(), random=self._chance, now=self.now) for _ in self._desks]
        self._due = [(schedule.due, number) for number, schedule in enumerate(self._schedules)]
        heapq.heapify(self._due)

    def play(self, seconds: float) -> Tally:
        """Let so many virtual seconds pass, one sync after another, each in no time."""
        until, tally = self.now + seconds, Tally()
        while self._due and self._due[0][0] <= until:
            due, number = heapq.heappop(self._due)
            self.now = max(self.now, due)
            self._begin(number, tally)
            self._over(number, self._desks[number].sync(self.now), tally)
        self.now = until
        return tally

    def play_paced(self, seconds: float, pool: Executor, *, speed: float) -> Tally:
        """The same with syncs beside each other, `speed` virtual seconds in a real one."""
        start, begun = self.now, monotonic()
        until, tally, running = start + seconds, Tally(), 0
        ended: queue.SimpleQueue[tuple[int, Attempt]] = queue.SimpleQueue()
        while self.now < until or running:
            self.now = start + (monotonic() - begun) * speed
            while self._due and self._due[0][0] <= min(self.now, until):
                number = heapq.heappop(self._due)[1]
                self._begin(number, tally)
                pool.submit(self._sync_into, ended, number)
                running += 1
            try:
                self._over(*ended.get(timeout=self._patience(until, speed)), tally)
                running -= 1
            except queue.Empty:
                if self.now > until + _SETTLES_WITHIN * speed:
                    raise TimeoutError(f"{running} syncs did not end") from None
        return tally

    def _patience(self, until: float, speed: float) -> float:
        """Real seconds until the next sync is due, at most a tenth."""
        due = min(self._due[0][0] if self._due else until, until)
        return min(0.1, max(0.001, (due - self.now) / speed))

    def _sync_into(self, ended: queue.SimpleQueue[tuple[int, Attempt]], number: int) -> None:
        ended.put((number, self._desks[number].sync(self.now)))

    def _begin(self, number: int, tally: Tally) -> None:
        tally.arrivals[int(self.now)] += 1
        self._schedules[number].begun()

    def _over(self, number: int, attempt: Attempt, tally: Tally) -> None:
        schedule, fault = self._schedules[number], attempt.fault
        tally.note(attempt)
        if isinstance(fault, SyncHalted):
            raise fault
        if fault is None:
            schedule.succeeded(self.now)
        else:
            schedule.failed(self.now, fault.retry_after)
        heapq.heappush(self._due, (schedule.due, number))
