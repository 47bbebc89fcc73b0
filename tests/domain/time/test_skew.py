"""A wrong clock of a PC is told from a slow line: only what the province's word proves is said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.time.skew import MOST_OFF, ClockSkew, skew_of

ASKED = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)
HEARD = ASKED + timedelta(minutes=4)


@pytest.mark.parametrize(
    ("told", "seconds_ahead"),
    [
        (ASKED, 0),
        (ASKED + timedelta(minutes=2), 0),
        (HEARD, 0),
        (ASKED - timedelta(hours=3), 3 * 3600),
        (HEARD + timedelta(hours=7), -7 * 3600),
        (HEARD + timedelta(seconds=1), -1),
    ],
)
def test_what_was_said_while_it_was_asked_for_proves_nothing(told: datetime, seconds_ahead: int) -> None:
    assert skew_of(to_iso(told), asked=ASKED, heard=HEARD) == ClockSkew(to_iso(told), seconds_ahead)


@pytest.mark.parametrize("year", [1970, 2099])
def test_a_clock_may_be_off_by_decades(year: int) -> None:
    now = datetime(year, 1, 1, tzinfo=UTC)
    assert skew_of("2026-11-26T02:00:00Z", asked=now, heard=now).is_off


def test_ten_minutes_are_let_pass_and_no_second_more() -> None:
    most = int(MOST_OFF.total_seconds())
    assert not ClockSkew("", 0).is_off
    for sign in (1, -1):
        assert not ClockSkew("", sign * most).is_off
        assert ClockSkew("", sign * (most + 1)).is_off
