"""Virtual time: one true clock that the scheduler moves, and each machine's own, as wrong as its battery makes it."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from commune_desk.domain.model import ids
from commune_desk.domain.time.clock import Clock

BEGIN = datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
_EARLIEST, _LATEST = datetime(1970, 1, 2, tzinfo=UTC), datetime(2099, 12, 30, tzinfo=UTC)
SKEWS = tuple(timedelta(days=days) for days in (0, 0, 1, -1, 40, -3653, -20500, 29220))
"""From -56 to +80 years; most PCs are right."""


class TrueTime:
    """Whole seconds, so that what is stored of an instant is exact."""

    def __init__(self) -> None:
        self.at = BEGIN

    def now(self) -> datetime:
        return self.at

    def pass_by(self, seconds: int) -> None:
        self.at += timedelta(seconds=seconds)

    def elapsed(self) -> float:
        """Seconds since the beginning; what a monotonic clock says."""
        return (self.at - BEGIN).total_seconds()


class OwnClock:
    """A machine's clock: the true time and its own error, between 1970 and 2099."""

    def __init__(self, true: TrueTime) -> None:
        self._true = true
        self.skew = timedelta()

    def now(self) -> datetime:
        return min(max(self._true.now() + self.skew, _EARLIEST), _LATEST)


@contextmanager
def ids_of_the_seed(chance: random.Random, clock: Clock) -> Iterator[None]:
    """New ids take their time and their randomness from here, in place of what the system gives."""
    with pytest.MonkeyPatch.context() as system:
        system.setattr(ids, "os", SimpleNamespace(urandom=chance.randbytes))
        system.setattr(ids, "time", SimpleNamespace(time_ns=lambda: int(clock.now().timestamp() * 1e9)))
        yield
