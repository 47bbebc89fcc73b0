"""What is typed about a child that leaves and not saved yet: the child stays for it, some days at most.

A visit that was typed and not saved is nowhere else. Saved in time it follows the child, as whatever waits to be sent
does. But words about who left may not stay for good: what nobody saves goes with the child, on a day that was told.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import timedelta

import msgspec

from commune_desk.domain.time.clock import from_iso, to_iso
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing import drafts
from commune_desk.store.writing.transaction import Tx

STAYS = timedelta(days=7)
"""From the sync on that would have taken the child away: a week with its days off, however long this PC was shut, by
the province's clock as it was heard last. The PC's own may stand anywhere for an hour."""
_HELD_SINCE = "held_for_drafts"
"""The setting that holds, by move, since when the child stays for a draft."""
_PERSON_OF_REPORT = "(SELECT r.person FROM report r WHERE r.id=d.record)"
_LEFT_WITH = (
    f"{_PERSON_OF_REPORT} IS NULL AND EXISTS (SELECT 1 FROM child_file f WHERE f.person=x.record)"  # noqa: S608 - constants only
    " AND x.change=(SELECT y.change FROM departure y WHERE y.kind='report' AND y.record=d.record AND y.is_gone=0)"
)
"""The child with whom a report has left that names none here: what was written of it before it left is told no more."""
_INSTANT = len("2026-11-23T01:00:00Z")


class Unsaved(msgspec.Struct, frozen=True):
    """A draft about a child that has moved: where both go unless it is saved, and until when (ISO) it can be."""

    form: str
    record: str
    typed_at: str
    name: str
    moved_to: str
    until: str


def holds(tx: Tx, move: str, leaving: Collection[str]) -> bool:
    """Whether one of the records that left by `move` stays for a draft that can still be saved."""
    if not drafts.is_any_of(tx.connection, leaving):
        return False
    now = settings.get(tx.connection, settings.CONTACT_AT, str, "") or to_iso(tx.ledger.now())
    since = settings.get(tx.connection, _HELD_SINCE, dict[str, str], {})
    first = since.get(move, now)
    if move not in since:
        settings.put(tx.connection, _HELD_SINCE, since | {move: first})
        tx.topic("departures")
    return from_iso(now) < from_iso(first) + STAYS


def is_any(connection: Connection) -> bool:
    """Whether anybody stays for a draft, or did when it was looked at last."""
    return bool(settings.get(connection, _HELD_SINCE, dict[str, str], {}))


def forget_gone(connection: Connection) -> None:
    """Of moves by which nobody is leaving any more: they are gone, or here again."""
    since = settings.get(connection, _HELD_SINCE, dict[str, str], {})
    leaving = {change for (change,) in connection.execute("SELECT DISTINCT change FROM departure WHERE is_gone=0")}
    settings.put(connection, _HELD_SINCE, {move: first for move, first in since.items() if move in leaving})


def unsaved(connection: Connection, officer: str) -> list[Unsaved]:
    """The officer's drafts that children stay for, the one typed first before the others."""
    since = settings.get(connection, _HELD_SINCE, dict[str, str], {})
    rows = connection.execute(
        "SELECT DISTINCT d.form, d.record, d.saved_at, p.full_name, x.moved_to, x.change"  # noqa: S608 - constants only
        " FROM departure x JOIN person p ON p.id=x.record"
        f" JOIN draft d ON (x.record IN (d.record, {drafts.PERSON_OF}, {_PERSON_OF_REPORT}) OR {_LEFT_WITH})"
        f" AND {drafts.FOLLOWS}"
        " WHERE x.is_gone=0 AND x.kind='person' AND d.officer=? ORDER BY d.saved_at, d.form, d.record",
        (officer,),
    ).fetchall()
    found = {
        (form, record): Unsaved(form, record, saved_at[:_INSTANT], name, to, to_iso(from_iso(since[move]) + STAYS))
        for form, record, saved_at, name, to, move in rows
        if move in since
    }
    return list(found.values())
