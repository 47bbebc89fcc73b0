"""Open conflicts of the records in a batch: opened, followed, succeeded and closed, and written back as rows."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from sqlalchemy import Connection, bindparam, insert, select, update

from sync import seal
from sync.change import Change
from sync.protocol import OpenedConflict
from sync.server.engine import tables
from sync.server.engine.asking import among


@dataclass(slots=True)
class OpenConflict:
    """A row of `conflict` while the batch works on it."""

    id: str
    scope: str
    kind: str
    record: str
    field: str
    base: str | None
    ours: str | None
    theirs: str
    closed_by: str | None = None


def conflict_id(theirs: str, name: str) -> str:
    """The same on every computer: SHA-256 of `change|field`, first 16 bytes."""
    return seal.sha256(f"{theirs}|{name}".encode())[:16].hex()


@dataclass
class ConflictBook:
    """The open conflicts, by record and field."""

    _open: dict[tuple[str, str], list[OpenConflict]] = field(default_factory=dict)
    _records: set[str] = field(default_factory=set)
    """Those in which any was open since the batch began."""
    _new: dict[str, OpenConflict] = field(default_factory=dict)
    _changed: dict[str, OpenConflict] = field(default_factory=dict)

    def load(self, connection: Connection, records: Collection[str]) -> None:
        table = tables.conflict
        waiting = select(table).where(among(table.c.record, records), table.c.closed_by.is_(None))
        for row in connection.execute(waiting) if records else ():
            found = OpenConflict(
                row.id, row.scope, row.kind, row.record, row.field, row.base, row.ours, row.theirs, row.closed_by
            )
            self._open.setdefault((row.record, row.field), []).append(found)
            self._records.add(row.record)

    def wait_in(self, record: str) -> bool:
        """Whether any conflict was open in the record since the batch began."""
        return record in self._records

    def open_on(self, record: str, name: str) -> list[OpenConflict]:
        return list(self._open.get((record, name), ()))

    def open(self, change: Change, name: str, *, scope: str, base: str | None, ours: str | None) -> OpenedConflict:
        conflict = OpenConflict(
            conflict_id(change.id, name), scope, change.kind, change.record, name, base, ours, change.id
        )
        self._open.setdefault((change.record, name), []).append(conflict)
        self._records.add(change.record)
        self._new[conflict.id] = conflict
        return OpenedConflict(id=conflict.id, field=name, base=base, ours=ours, theirs=change.id)

    def close(self, conflict: OpenConflict, by: str) -> str:
        conflict.closed_by = by
        self._open[conflict.record, conflict.field].remove(conflict)
        self._changed[conflict.id] = conflict
        return conflict.id

    def follow(self, record: str, name: str, *, former: str | None, writer: str) -> None:
        """What stood against a conflict has been edited by somebody who saw it: the edit stands there now."""
        for conflict in self._open.get((record, name), ()):
            if conflict.ours == former:
                conflict.ours = writer
                self._changed[conflict.id] = conflict

    def flush(self, connection: Connection, *, now: str) -> None:
        table = tables.conflict
        if self._new:
            connection.execute(insert(table), [{**_row(c), "opened_at": now} for c in self._new.values()])
        older = [conflict for conflict in self._changed.values() if conflict.id not in self._new]
        if older:
            statement = update(table).where(table.c.id == bindparam("conflict"))
            statement = statement.values(ours=bindparam("ours"), closed_by=bindparam("closed_by"))
            values = [{"conflict": c.id, "ours": c.ours, "closed_by": c.closed_by} for c in older]
            connection.execute(statement, values)
        self._new.clear()
        self._changed.clear()


def _row(conflict: OpenConflict) -> dict[str, str | None]:
    return {
        "id": conflict.id,
        "scope": conflict.scope,
        "kind": conflict.kind,
        "record": conflict.record,
        "field": conflict.field,
        "base": conflict.base,
        "ours": conflict.ours,
        "theirs": conflict.theirs,
        "closed_by": conflict.closed_by,
    }
