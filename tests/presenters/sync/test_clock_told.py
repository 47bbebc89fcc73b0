"""What the Sync page says of a PC's clock that is wrong."""

from __future__ import annotations

import pytest

from commune_desk.domain.time.skew import ClockSkew
from commune_desk.presenters.sync.page import sync_page
from tests.presenters.sync.test_page import QUIET, facts


@pytest.mark.parametrize(
    ("seconds", "said", "shows"),
    [
        (601, "chạy nhanh hơn đồng hồ của tỉnh 10 phút", "ít hơn"),
        (-3 * 3600, "chạy chậm hơn đồng hồ của tỉnh 3 giờ", "nhiều hơn"),
        (-119 * 60, "chạy chậm hơn đồng hồ của tỉnh 119 phút", "nhiều hơn"),
        (-30 * 86_400 + 9, "chạy chậm hơn đồng hồ của tỉnh 30 ngày", "nhiều hơn"),
        (400 * 86_400, "chạy nhanh hơn đồng hồ của tỉnh 400 ngày", "ít hơn"),
    ],
)
def test_a_wrong_clock_is_told_with_what_it_means_and_what_to_do(seconds: int, said: str, shows: str) -> None:
    """Behind is the worse: a report looks as if there were time."""
    line = sync_page(facts(clock=ClockSkew("2026-11-23T00:42:00Z", seconds)), QUIET).line[-1]
    assert (said in line.text, line.tone) == (True, "warning")
    for words in (shows, "12 giờ", "múi giờ", "“Đồng bộ ngay”"):
        assert words in line.detail


def test_a_clock_without_a_battery_is_told_as_such() -> None:
    """By which hour the pages go, and which way they may be wrong; no other clock is told so."""
    for days, is_told in ((-6_000, True), (-20, False), (6_000, False)):
        line = sync_page(facts(clock=ClockSkew("2026-11-23T00:42:00Z", days * 86_400)), QUIET).line[-1]
        assert ("giờ mà tỉnh báo lần gần nhất" in line.detail) is is_told
