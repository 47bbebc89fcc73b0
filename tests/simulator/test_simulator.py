"""Any course of events, however bad the line, the disk and the clocks: nothing is lost, and all end up the same."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import pytest

from commune_desk.store.exchange import receipts
from commune_desk.store.intake.incoming import Incoming
from sync import protocol
from sync.merge import Decision, Outcome
from sync.server.intake import merging, push
from tests.simulator import clocks
from tests.simulator.actions import OFFICE
from tests.simulator.courses import played
from tests.simulator.run import breaks, play
from tests.simulator.seeds import fresh, kept

SHORT, LONG = 3, 60
"""Fresh seeds in each of the chunks that the processes of a run share."""
CHUNKS = range(6)


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


def test_the_same_seed_gives_the_same_course_of_events() -> None:
    assert play(4, steps=30) == play(4, steps=30)
    assert play(5, steps=30) != play(4, steps=30)


@pytest.mark.usefixtures("store_engine")
@pytest.mark.parametrize("seed", kept(clocks.OFFICE.name))
def test_wrong_clocks_change_nothing_that_people_review(seed: int) -> None:
    """I15: the same course with every clock right ends with the same values, conflicts and numbers."""
    played(clocks.OFFICE.name, seed)


def test_a_rule_that_asks_the_clocks_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: by hours instead of by what was seen, in fields that people review."""

    def by_the_clock(rule: Any, standing: Any, incoming: Any, base: Any, stamp: int, change_id: str = "") -> Decision:
        later = (stamp, change_id) >= (standing.stamp, standing.writer or "")
        return Decision(Outcome.APPLIED, incoming) if later else Decision(Outcome.OLDER, standing.value)

    monkeypatch.setattr(merging, "decide", by_the_clock)
    with clocks.without_trivia():
        _found()


def test_a_blind_overwrite_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the last to arrive wins."""
    monkeypatch.setattr(merging, "decide", lambda rule, standing, incoming, *_: Decision(Outcome.APPLIED, incoming))
    _found()


def test_a_save_confirmed_before_its_commit_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the province signs for what a power cut then takes."""

    def first(province: Any, caller: Any, body: bytes, admission: Any) -> protocol.Receipt:
        header, incoming = push.read_push(body)
        results = [protocol.Result(id=item.id, status="ok") for item in incoming]
        return protocol.Receipt(
            desk=caller.id, accepted_n=header.last_n, durable_n=0, at=province.now(), results=results
        )

    monkeypatch.setattr("sync.server.edge.app.take_in", first)
    _found()


def test_a_pull_over_waiting_edits_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what the officer typed and has not sent is replaced on the screen."""
    monkeypatch.setattr(Incoming, "_waiting", lambda self, record: [])
    _found()


def test_a_receipt_believed_for_more_than_was_sent_would_be_found(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what was typed while the push was under way counts as sent."""
    honest = receipts.acknowledge

    def too_much(tx: Any, receipt: protocol.Receipt, up_to: int, *proof: bytes) -> None:
        honest(tx, receipt, up_to + 2, *proof)

    monkeypatch.setattr(receipts, "acknowledge", too_much)
    _found(range(40, 60))


def _found(seeds: Iterable[int] = range(20)) -> None:
    """One of a few short courses ends badly."""
    assert any(map(breaks, seeds))
