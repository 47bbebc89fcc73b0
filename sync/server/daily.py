"""What a serving process does by itself: the root of each day, as soon as the day has begun."""

from __future__ import annotations

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sync.server.database import StoreFault
from sync.server.province import Province
from sync.server.roots import make_due

LOOK_EVERY = 600.0
"""Seconds. A day's root may be made a few minutes into it; a database that was busy is asked again then."""
_log = logging.getLogger(__name__)


@contextmanager
def daily_roots(province: Province, *, every: float = LOOK_EVERY) -> Iterator[None]:
    """Make each day's root while this is open."""
    ending = threading.Event()

    def run() -> None:
        while True:
            try:
                make_due(province)
            except StoreFault as fault:
                _log.error("today's root could not be made: %s", fault)
            if ending.wait(every):
                return

    thread = threading.Thread(target=run, name="roots", daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
