"""How much a stranger may ask of the routes that need no signature, and how long a body may take."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable

from commune_desk.domain.time.clock import monotonic
from sync.server.problems import Refused

_MOST_ADDRESSES = 10_000
BODY_SECONDS = 60.0
MAX_TRIES = 5
"""Wrong guesses that void an enrolment code."""
PER_MINUTE = {"/v1/enrol": 30, "/v1/snapshots": 600}
"""Calls a minute from one address. A whole province behind one address still says hello freely."""


class Limits:
    """A bucket per address and route, refilled evenly. Safe to call from several threads."""

    def __init__(
        self,
        *,
        clock: Callable[[], float] = monotonic,
        body_seconds: float = BODY_SECONDS,
        code_tries: int = MAX_TRIES,
    ) -> None:
        self.body_seconds = body_seconds
        self.code_tries = code_tries
        self._clock = clock
        self._guard = threading.Lock()
        self._buckets: OrderedDict[tuple[str, str], tuple[float, float]] = OrderedDict()

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
