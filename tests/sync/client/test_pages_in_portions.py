"""A page goes into the register in transactions that are small where this PC is slow: what is typed waits for one."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count

import pytest

from commune_desk.domain.model.ids import uuid7
from sync.client import exchange
from sync.client.replica import APPLY_AT_ONCE
from sync.client.session import Session
from tests.sync.actors.memory_replica import MemoryReplica
from tests.sync.actors.scripted_province import SCOPE, ScriptedProvince

CHANGES = 1_234
FEW = 100


def _pulled(monkeypatch: pytest.MonkeyPatch, ticks: Iterator[float]) -> MemoryReplica:
    """A desk that heard all that another one sent; each transaction takes a step of `ticks`."""
    province = ScriptedProvince()
    writer, reader = province.desk("AAAAAA"), province.desk("BBBBBB")
    for _ in range(CHANGES):
        writer.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
    Session(province.transport(), writer).sync()
    monkeypatch.setattr(exchange, "monotonic", lambda: next(ticks))
    assert Session(province.transport(), reader).sync().pulled == CHANGES
    return reader


def test_where_a_transaction_takes_long_none_holds_more_than_a_few(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _pulled(monkeypatch, count(0.0, 0.2))
    assert max(reader.applied_sizes) == FEW
    assert sum(reader.applied_sizes) == CHANGES


def test_where_it_does_not_they_grow_to_what_one_may_hold_at_most(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _pulled(monkeypatch, count(0.0, 0.0))
    assert reader.applied_sizes[0] == FEW
    assert max(reader.applied_sizes) <= APPLY_AT_ONCE
    assert 2 * FEW in reader.applied_sizes


def test_however_they_are_cut_each_leaves_the_cursor_behind_what_it_holds(monkeypatch: pytest.MonkeyPatch) -> None:
    reader = _pulled(monkeypatch, count(0.0, 0.2))
    assert reader.places[SCOPE] == CHANGES
    assert [event.seq for event, _ in reader.applied] == list(range(1, CHANGES + 1))
