"""Moves, joinings, shares, stays, erasures, sticks and new enrolments at once; the province or a disk is put back."""

from __future__ import annotations

import pytest

from sync.server.intake import erasures
from sync.server.intake.whereabouts import Whereabouts
from tests.simulator.courses import played
from tests.simulator.seeds import fresh, kept
from tests.simulator.wandering import BOTH_TOGETHER, DISKS_TOGETHER, TOGETHER

pytestmark = pytest.mark.usefixtures("store_engine")

KINDS = [TOGETHER.name, DISKS_TOGETHER.name, BOTH_TOGETHER.name]
LONG, CHUNKS = 10, range(4)


@pytest.mark.parametrize("seed", kept(TOGETHER.name))
def test_whatever_happens_at_once_nothing_is_lost(seed: int) -> None:
    played(TOGETHER.name, seed)


@pytest.mark.parametrize("seed", kept(DISKS_TOGETHER.name))
def test_nor_where_disks_are_put_back_meanwhile(seed: int) -> None:
    played(DISKS_TOGETHER.name, seed)


@pytest.mark.parametrize("seed", kept(BOTH_TOGETHER.name))
def test_nor_where_both_are_put_back(seed: int) -> None:
    played(BOTH_TOGETHER.name, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_course_of_all_at_once_holds(kind: str) -> None:
    for seed in fresh(1, chunk=0):
        played(kind, seed)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_courses_of_all_at_once_hold(kind: str, chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(kind, seed)


def test_a_share_that_the_new_commune_was_not_told_of_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what a house writes after a move is brought by what the new home never heard of."""
    monkeypatch.setattr(Whereabouts, "_load_ways_of_guests", lambda *_: None)
    assert any(map(TOGETHER.breaks, kept(TOGETHER.name)))


def test_parts_of_what_is_about_somebody_erased_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: of a stay that a house typed meanwhile all stays but who it is of."""
    monkeypatch.setattr(erasures, "made_about", lambda *_: {})
    assert any(map(DISKS_TOGETHER.breaks, kept(DISKS_TOGETHER.name)))
