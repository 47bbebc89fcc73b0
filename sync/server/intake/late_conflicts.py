"""The province's queue of conflicts: those that nobody decided in time, and those of places with no desk in service.

Only ids, places, days and desks: never a value and never a name.
"""

from __future__ import annotations

from datetime import timedelta

import msgspec
from sqlalchemy import Connection, Select, select

from commune_desk.domain.model.access import PEOPLE_WRITERS
from commune_desk.domain.model.batches import batched
from commune_desk.domain.time.clock import from_iso, to_iso
from sync.server.engine import tables
from sync.server.identity.desks import ACTIVE

MOST_TOLD = 100
"""Conflicts of which one desk is told in a page, the oldest first."""


class LateConflict(msgspec.Struct, frozen=True, kw_only=True):
    """`desks` are those of the value that stands and of the one that waits; `is_orphaned`: no desk can decide it."""

    conflict: str
    scope: str
    kind: str
    record: str
    field: str
    opened_at: str
    days: int
    desks: list[str]
    is_orphaned: bool = False


def late_conflicts(connection: Connection, at: str, days: int) -> list[LateConflict]:
    """The queue at the instant `at`, oldest first: open for more than `days`, or with nobody in service to decide.

    So is one that was opened more than a day after: by a clock that ran ahead, and nobody knows how long ago.
    """
    staffed = _staffed(connection)
    table, bound, ahead = tables.conflict, _bound(at, days), _bound(at, -1)
    rows = connection.execute(_open().order_by(table.c.opened_at, table.c.id)).all()
    shown = [row for row in rows if not bound < row.opened_at <= ahead or row.scope not in staffed]
    authors = _authors(connection, {one for row in shown for one in (row.ours, row.theirs) if one})
    return [
        LateConflict(
            conflict=row.id,
            scope=row.scope,
            kind=row.kind,
            record=row.record,
            field=row.field,
            opened_at=row.opened_at,
            days=max(0, (from_iso(at) - from_iso(row.opened_at)).days),
            desks=list(dict.fromkeys(authors[one] for one in (row.ours, row.theirs) if one in authors)),
            is_orphaned=row.scope not in staffed,
        )
        for row in shown
    ]


def late_in(connection: Connection, scopes: list[str], at: str, days: int) -> dict[str, str]:
    """What a desk of `scopes` is told of the queue: ids of conflicts, each with when it was opened."""
    table = tables.conflict
    is_late = (table.c.opened_at <= _bound(at, days)) | (table.c.opened_at > _bound(at, -1))
    late = _open().where(table.c.scope.in_(scopes), is_late)
    return {row.id: row.opened_at for row in connection.execute(late.order_by(table.c.opened_at).limit(MOST_TOLD))}


def _open() -> Select[tuple[object, ...]]:
    return select(tables.conflict).where(tables.conflict.c.closed_by.is_(None))


def _bound(at: str, days: int) -> str:
    return to_iso(from_iso(at) - timedelta(days=days))


def _staffed(connection: Connection) -> set[str]:
    """The scopes that a desk in service holds whose people may decide: who only reads there decides nothing."""
    grant, desk = tables.desk_grant, tables.desk
    held = select(grant.c.scope).join(desk, desk.c.id == grant.c.desk).where(desk.c.status == ACTIVE)
    return set(connection.scalars(held.where(grant.c.role.in_(sorted(PEOPLE_WRITERS))).distinct()))


def _authors(connection: Connection, changes: set[str]) -> dict[str, str]:
    """The desk of each change."""
    table = tables.change
    found: dict[str, str] = {}
    for some in batched(sorted(changes)):
        asked = select(table.c.id, table.c.desk).where(table.c.id.in_(some))
        found |= {row.id: row.desk for row in connection.execute(asked)}
    return found
