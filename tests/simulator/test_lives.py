"""A desk that is set back to a copy of its disk, or goes on as two: it is found, nothing of either life is lost (I18).

The power fails, lines drop and disks refuse meanwhile, and the other desks work on.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest

from commune_desk.store.exchange import staged
from sync.client import exchange
from sync.protocol import Result
from sync.server.intake import push
from sync.server.intake.incoming import Incoming
from tests.simulator.actions import LIVES
from tests.simulator.courses import played
from tests.simulator.run import breaks, play
from tests.simulator.seeds import fresh, kept

pytestmark = pytest.mark.usefixtures("store_engine")

SHORT, LONG = 2, 30
CHUNKS = range(2)


@pytest.mark.parametrize("seed", kept(LIVES.name))
def test_a_kept_seed_holds(seed: int) -> None:
    played(LIVES.name, seed)


@pytest.mark.parametrize("chunk", CHUNKS)
def test_desks_with_two_lives_are_found_and_nothing_is_overwritten(chunk: int) -> None:
    for seed in fresh(SHORT, chunk=chunk):
        played(LIVES.name, seed)


@pytest.mark.long
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_desks_with_two_lives_are_found(chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + len(CHUNKS)):
        played(LIVES.name, seed)


def test_the_same_seed_gives_the_same_lives() -> None:
    assert play(3, LIVES, steps=25) == play(3, LIVES, steps=25)


def test_a_province_that_takes_any_change_for_the_one_it_has_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what another life sent under this number counts as sent."""

    def taken(connection: Any, state: Any, again: Sequence[Incoming]) -> dict[int, Result]:
        return {item.n: Result(id=item.id, status="dup") for item in again}

    monkeypatch.setattr(push, "_repeated", taken)
    _found()


def test_a_desk_that_does_not_know_itself_for_a_past_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what it sent before it was set back is taken for a stranger's."""
    monkeypatch.setattr(exchange, "refuse_to_be_a_past", lambda *_: None)
    _found()


def test_a_desk_that_leaves_behind_what_waits_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: enrolled anew, it goes on with what is typed from then on."""
    monkeypatch.setattr(staged, "_take_numbers_back", lambda tx, desk: None)
    _found()


def _found() -> None:
    """One of a few short courses ends badly."""
    assert any(breaks(seed, LIVES) for seed in range(3, 20))
