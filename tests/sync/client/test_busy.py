"""How long a desk stays away because somebody asked it to: the province as long as it likes, whoever else not long."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.client import errors
from sync.client.backoff import CAP_SECONDS, wait_said
from sync.client.session import Session
from tests.sync.actors.scripted_province import Raw, ScriptedProvince


def test_busy_says_when_to_come_again() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    province.pranks["/v1/hello"] = lambda _: province.problem(503, "busy", retry_after=40)
    with pytest.raises(errors.Busy) as busy:
        Session(province.transport(), desk).sync()
    assert busy.value.retry_after == 40
    province.pranks["/v1/hello"] = lambda _: Raw(503, b"", {"Retry-After": "70"})
    with pytest.raises(errors.Busy) as busy:
        Session(province.transport(), desk).sync()
    assert busy.value.retry_after == 70


@pytest.mark.parametrize("asked", ["86400", "43200", "99999999"])
@pytest.mark.parametrize("page", [b"", b"<h1>Maintenance</h1>"])
def test_nobody_but_the_province_keeps_a_desk_away_for_hours(asked: str, page: bytes) -> None:
    """A header is signed by nobody, and what waits at the province may be a report with twelve hours."""
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    province.pranks["/v1/hello"] = lambda _: Raw(503, page, {"Retry-After": asked})
    with pytest.raises(errors.Busy) as busy:
        Session(province.transport(), desk).sync()
    assert busy.value.retry_after == CAP_SECONDS


def test_the_province_itself_may_ask_for_more() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    province.pranks["/v1/hello"] = lambda _: province.problem(503, "busy", retry_after=40_000)
    with pytest.raises(errors.Busy) as busy:
        Session(province.transport(), desk).sync()
    assert busy.value.retry_after == 40_000


def test_another_desks_refusal_played_back_keeps_nobody_away_for_hours() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    province.pranks["/v1/hello"] = lambda _: province.problem(503, "busy", desk="BBBBBB", retry_after=40_000)
    with pytest.raises(errors.Busy) as busy:
        Session(province.transport(), desk).sync()
    assert busy.value.retry_after == CAP_SECONDS


def test_a_province_with_a_bug_says_too_when_to_come_again() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    province.pranks["/v1/pull"] = lambda _: province.problem(500, "bug", retry_after=30)
    with pytest.raises(errors.LineFault) as bug:
        Session(province.transport(), desk).sync()
    assert bug.value.retry_after == 30


_SAID_AT = "Sun, 29 Nov 2026 08:00:00 GMT"
_WORDS = ["Sun,", "29", "Nov", "2026", "08:00:00", "99:61:61", "GMT", "-0000", "+99999999999", "9" * 30, ",", ""]


@pytest.mark.parametrize(
    ("asked", "seconds"),
    [
        ("Sun, 29 Nov 2026 08:01:10 GMT", 70),
        ("Sun, 29 Nov 2026 08:01:10 -0000", 70),
        ("Sunday, 29-Nov-26 08:01:10 GMT", 70),
        ("Sun, 29 Nov 2026 07:00:00 GMT", 0),
        ("Mon, 30 Nov 2026 08:00:00 GMT", CAP_SECONDS),
        ("in a while", 0),
    ],
)
def test_a_moment_to_come_again_is_counted_by_the_clock_of_who_says_it(asked: str, seconds: float) -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    province.pranks["/v1/hello"] = lambda _: Raw(503, b"", {"Retry-After": asked, "Date": _SAID_AT})
    with pytest.raises(errors.Busy) as busy:
        Session(province.transport(), desk).sync()
    assert busy.value.retry_after == seconds


def test_a_moment_without_the_time_of_the_answer_says_nothing() -> None:
    assert wait_said("Sun, 29 Nov 2026 08:01:10 GMT", "") == 0


_lines = st.text() | st.lists(st.sampled_from(_WORDS)).map(" ".join)


@given(_lines, _lines)
def test_whatever_the_headers_hold_is_a_wait_or_none(asked: str, date: str) -> None:
    assert wait_said(asked, date) >= 0
