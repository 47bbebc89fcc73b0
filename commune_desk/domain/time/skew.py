"""How far this PC's clock is off, by the province's. It keeps nobody from working; the sync page says it."""

from __future__ import annotations

from datetime import datetime, timedelta

import msgspec

from commune_desk.domain.time.clock import WRITTEN, from_iso

MOST_OFF = timedelta(minutes=10)
"""A clock that is off by more is told of: hours are counted by it, and the shortest that the law gives are twelve."""


class ClockSkew(msgspec.Struct, frozen=True):
    """What was found when the province said that it was `at` (ISO): this PC's clock was ahead by so many seconds, or
    behind, where they are below zero. `at` is empty as long as it has said nothing."""

    at: str = ""
    seconds_ahead: int = 0

    @property
    def is_off(self) -> bool:
        """Whether a person should set the clock."""
        return abs(self.seconds_ahead) > MOST_OFF.total_seconds()

    @property
    def is_of_no_use(self) -> bool:
        """Whether the clock said a time of before the program was: it has lost its battery, and nobody goes by it."""
        return self.at != "" and from_iso(self.at) + timedelta(seconds=self.seconds_ahead) < WRITTEN


def skew_of(at: str, *, asked: datetime, heard: datetime) -> ClockSkew:
    """What the province's own time `at` (ISO) proves, asked for and heard at these instants of this PC's clock.

    It said so at some moment between the two, and the one that speaks best of the clock counts: a slow line is no wrong
    clock.
    """
    told = from_iso(at)
    best = min(max(told, asked), heard)
    return ClockSkew(at, round((best - told).total_seconds()))
