"""The history of rounds: it stays small, and a line is measured only by what is large enough."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.time.skew import ClockSkew
from commune_desk.store.engine import settings
from commune_desk.store.exchange.sync_history import MOST_ROUNDS, Round, line_rate, note_round, rounds
from commune_desk.usecases.desk.workplace import Workplace

NONE = Round(
    at="2026-11-23T00:42:00Z",
    province_at="",
    code="NoLine",
    status=0,
    pushed=0,
    pulled=0,
    set_aside=0,
    conflicts=0,
    sent=300,
    received=0,
    milliseconds=3000,
    bulk=0,
    bulk_milliseconds=0,
)


def bulk(size: int, milliseconds: int) -> Round:
    return msgspec.structs.replace(NONE, code="ok", bulk=size, bulk_milliseconds=milliseconds)


def test_a_line_is_known_only_by_what_was_large_enough() -> None:
    assert line_rate([]) == line_rate([NONE, NONE]) == 0.0
    assert line_rate([NONE, bulk(10_000, 2000), NONE]) == 5000.0


def test_the_latest_counts_most_and_the_distant_past_nothing() -> None:
    slower = line_rate([bulk(10_000, 1000), bulk(10_000, 10_000)])
    assert 1000 < slower < 2500
    assert line_rate([bulk(1, 10**9), *[bulk(10_000, 1000)] * 8]) == pytest.approx(10_000)


def test_the_oldest_goes_and_the_provinces_time_is_remembered(workplace: Workplace) -> None:
    def note(number: int, province_at: str) -> None:
        done = msgspec.structs.replace(NONE, sent=number, province_at=province_at)
        workplace.write(lambda tx: note_round(tx, done, ClockSkew()))

    for number in range(MOST_ROUNDS + 3):
        note(number, "2026-11-23T00:42:00Z" if number == 5 else "")
    kept = workplace.read(rounds)
    assert [one.sent for one in kept] == list(range(3, MOST_ROUNDS + 3))
    assert workplace.read(lambda db: settings.get(db, settings.CONTACT_AT, str, "")) == "2026-11-23T00:42:00Z"
