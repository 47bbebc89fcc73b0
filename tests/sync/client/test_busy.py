"""How long a desk stays away because somebody asked it to: the province as long as it likes, whoever else not long."""

from __future__ import annotations

import pytest

from sync.client import errors
from sync.client.backoff import CAP_SECONDS
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
