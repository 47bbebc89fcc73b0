"""Clocks that run by law and by rhythm: how much is left, how urgent that is.

Computed from instants, never counted: a PC whose clock was wrong, asleep or switched off shows the right time left
as soon as its clock is right.
"""

from __future__ import annotations

from datetime import date, datetime, timedelta
from enum import IntEnum

import msgspec

from commune_desk.domain.records.reports import EMERGENCY_HOURS
from commune_desk.domain.time.clock import from_iso

RED_UNDER = timedelta(hours=3)
WEEK_DAYS = 7
STAY_SOON_DAYS = 7
STAY_URGENT_DAYS = 1
"""Days before the end of a stay or of temporary isolation from which it is shown, and from which it presses."""


class Urgency(IntEnum):
    """How near an end is; a larger number is more urgent."""

    CALM = 0
    SOON = 1
    URGENT = 2
    OVERDUE = 3


class Countdown(msgspec.Struct, frozen=True):
    """A clock read at one moment. `left` is negative once `due` has passed."""

    due: datetime
    left: timedelta
    urgency: Urgency

    @property
    def hours(self) -> int:
        """Whole hours left, or passed since."""
        return _minutes(self.left) // 60

    @property
    def minutes(self) -> int:
        """The minutes beside `hours`, 0 to 59."""
        return _minutes(self.left) % 60


def _minutes(span: timedelta) -> int:
    return int(abs(span).total_seconds() // 60)


def emergency_due_at(received_at: str, local_hours: int = EMERGENCY_HOURS) -> datetime:
    """When emergency measures must have been taken, from the hour of receipt (ISO instant).

    12 hours, nights and holidays included (Decree 56/2017/ND-CP art. 26.3); a place may set itself fewer, never more.
    """
    return from_iso(received_at) + timedelta(hours=min(local_hours, EMERGENCY_HOURS))


def emergency_clock(received_at: str, now: datetime, local_hours: int = EMERGENCY_HOURS) -> Countdown:
    """The emergency clock of a report at `now`: urgent under 3 hours, overdue from the due instant on.

    Never more is left than was given: a PC whose clock stands before the hour of receipt is wrong.
    """
    due = emergency_due_at(received_at, local_hours)
    left = min(due - now, due - from_iso(received_at))
    if left <= timedelta(0):
        return Countdown(due, left, Urgency.OVERDUE)
    return Countdown(due, left, Urgency.URGENT if left < RED_UNDER else Urgency.SOON)


class DayDue(msgspec.Struct, frozen=True):
    """A day ahead or behind, seen from another. `days` is how late it is, or how far ahead when not late."""

    days: int
    urgency: Urgency


def visit_due(next_visit_on: str, today: date) -> DayDue:
    """Urgency of a planned visit: overdue, today (urgent), within the week (soon), later (calm)."""
    ahead = (date.fromisoformat(next_visit_on) - today).days
    if ahead < 0:
        return DayDue(-ahead, Urgency.OVERDUE)
    if ahead == 0:
        return DayDue(0, Urgency.URGENT)
    return DayDue(ahead, Urgency.SOON if ahead <= WEEK_DAYS else Urgency.CALM)


def end_of_stay(last_day: str, today: date) -> DayDue:
    """Urgency of a last day that is still allowed: 7 days before it soon, on the day before urgent, past it overdue."""
    ahead = (date.fromisoformat(last_day) - today).days
    if ahead < 0:
        return DayDue(-ahead, Urgency.OVERDUE)
    if ahead <= STAY_URGENT_DAYS:
        return DayDue(ahead, Urgency.URGENT)
    return DayDue(ahead, Urgency.SOON if ahead <= STAY_SOON_DAYS else Urgency.CALM)
