"""How much may be asked: by a stranger, by one desk at once, and how long a body may take."""

from __future__ import annotations

import threading
from collections import Counter, OrderedDict
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from commune_desk.domain.time.clock import monotonic
from sync import carried_wire
from sync.protocol import MAX_INFLATED
from sync.server.problems import Refused

_MOST_ADDRESSES = 10_000
BODY_SECONDS = 60.0
MAX_TRIES = 5
"""Wrong guesses that void an enrolment code."""
AT_ONCE = 4
"""Requests of one desk that are worked on at a time: it asks one after the other, and once more after a line broke.

All desks share some forty threads, and who waits for a lock keeps one: a stolen PC would have them all.
"""
BUSY_SECONDS = 30
PER_MINUTE = {"/v1/enrol": 30, "/v1/snapshots": 600, "/v1/schema": 60, carried_wire.ROUTE: 30}
"""Calls a minute from one address. A whole province behind one address still says hello freely. Of bundles that are
handed on, from one desk."""
LARGE_TAKES = 4
"""How many times as long a body may take that is larger than any desk sends of its own."""
PUSHED_A_DAY = 512 << 20
"""Bytes of changes, as they are kept, from one desk. Nothing of them is dropped, and they come packed: some kilobytes
on the line are eight mebibytes on the disk. All that a commune ever wrote is a fraction of it."""
MOST_ON_THE_WAY = 128 << 20
"""Bytes of bodies that are not whole yet: whose they are is known only when they are. One address has half of it."""
_DAY = 86_400


class Limits:
    """Buckets per address and route, and per desk, refilled evenly; a count per desk. Any thread may call it."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = monotonic,
        body_seconds: float = BODY_SECONDS,
        code_tries: int = MAX_TRIES,
        at_once: int = AT_ONCE,
        pushed_a_day: int = PUSHED_A_DAY,
        on_the_way: int = MOST_ON_THE_WAY,
    ) -> None:
        self.body_seconds = body_seconds
        self.code_tries = code_tries
        self._at_once = at_once
        self._at_work: Counter[str] = Counter()
        self._is_large_at_work = False
        self._clock = clock
        self._guard = threading.Lock()
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()
        self._most_on_the_way = on_the_way
        self._on_the_way: Counter[str] = Counter()
        self._pushed_a_day = pushed_a_day
        self._room: dict[str, tuple[float, float]] = {}
        """What each desk may still push, and when that was so; of desks alone whose signature was right."""

    def count(self, address: str, path: str) -> None:
        """Note one call. Raises Refused 429 when there were too many."""
        most = PER_MINUTE.get(path)
        if most is None:
            return
        now = self._clock()
        with self._guard:
            left, since = self._buckets.pop((address, path), (float(most), now))
            left = min(float(most), left + (now - since) * most / 60)
            self._buckets[address, path] = (max(left - 1, 0.0), now)
            if len(self._buckets) > _MOST_ADDRESSES:
                self._buckets.popitem(last=False)
        if left < 1:
            raise Refused(429, "busy", retry_after=60)

    def weigh(self, desk: str, size: int) -> None:
        """Note a push of so many bytes. Raises Refused 503, and counts nothing, when the desk sent too much of late."""
        now, most = self._clock(), float(self._pushed_a_day)
        with self._guard:
            left, since = self._room.get(desk, (most, now))
            left = min(most, left + (now - since) * most / _DAY)
            if size > left:
                raise Refused(503, "busy", retry_after=1 + int((size - left) * _DAY / most))
            self._room[desk] = left - size, now

    @contextmanager
    def on_the_way(self, address: str) -> Iterator[Callable[[int], None]]:
        """While a body comes in: is told of each part. Raises Refused 503 when too much is on its way already."""
        taken = 0

        def more(size: int) -> None:
            nonlocal taken
            with self._guard:
                whole, own = self._on_the_way.total() + size, self._on_the_way[address] + size
                if whole > self._most_on_the_way or own > self._most_on_the_way // 2:
                    raise Refused(503, "busy", retry_after=BUSY_SECONDS)
                self._on_the_way[address] = own
            taken += size

        try:
            yield more
        finally:
            with self._guard:
                self._on_the_way[address] -= taken
                if not self._on_the_way[address]:
                    del self._on_the_way[address]

    def seconds_for(self, most: int) -> float:
        """How long a body of at most so many bytes may take."""
        return self.body_seconds * (LARGE_TAKES if most > MAX_INFLATED else 1)

    @contextmanager
    def at_work(self, desk: str, most: int = 0) -> Iterator[None]:
        """While a request of the desk is worked on, whose body has at most so many bytes.

        Raises Refused 503 when too many of its own are already, and for a large one while another is, anybody's: all
        that is in it is held at once, and a hundred desks may come with theirs.
        """
        is_large = most > MAX_INFLATED
        with self._guard:
            if self._at_work[desk] >= self._at_once:
                raise Refused(503, "busy", retry_after=BUSY_SECONDS)
            if is_large and self._is_large_at_work:
                raise Refused(503, "busy", retry_after=BUSY_SECONDS)
            self._at_work[desk] += 1
            self._is_large_at_work |= is_large
        try:
            yield
        finally:
            with self._guard:
                self._at_work[desk] -= 1
                self._is_large_at_work &= not is_large
                if not self._at_work[desk]:
                    del self._at_work[desk]
