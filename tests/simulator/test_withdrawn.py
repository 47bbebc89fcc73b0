"""PCs are withdrawn and ordered removed while the province is put back: what they had is with it or stays with them."""

from __future__ import annotations

import pytest

from sync.client.session import Session
from tests.simulator.courses import played
from tests.simulator.seeds import fresh, kept
from tests.simulator.wandering import WITHDRAWN

pytestmark = pytest.mark.usefixtures("store_engine")

LONG, CHUNKS = 10, range(4)
SOME = range(12, 40)
"""Seeds within which it is found that the question was taken out."""


@pytest.mark.parametrize("seed", kept(WITHDRAWN.name))
def test_what_a_withdrawn_pc_had_is_somewhere(seed: int) -> None:
    played(WITHDRAWN.name, seed)


@pytest.mark.long
@pytest.mark.parametrize("chunk", CHUNKS)
def test_many_courses_of_withdrawn_pcs_hold(chunk: int) -> None:
    for seed in fresh(LONG, chunk=chunk + 1):
        played(WITHDRAWN.name, seed)


@pytest.mark.long
def test_a_register_that_went_without_asking_what_is_lost_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: nobody asks a province that may have been put back what it has of a PC that is to be removed."""
    monkeypatch.setattr(Session, "_offer_last", lambda _self, _channel: None)
    assert any(map(WITHDRAWN.breaks, SOME))
