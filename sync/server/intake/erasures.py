"""What was erased by law: asked of every change that comes, for a late one brings nothing back."""

from __future__ import annotations

from collections.abc import Collection, Iterable

from sqlalchemy import Connection, select

from commune_desk.domain.limits.erasure import ABOUT
from sync.change import Change
from sync.server.engine import tables
from sync.server.engine.asking import among

ERASED = "erased"
"""The code of what is taken in for its digest alone: it speaks of an erased record."""


def speaking_of_erased(connection: Connection, changes: Collection[Change]) -> set[str]:
    """Ids of those changes that speak of something erased: of its record, or of whom their own belongs to."""
    gone = erased_among(connection, {record for change in changes for record in _named_in(change)})
    return {change.id for change in changes if not gone.isdisjoint(_named_in(change))} if gone else set()


def erased_among(connection: Connection, records: Iterable[str]) -> set[str]:
    """Of these records those that were erased."""
    table = tables.erasure
    return set(connection.scalars(select(table.c.record).where(among(table.c.record, set(records)))))


def _named_in(change: Change) -> list[str]:
    values = [change.set.get(field) for field in ABOUT.get(change.kind, ())]
    return [change.record, *(value for value in values if isinstance(value, str))]
