"""What a day of syncs leaves in memory, at the province and at a desk: nothing that grows (what lies on disk does)."""

from __future__ import annotations

import gc
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import real_province

WARM, ROUNDS = 30, 40
"""Syncs of two desks each: until every cache is filled, and then watched."""
MOST = 40 * 1024
"""Bytes that all the rounds may leave: 1 KiB for each, whose requests and answers are many times that."""


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[tuple[EnrolledDesk, EnrolledDesk]]:
    with real_province(tmp_path) as province:
        desks = [enrolled_desk(province, tmp_path / name) for name in ("first", "second")]
        yield desks[0], desks[1]
        for desk in desks:
            desk.close()


@contextmanager
def _traced() -> Iterator[None]:
    tracemalloc.start()
    try:
        yield
    finally:
        tracemalloc.stop()


def _held() -> int:
    gc.collect()
    return tracemalloc.get_traced_memory()[0]


def _left_by(rounds: Callable[[int], None]) -> int:
    """Bytes that so many rounds leave once the caches are filled."""
    with _traced():
        rounds(WARM)
        before = _held()
        rounds(ROUNDS)
        return _held() - before


def _work(pair: tuple[EnrolledDesk, EnrolledDesk], count: int) -> None:
    """A visit at one desk, which the other hears of."""
    ours, theirs = pair
    person, child = make_child()
    ours.open.register.write(save_all(person, child)).result()
    for _ in range(count):
        ours.open.register.write(save_all(make_visit(person.id))).result()
        ours.sync()
        theirs.sync()
        for desk in pair:
            desk.heard.clear()


def test_syncs_leave_nothing_in_memory(pair: tuple[EnrolledDesk, EnrolledDesk]) -> None:
    assert _left_by(lambda count: _work(pair, count)) < MOST


def test_a_province_that_kept_its_answers_would_be_found_out(pair: tuple[EnrolledDesk, EnrolledDesk]) -> None:
    line = pair[0].province.line
    honest, kept = line.app, list[object]()

    async def hoarding(scope: Any, receive: Any, send: Any) -> None:
        async def keep(message: Any) -> None:
            kept.append(message)
            await send(message)

        await honest(scope, receive, keep)

    line.app = hoarding
    assert _left_by(lambda count: _work(pair, count)) > MOST
