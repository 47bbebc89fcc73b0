"""Whoever joins two records of a child, when and on which desk: everybody ends with the same children, whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.store.exchange import receipts
from sync.server.intake import joining
from tests.helpers.joined import join
from tests.simulator.communes import course_of, registers, settle, visits
from tests.simulator.courses import played
from tests.simulator.joined import CHECKS
from tests.simulator.seeds import fresh, kept
from tests.simulator.wandering import IN_A_CROWD, JOINS, JOINS_RESTORED

pytestmark = pytest.mark.usefixtures("store_engine")

KINDS = [JOINS.name, IN_A_CROWD.name, JOINS_RESTORED.name]
LONG, CHUNKS = 7, range(2)


@pytest.mark.parametrize("seed", kept(JOINS.name))
def test_children_are_joined_and_everybody_ends_with_the_same(seed: int) -> None:
    played(JOINS.name, seed)


@pytest.mark.parametrize("seed", kept(IN_A_CROWD.name))
def test_desks_that_join_the_same_children_otherwise_agree_in_the_end(seed: int) -> None:
    played(IN_A_CROWD.name, seed)


@pytest.mark.parametrize("seed", kept(JOINS_RESTORED.name))
def test_a_province_put_back_joins_them_again(seed: int) -> None:
    played(JOINS_RESTORED.name, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_course_of_joinings_holds(kind: str) -> None:
    for seed in fresh(1, chunk=0):
        played(kind, seed)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_courses_of_joinings_hold(kind: str, chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(kind, seed)


def _joined_both_ways(folder: Path) -> None:
    """Two desks join the same two children, each the other way round, without having heard of each other."""
    with course_of(0, folder) as course:
        one, two, _ = course.desks
        for _name in range(2):
            registers(course, one)
            visits(course, one)
        settle(course)
        first, second = course.children
        for desk, old, kept in ((one, first, second), (two, second, first)):
            desk.register.write(lambda tx, a=old, b=kept: join(tx, a, b)).result()  # type: ignore[misc]
            course.joined.append((old, kept))
        settle(course)
        for check in CHECKS:
            check(course)


def test_two_desks_that_join_them_the_two_ways_agree(tmp_path: Path) -> None:
    _joined_both_ways(tmp_path)


def test_a_province_that_closes_rings_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: each of the two records is looked at by itself."""
    monkeypatch.setattr(joining, "_end_of", lambda _connection, _person: "")
    with pytest.raises(AssertionError, match="a ring"):
        _joined_both_ways(tmp_path)


def test_a_desk_that_keeps_what_was_not_joined_would_be_found(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(receipts, "open_again", lambda *_: None)
    with pytest.raises(AssertionError):
        _joined_both_ways(tmp_path)
