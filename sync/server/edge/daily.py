"""What a serving process does by itself: the root of each day, and snapshots before anybody has to wait for one."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext

from commune_desk.domain.words.errors import Fault
from sync.server.answers.roots import make_due
from sync.server.answers.snapshots import Snapshots
from sync.server.identity.province import Province
from sync.server.reasons import reason_of

LOOK_EVERY = 600.0
"""Seconds. A day's root may be made a few minutes into it; a database that was busy is asked again then."""
SNAPSHOT_EVERY = 60.0
"""Seconds. One snapshot each time at most: making one takes a second or two of a processor."""
_log = logging.getLogger(__name__)


@contextmanager
def daily_roots(province: Province, *, every: float = LOOK_EVERY) -> Iterator[None]:
    """Make each day's root while this is open."""
    with _again_and_again("roots", lambda: make_due(province), every):
        yield


@contextmanager
def snapshots_ahead(province: Province, snapshots: Snapshots, *, every: float = SNAPSHOT_EVERY) -> Iterator[None]:
    """Make the snapshot that the next desk to begin would have to wait for."""
    with _again_and_again("snapshots", lambda: snapshots.make_ahead(province), every):
        yield


@contextmanager
def erased_noted(province: Province, settle: Callable[[], object], *, every: float = LOOK_EVERY) -> Iterator[None]:
    """Keep the list beside the database, by `settle`, while this is open, where several servers work on one store.

    A command writes it into the folder of the machine that it runs on; were the store put back, and served from another
    machine first, that one would bring back whom its list does not name.
    """
    with _again_and_again("the list of the erased", settle, every) if province.database.is_shared else nullcontext():
        yield


@contextmanager
def _again_and_again(name: str, work: Callable[[], object], every: float) -> Iterator[None]:
    ending = threading.Event()

    def run() -> None:
        while True:
            try:
                work()
            except Fault as fault:
                _log.error("%s could not be made: %s", name, fault)
            except OSError as error:
                _log.error("%s could not be made: %s", name, reason_of(error))
            if ending.wait(every):
                return

    thread = threading.Thread(target=run, name=name, daemon=True)
    thread.start()
    try:
        yield
    finally:
        ending.set()
        thread.join()
