"""How long to wait after a failure: full jitter, so that desks coming back from one outage do not come at once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC
from email.utils import parsedate_to_datetime

BASE_SECONDS = 2.0
CAP_SECONDS = 900.0


def delay(failures: int, *, random: Callable[[], float], retry_after: float = 0.0) -> float:
    """Seconds to wait after `failures` failures in a row (1 or more).

    `random` gives 0 to 1. What the province asked for (`retry_after`, seconds) is the least, spread by the jitter;
    no more than a day of it is believed.
    """
    ceiling = min(CAP_SECONDS, BASE_SECONDS * 2.0 ** min(failures, 30))
    return min(max(retry_after, 0.0), 86_400.0) + random() * ceiling


def wait_said(asked: str, date: str) -> float:
    """Seconds that the header `Retry-After` asks for: a number, or a moment, counted from the answer's own `Date`.

    A PC's clock may be years off: it is not asked. Nothing that can be read as either: 0.
    """
    if asked.isdecimal() and len(asked) < 9:
        return float(asked)
    try:
        return max(_timestamp(asked) - _timestamp(date), 0.0)
    except (ValueError, OverflowError):
        return 0.0


def _timestamp(text: str) -> float:
    """Raises ValueError or OverflowError unless it is a date of HTTP; one without a zone is UTC."""
    moment = parsedate_to_datetime(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
