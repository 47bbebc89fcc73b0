"""What stands after the events of a feed: protocol.md, section 9.4; sums: section 29.1."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from .feed import Told
from .spelling import Message, sha

PASSED_BY = {"noop", "conflict", "older", "past"}


class Value(NamedTuple):
    value: Any
    writer: str
    key: str = ""
    """The scope key that it is sealed to; empty for one in the open."""


@dataclass
class Conflict:
    id: str
    record: str
    field: str
    base: str | None
    ours: str | None
    theirs: str


@dataclass
class Standing:
    """The records of one scope."""

    records: dict[tuple[str, str], dict[str, Value]] = field(default_factory=lambda: defaultdict(dict))
    conflicts: dict[str, Conflict] = field(default_factory=dict)
    changes: dict[str, Message] = field(default_factory=dict)
    left: dict[str, int] = field(default_factory=dict)
    """How many records left by a verb."""

    def apply(self, told: Told) -> None:
        change, event = told.change, told.event
        if change is None:
            return
        self.changes[change["id"]] = change
        for name, value in (change.get("set") or change.get("seal") or {}).items():
            self._write(change, event, name, value)
        for gone in event.get("x", ()):
            self.conflicts.pop(gone, None)
        for new in event.get("c", ()):
            ours, base = new.get("ours") or None, new.get("base") or None
            self.conflicts[new["id"]] = Conflict(new["id"], change["r"], new["field"], base, ours, new["theirs"])
        if "l" in event:
            self.left[change["id"]] = sum(self._let_go(kind, record) for kind, record in event["l"])

    def value(self, kind: str, record: str, name: str) -> Any:
        found = self.records[kind, record].get(name)
        return found.value if found else None

    def writer(self, kind: str, record: str, name: str) -> str | None:
        found = self.records[kind, record].get(name)
        return found.writer if found else None

    def _write(self, change: Message, event: Message, name: str, value: object) -> None:
        if event.get("o", {}).get(name) in PASSED_BY:
            return
        fields = self.records[change["t"], change["r"]]
        before = fields.get(name)
        value = event.get("v", {}).get(name, value)
        fields[name] = Value(value, change["id"], change.get("key", ""))
        for conflict in self.conflicts.values():
            mine = (conflict.record, conflict.field) == (change["r"], name)
            if mine and conflict.ours == (before.writer if before else None):
                conflict.ours = change["id"]

    def _let_go(self, kind: str, record: str) -> bool:
        was_here = self.records.pop((kind, record), None) is not None
        for conflict in [one.id for one in self.conflicts.values() if one.record == record]:
            del self.conflicts[conflict]
        return was_here

    def fields(self) -> dict[str, list[str]]:
        """Every kind and field that something stands in."""
        known: dict[str, set[str]] = defaultdict(set)
        for (kind, _), fields in self.records.items():
            known[kind] |= set(fields)
        return {kind: sorted(names) for kind, names in sorted(known.items())}

    def sums(self) -> list[tuple[int, str]]:
        """How many records, and the total of their terms, in each of the 256 ranges."""
        counts, totals = [0] * 256, [0] * 256
        for record, term in self._terms():
            place = int(record[-2:], 16)
            counts[place] += 1
            totals[place] = (totals[place] + term) % 2**64
        return [(count, f"{total:016x}") for count, total in zip(counts, totals, strict=True)]

    def _terms(self) -> Iterator[tuple[str, int]]:
        open_ones: Mapping[str, list[str]] = defaultdict(list)
        for conflict in self.conflicts.values():
            open_ones[conflict.record].append(conflict.id)
        for (_, record), fields in self.records.items():
            yield record, term(record, {one.writer for one in fields.values()}, open_ones[record])


def term(record: str, changes: set[str], conflicts: list[str]) -> int:
    words = f"{record}|{','.join(sorted(changes))}|{','.join(sorted(set(conflicts)))}"
    return int.from_bytes(sha(words.encode())[:8], "big")
