"""How long to wait after a failure: full jitter, so that desks coming back from one outage do not come at once."""

from __future__ import annotations

from collections.abc import Callable

BASE_SECONDS = 2.0
CAP_SECONDS = 900.0


def delay(failures: int, *, random: Callable[[], float], retry_after: float = 0.0) -> float:
    """Seconds to wait after `failures` failures in a row (1 or more).

    `random` gives 0 to 1. What the province asked for (`retry_after`, seconds) is the least, spread by the jitter;
    no more than a day of it is believed.
    """
    ceiling = min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(failures, 30))
    return min(max(retry_after, 0.0), 86_400.0) + random() * ceiling
