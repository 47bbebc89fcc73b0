"""Hours and moments in the ways people write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.entered.times import parse_day, parse_hour, parse_moment
from commune_desk.domain.time.clock import VIETNAM
from commune_desk.domain.words.errors import Invalid

NOW = datetime(2026, 11, 23, 3, 0, tzinfo=UTC)
"""10:00 on 23/11/2026 in Viet Nam."""


@pytest.mark.parametrize(
    "typed", ["8:20", "08:20", "8h20", "8 h 20", "08 giờ 20", "8 giờ 20 phút", "0820", "8g20", "8.20"]
)
def test_an_hour_is_read_however_it_is_written(typed: str) -> None:
    assert parse_hour(typed) == time(8, 20)


def test_a_full_hour_needs_no_minutes_and_nothing_is_no_hour() -> None:
    assert parse_hour("8") == parse_hour("8h") == parse_hour("8 giờ") == time(8)
    assert parse_hour(" ") is None


@pytest.mark.parametrize("typed", ["24:00", "8:60", "sáng", "820000", "8:2:0"])
def test_what_is_no_hour_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_hour(typed)


@pytest.mark.parametrize(
    "typed",
    [
        "22/11/2026 23:40",
        "22/11/2026 23h40",
        "23:40 22/11/2026",
        "23h40 ngày 22/11/2026",
        "22/11/26 2340",
        "22-11-2026, 23 giờ 40",
    ],
)
def test_day_and_hour_come_in_either_order(typed: str) -> None:
    assert parse_moment(typed, NOW) == datetime(2026, 11, 22, 16, 40, tzinfo=UTC)


def test_an_hour_alone_is_today() -> None:
    assert parse_moment("06:15", NOW) == datetime(2026, 11, 22, 23, 15, tzinfo=UTC)


@pytest.mark.parametrize("typed", ["10:01", "24/11/2026 08:00", "22/11/2026", "hôm qua", "31/02/2026 08:00"])
def test_a_moment_to_come_or_unreadable_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_moment(typed, NOW)


@given(st.integers(950_000_000, 1_790_000_000).map(lambda seconds: datetime.fromtimestamp(seconds, VIETNAM)))
def test_what_the_program_writes_it_reads(moment: datetime) -> None:
    exact = moment.replace(second=0, microsecond=0)
    assert parse_moment(moment.strftime("%d/%m/%Y %H:%M"), NOW) == exact
    assert parse_moment(moment.strftime("%H:%M %d/%m/%Y"), NOW) == exact


def test_a_day_is_whole_and_not_after_the_latest() -> None:
    today = date(2026, 11, 23)
    assert parse_day("30/11/2026", today, date(2027, 12, 31)) == date(2026, 11, 30)
    assert parse_day("", today, today) is None
    for typed in ("30/11/2026", "11/2026", "abc"):
        with pytest.raises(Invalid):
            parse_day(typed, today, today)
