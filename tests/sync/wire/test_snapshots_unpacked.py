"""A snapshot that is opened takes the memory that it needs, and no more than a snapshot may have."""

from __future__ import annotations

import tracemalloc

import pytest
import zstandard

from sync import snapshot
from sync.protocol import FeedHead, Malformed
from sync.snapshot import SnapshotEnd, SnapshotHead, pack, unpack

HEAD = SnapshotHead(epoch="e", scope="C:06838", at=FeedHead(seq=0, chain=""))


def test_a_small_one_takes_little() -> None:
    """A first sync on a PC with 4 GB must not ask for one of them."""
    packed = pack(HEAD, [], SnapshotEnd(events=0))
    tracemalloc.start()
    read = unpack(packed)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert (read.head, read.events) == (HEAD, [])
    assert peak < 16 << 20


def test_one_that_would_grow_beyond_all_bounds_is_left_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(snapshot, "MAX_INFLATED", 32 << 20)
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(256 << 20))
    tracemalloc.start()
    with pytest.raises(Malformed):
        unpack(bomb)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 96 << 20
