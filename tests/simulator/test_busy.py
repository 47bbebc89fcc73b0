"""Photos, decisions and desks that begin anew, amid all that may happen at once; the province or disks are put back."""

from __future__ import annotations

import pytest

from sync.server.intake import erasure_orders
from tests.simulator.courses import played
from tests.simulator.seeds import fresh, kept
from tests.simulator.wandering import BUSY, BUSY_BOTH, BUSY_REVOKED, POOR

pytestmark = pytest.mark.usefixtures("store_engine")

KINDS = [BUSY.name, BUSY_BOTH.name, BUSY_REVOKED.name, POOR.name]
LONG, CHUNKS = 10, range(4)


@pytest.mark.parametrize("seed", kept(BUSY.name))
def test_whatever_else_officers_do_nothing_is_lost(seed: int) -> None:
    played(BUSY.name, seed)


@pytest.mark.parametrize("seed", kept(BUSY_BOTH.name))
def test_nor_where_the_province_and_disks_are_put_back(seed: int) -> None:
    played(BUSY_BOTH.name, seed)


@pytest.mark.parametrize("seed", kept(BUSY_REVOKED.name))
def test_nor_where_desks_are_revoked_by_mistake(seed: int) -> None:
    played(BUSY_REVOKED.name, seed)


@pytest.mark.parametrize("seed", kept(POOR.name))
def test_nor_where_lines_cut_records_in_two(seed: int) -> None:
    played(POOR.name, seed)


@pytest.mark.parametrize("kind", KINDS)
def test_a_fresh_course_of_busy_officers_holds(kind: str) -> None:
    for seed in fresh(1, chunk=0):
        played(kind, seed)


@pytest.mark.long
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_courses_of_busy_officers_hold(kind: str, chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(kind, seed)


def test_a_place_that_is_told_of_no_erasure_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: a province that was put back has forgotten where a child went, and asks nobody."""
    monkeypatch.setattr(erasure_orders, "untold", lambda *_: {})
    assert any(map(BUSY_BOTH.breaks, kept(BUSY_BOTH.name)))
