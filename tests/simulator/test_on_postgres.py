"""The same courses with the province on PostgreSQL: desks, lines and the province's process meet all their trouble.

What befalls the database server is tried with real processes (`tests/sync/postgres`).
"""

from __future__ import annotations

import pytest

from sync.merge import Decision, Outcome
from sync.server.intake import merging
from tests.simulator.actions import OFFICE
from tests.simulator.courses import played
from tests.simulator.run import breaks
from tests.simulator.seeds import fresh, kept

pytestmark = pytest.mark.usefixtures("on_postgres")
SHORT, LONG = 3, 60
CHUNKS = range(12, 14)
"""Other seeds than those of the embedded engine."""


@pytest.mark.parametrize("seed", kept(OFFICE.name))
def test_a_kept_seed_holds(seed: int) -> None:
    played(OFFICE.name, seed)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_fresh_seeds_hold(chunk: int) -> None:
    for seed in fresh(SHORT, chunk=chunk):
        played(OFFICE.name, seed)


@pytest.mark.long
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_fresh_seeds_hold(chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + len(CHUNKS)):
        played(OFFICE.name, seed)


def test_a_blind_overwrite_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the last to arrive wins."""
    monkeypatch.setattr(merging, "decide", lambda rule, standing, incoming, *_: Decision(Outcome.APPLIED, incoming))
    assert any(map(breaks, range(20)))
