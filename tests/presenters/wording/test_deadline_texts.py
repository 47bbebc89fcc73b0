"""Clocks as they are read: what is left is told from an hour of the day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from commune_desk.domain.time.clock import to_iso
from commune_desk.i18n import Language, set_language
from commune_desk.presenters.wording.deadline_texts import emergency_text

NOW = datetime(2026, 11, 23, 8, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("language", "minutes_ago", "said"),
    [
        ("vi", 221, "còn 8 giờ 19 phút"),  # "08 giờ 19" is nineteen minutes past eight
        ("vi", 715, "còn 0 giờ 05 phút"),
        ("vi", 740, "trễ 0 giờ 20 phút"),
        ("en", 221, "8 h 19 left"),
        ("en", 740, "0 h 20 late"),
    ],
)
def test_what_is_left_is_no_hour_of_the_day(language: Language, minutes_ago: int, said: str) -> None:
    set_language(language)
    assert emergency_text(to_iso(NOW - timedelta(minutes=minutes_ago)), NOW, 12).left == said
