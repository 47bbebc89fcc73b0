"""Stamps never run backwards, follow what others wrote, and are not carried away by a clock that is years ahead."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from commune_desk.domain.time.clock import STEPS, HybridClock
from tests.helpers.workplaces import HandClock

NOON = datetime(2026, 11, 24, 5, 0, tzinfo=UTC)


def _stamp(at: datetime) -> int:
    return int(at.timestamp() * 1000) * STEPS


def test_stamps_grow_though_the_clock_is_set_back() -> None:
    clock = HandClock(NOON)
    hybrid = HybridClock(clock)
    first = hybrid.tick()
    clock.at -= timedelta(days=3650)
    assert first < hybrid.tick() < hybrid.tick()


def test_what_a_colleague_wrote_an_hour_ahead_is_followed() -> None:
    """An edit of what was just pulled is later than it, whoever's clock is slow."""
    hybrid = HybridClock(HandClock(NOON))
    theirs = _stamp(NOON + timedelta(hours=1))
    hybrid.saw(theirs)
    assert hybrid.tick() == theirs + 1


def test_a_clock_years_ahead_is_not_followed() -> None:
    """Or one PC of 2099 would put every desk there, and the last stamp of all would leave no later one."""
    hybrid = HybridClock(HandClock(NOON))
    for far in (_stamp(datetime(2099, 1, 1, tzinfo=UTC)), (1 << 53) - 1):
        hybrid.saw(far)
        assert hybrid.tick() < _stamp(NOON + timedelta(days=1))
