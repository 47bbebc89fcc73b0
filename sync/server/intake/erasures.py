"""What was erased by law: asked of every change that comes, for a late one brings nothing back."""

from __future__ import annotations

from collections.abc import Collection, Container, Iterable, Sequence

from sqlalchemy import Connection, delete, select, update

from commune_desk.domain.limits.erasure import ABOUT, notices_of
from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Verb
from sync.server.engine import tables
from sync.server.engine.appending import append_missing
from sync.server.engine.asking import among
from sync.server.intake.records import kinds_of

ERASED = "erased"
"""The code of what is taken in for its digest alone: it speaks of an erased record."""
_SET, _NOTICE, _STAY = Verb.SET, "placement_notice", "placement"


def speaking_of_erased(connection: Connection, changes: Collection[Change]) -> set[str]:
    """Ids of those changes that speak of something erased: of its record, or of whom their own belongs to.

    Of a record that is new and about somebody erased every part does, also one that names nobody.
    """
    named = {record for change in changes for record in named_in(change)}
    gone = erased_among(connection, named)
    if any(change.kind == _NOTICE for change in changes):
        gone |= set(connection.scalars(select(tables.erasure.c.record).where(tables.erasure.c.kind == _STAY)))
    if not gone:
        return set()
    known = kinds_of(connection, {change.record for change in changes})
    gone |= made_about(changes, gone, known).keys()
    return {change.id for change in changes if _speaks_of(change, gone)}


def made_about(changes: Iterable[Change], gone: Collection[str], known: Container[str]) -> dict[str, str]:
    """The records, each with its kind, that these changes make about any of `gone`; `known` are those there are."""
    made: dict[str, str] = {}
    fresh = [change for change in changes if change.record not in known and change.verb == _SET]
    while True:
        so_far = {*gone, *made}
        found = {one.record: one.kind for one in fresh if one.record not in so_far and _speaks_of(one, so_far)}
        if not found:
            return made
        made |= found


def keep_erased(connection: Connection, changes: Sequence[Change]) -> None:
    """What these changes, which speak of something erased, would have made is erased too: what comes of it later is
    refused as well, in whatever push."""
    named = {one for change in changes for one in named_in(change)}
    table = tables.erasure
    acts = {row.record: row for row in connection.execute(select(table).where(among(table.c.record, named)))}
    known = kinds_of(connection, {change.record for change in changes})
    rows = []
    for record, row in acts.items():
        about = made_about(changes, [record], {*known, *acts})
        rows += [{"record": one, "kind": kind, "act": row.act, "at": row.at} for one, kind in about.items()]
    append_missing(connection, table, rows)
    _empty_what_waits(connection, {str(row["record"]) for row in rows})


def _empty_what_waits(connection: Connection, records: Collection[str]) -> None:
    """What came before its record, and was set aside until it would be there, waits for nothing any more."""
    waits = tables.awaited
    for desk, n in connection.execute(select(waits.c.desk, waits.c.n).where(among(waits.c.record, records))).all():
        empty_set_aside(connection, desk, n)


def empty_set_aside(connection: Connection, desk: str, n: int) -> None:
    """Take the words of a change that was set aside and speaks of something erased; its number and digest stay."""
    waits, aside = tables.awaited, tables.quarantine
    here = (aside.c.desk == desk) & (aside.c.n == n)
    connection.execute(update(aside).where(here).values(raw=b"", signature=b""))
    connection.execute(delete(waits).where(waits.c.desk == desk, waits.c.n == n))


def erased_among(connection: Connection, records: Iterable[str]) -> set[str]:
    """Of these records those that were erased."""
    table = tables.erasure
    return set(connection.scalars(select(table.c.record).where(among(table.c.record, set(records)))))


def _speaks_of(change: Change, gone: Collection[str]) -> bool:
    if change.kind == _NOTICE:
        commune = change.scope.partition(":")[2]
        return change.record in gone or change.record in notices_of(gone, [commune])
    return any(record in gone for record in named_in(change))


def named_in(change: Change) -> list[str]:
    """The records that a change speaks of: its own, and whom that is about.

    Of a kind that only a newer program knows, whatever it names: which of its fields say whom it is about, nobody can
    tell here.
    """
    fields = ABOUT.get(change.kind, ()) if change.kind in KINDS else change.set
    values = [change.set.get(field) for field in fields]
    return [change.record, *(value for value in values if isinstance(value, str))]
