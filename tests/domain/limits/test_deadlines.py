"""The 12-hour clock, visits and stays: what is left and how urgent it is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.limits.deadlines import (
    Urgency,
    emergency_clock,
    emergency_due_at,
    end_of_stay,
    visit_due,
)
from commune_desk.domain.time.clock import VIETNAM, local_day, to_iso

RECEIVED = datetime(2026, 11, 22, 16, 40, tzinfo=UTC)
"""23:40 on Sunday 22/11/2026 in Viet Nam."""
TODAY = date(2026, 11, 23)

instants = st.integers(1_577_836_800, 2_208_988_800).map(lambda seconds: datetime.fromtimestamp(seconds, UTC))


def test_the_clock_runs_twelve_hours_over_night_and_sunday() -> None:
    assert emergency_due_at(to_iso(RECEIVED)).astimezone(VIETNAM).strftime("%H:%M %d/%m") == "11:40 23/11"


def test_a_place_may_be_stricter_but_not_slower() -> None:
    assert emergency_due_at(to_iso(RECEIVED), 8) == RECEIVED + timedelta(hours=8)
    assert emergency_due_at(to_iso(RECEIVED), 24) == RECEIVED + timedelta(hours=12)


@pytest.mark.parametrize(
    ("passed", "urgency", "hours", "minutes"),
    [
        ({"hours": 0}, Urgency.SOON, 12, 0),
        ({"hours": 9}, Urgency.SOON, 3, 0),
        ({"hours": 9, "seconds": 1}, Urgency.URGENT, 2, 59),
        ({"hours": 11, "minutes": 59, "seconds": 59}, Urgency.URGENT, 0, 0),
        ({"hours": 12}, Urgency.OVERDUE, 0, 0),
        ({"hours": 13, "minutes": 5}, Urgency.OVERDUE, 1, 5),
    ],
)
def test_the_clock_is_red_under_three_hours(
    passed: dict[str, float], urgency: Urgency, hours: int, minutes: int
) -> None:
    clock = emergency_clock(to_iso(RECEIVED), RECEIVED + timedelta(**passed))
    assert (clock.urgency, clock.hours, clock.minutes) == (urgency, hours, minutes)


@given(received=instants, now=instants)
def test_time_left_depends_on_the_two_instants_alone(received: datetime, now: datetime) -> None:
    clock = emergency_clock(to_iso(received), now)
    assert clock.left == min(received + timedelta(hours=12) - now, timedelta(hours=12))
    assert (clock.urgency is Urgency.OVERDUE) == (now >= clock.due)


def test_a_clock_that_stands_before_the_hour_of_receipt_shows_no_more_than_was_given() -> None:
    clock = emergency_clock(to_iso(RECEIVED), RECEIVED - timedelta(days=30), 8)
    assert (clock.hours, clock.minutes, clock.urgency) == (8, 0, Urgency.SOON)


@given(received=instants, now=instants, step=st.timedeltas(timedelta(0), timedelta(days=2)))
def test_a_clock_never_gets_calmer_by_waiting(received: datetime, now: datetime, step: timedelta) -> None:
    text = to_iso(received)
    assert emergency_clock(text, now + step).urgency >= emergency_clock(text, now).urgency


@pytest.mark.parametrize(
    ("day", "days", "urgency"),
    [
        ("2026-11-21", 2, Urgency.OVERDUE),
        ("2026-11-23", 0, Urgency.URGENT),
        ("2026-11-24", 1, Urgency.SOON),
        ("2026-11-30", 7, Urgency.SOON),
        ("2026-12-01", 8, Urgency.CALM),
    ],
)
def test_visits_are_overdue_today_this_week_or_later(day: str, days: int, urgency: Urgency) -> None:
    due = visit_due(day, TODAY)
    assert (due.days, due.urgency) == (days, urgency)


@pytest.mark.parametrize(
    ("day", "urgency"),
    [
        ("2026-11-22", Urgency.OVERDUE),
        ("2026-11-23", Urgency.URGENT),
        ("2026-11-24", Urgency.URGENT),
        ("2026-11-25", Urgency.SOON),
        ("2026-11-30", Urgency.SOON),
        ("2026-12-01", Urgency.CALM),
    ],
)
def test_the_last_allowed_day_of_a_stay_is_not_late_yet(day: str, urgency: Urgency) -> None:
    assert end_of_stay(day, TODAY).urgency is urgency


def test_a_day_in_viet_nam_begins_at_five_in_the_afternoon_of_utc() -> None:
    assert local_day("2026-11-22T17:00:00Z") == TODAY
    assert local_day(datetime(2026, 11, 22, 16, 59, 59, tzinfo=UTC)) == TODAY - timedelta(days=1)
