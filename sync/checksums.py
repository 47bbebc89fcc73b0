"""Whether two sides hold the same: sums over records that do not depend on an order, and the questions about them.

A record counts with the changes that wrote what stands in it and with its open conflicts. A sum that differs is
narrowed down by the last byte of the record's id; only those ranges are fetched again, as standing lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import msgspec

from sync import seal
from sync.change import Line
from sync.protocol import Count, Event, FeedHead

RANGES = 256
"""By the last byte of a record's id, a random one."""
_MODULUS = 1 << 64


def term(record: str, writers: Iterable[str], conflicts: Iterable[str]) -> int:
    """What a record adds: the first 8 bytes, big-endian, of SHA-256(`record|writers|conflicts`), each list sorted."""
    text = f"{record}|{','.join(sorted(set(writers)))}|{','.join(sorted(set(conflicts)))}"
    return int.from_bytes(seal.sha256(text.encode())[:8])


def range_of(record: str) -> int:
    """The range of a record, 0 to 255; an id that does not end in two hex digits falls into the first."""
    last = record[-2:].lower()
    return int(last, 16) if len(last) == 2 and not last.strip("0123456789abcdef") else 0


class Sum(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """How many records, and their terms added up modulo 2^64, as 16 hex digits."""

    count: Count = 0
    total: str = "0" * 16


class ScopeSums(msgspec.Struct, frozen=True):
    """A scope's sum and those of its 256 ranges."""

    whole: Sum
    ranges: tuple[Sum, ...]


def sums_of(terms: Iterable[tuple[str, int]]) -> ScopeSums:
    """From (record id, term) in any order."""
    counts, totals = [0] * RANGES, [0] * RANGES
    for record, value in terms:
        place = range_of(record)
        counts[place] += 1
        totals[place] += value
    ranges = tuple(_sum(count, total) for count, total in zip(counts, totals, strict=True))
    return ScopeSums(_sum(sum(counts), sum(totals)), ranges)


def _sum(count: int, total: int) -> Sum:
    return Sum(count=count, total=f"{total % _MODULUS:016x}")


class RangesRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """`fields`: the kinds that the desk knows, with their fields. What it does not know is not compared."""

    epoch: str
    scope: str
    fields: dict[str, list[str]]
    parts: bool = False
    """Whether the sums of the ranges are wanted too."""


class RangesReply(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Signed under `seal.FEED`: what the province holds of the scope at `at`. `ranges` is empty, or of 256."""

    epoch: str
    scope: str
    at: FeedHead
    whole: Sum
    ranges: list[Sum] = []


class RecordsRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for the standing lines of the records in these ranges. The reply is the body of a snapshot.

    `changes`: what stands there at the desk and no feed told it; which of it the province has is said in the reply.
    """

    epoch: str
    scope: str
    ranges: list[int]
    changes: list[str] = []


@dataclass(frozen=True)
class TheirRecords:
    """What came of it: all standing lines of the records in `ranges`, and which of the changes the province has."""

    ranges: Sequence[int]
    events: Sequence[tuple[Event, Line]]
    heard: Sequence[str]


def differing(ours: Sequence[Sum], theirs: Sequence[Sum]) -> list[int]:
    """The ranges whose sums differ."""
    return [place for place, (one, other) in enumerate(zip(ours, theirs, strict=True)) if one != other]
