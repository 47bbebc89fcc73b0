"""PCs are lost and their disks set back: their numbers are taken, and their last work is set aside all the same."""

from __future__ import annotations

import pytest

from sync.client import errors
from sync.client.pushing import Pusher
from tests.simulator.courses import played
from tests.simulator.seeds import fresh, kept
from tests.simulator.wandering import LOST_LIVES

pytestmark = pytest.mark.usefixtures("store_engine")

LONG, CHUNKS = 10, range(4)


@pytest.mark.parametrize("seed", kept(LOST_LIVES.name))
def test_what_was_typed_behind_a_copy_is_set_aside(seed: int) -> None:
    played(LOST_LIVES.name, seed)


@pytest.mark.long
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_courses_of_disks_set_back_hold(chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk):
        played(LOST_LIVES.name, seed)


def test_a_pc_that_never_comes_to_its_end_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: nothing is numbered anew."""

    def stop(_self: object, taken: errors.NumbersTaken, _told: object) -> int:
        raise taken

    monkeypatch.setattr(Pusher, "_go_behind", stop)
    assert any(map(LOST_LIVES.breaks, kept(LOST_LIVES.name)))
