"""What a finished operation changed, so that each open page can decide what to read again."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import msgspec

_NONE: frozenset[str] = frozenset()


class ChangeSet(msgspec.Struct, frozen=True):
    """Ids of the changed records by kind; `topics` names what is not a record (drafts, sync, conflicts, imports)."""

    records: dict[str, frozenset[str]] = {}
    topics: frozenset[str] = frozenset()

    @classmethod
    def of(cls, records: Mapping[str, Iterable[str]], topics: Iterable[str] = ()) -> ChangeSet:
        return cls({kind: frozenset(ids) for kind, ids in records.items() if ids}, frozenset(topics))

    def joined(self, other: ChangeSet) -> ChangeSet:
        """What either of the two changed."""
        records = {kind: self.records.get(kind, _NONE) | ids for kind, ids in other.records.items()}
        return ChangeSet({**self.records, **records}, self.topics | other.topics)

    def touches(self, *names: str) -> bool:
        """Whether any of these kinds or topics changed."""
        return any(name in self.records or name in self.topics for name in names)

    def __bool__(self) -> bool:
        return bool(self.records or self.topics)
