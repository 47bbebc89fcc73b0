"""Standing lines: the changes that together are a record's full state, each still under its author's signature.

They are the changes that wrote a value which stands, those that an open conflict speaks of, and the shares by which
other places hold it, in the order in which they were made. A field that a change wrote and that no longer stands has
the outcome `past`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import msgspec
from sqlalchemy import Connection, select

from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.record import Merge
from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Line, Wire
from sync.merge import Outcome
from sync.protocol import OpenedConflict
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.intake.records import Stored

_change = msgspec.json.Decoder(Change)


@dataclass(slots=True)
class StandingLine:
    """A change as it is handed to somebody who meets its record for the first time."""

    line: Line
    outcomes: dict[str, str] = field(default_factory=dict)
    values: dict[str, Wire] = field(default_factory=dict)
    opened: list[OpenedConflict] = field(default_factory=list)
    left: list[tuple[str, str]] = field(default_factory=list)
    """For a move or an unshare: the records that are still away by it."""
    unopened: list[tuple[str, str]] = field(default_factory=list)
    """Those of them whose sealed values their new home cannot open."""
    gone_on: str = ""
    """Where they are by now, if they moved on."""


def standing_lines(connection: Connection, records: Sequence[Stored]) -> list[StandingLine]:
    """The full state of `records`, oldest change first."""
    by_id = {record.id: record for record in records}
    opened = _open_conflicts(connection, by_id)
    wanted = {writer for record in records for writer in record.writers.values()}
    for conflicts in opened.values():
        wanted |= {one for conflict in conflicts for one in (conflict.theirs, conflict.ours, conflict.base) if one}
    wanted |= _shares(connection, by_id)
    found = [
        _standing(line, by_id[line.change.record], opened.get(line.change.id, ()))
        for line in lines_of(connection, wanted)
        if line.change.record in by_id  # a move that shared a relative speaks of the child
    ]
    return sorted(found, key=lambda one: one.line.change.id)


def lines_of(connection: Connection, ids: Iterable[str]) -> Iterator[Line]:
    """The changes with these ids, read anew from the bytes that were signed; none whose words were erased.

    An edit may name any of those as what its author had seen, also where it is about somebody else.
    """
    change, key = tables.change, tables.change_key
    kept = select(change.c.raw, change.c.signature).join(
        key, (key.c.scope == change.c.scope) & (key.c.id == change.c.id)
    )
    for some in batched(sorted(ids)):
        for row in connection.execute(kept.where(among(key.c.id, some))):
            if row.raw:
                yield kept_line(row.raw, row.signature)


def taken_in(connection: Connection, ids: Iterable[str]) -> set[str]:
    """Those of these changes that were taken in, whatever became of them."""
    key = tables.change_key
    found: set[str] = set()
    for some in batched(sorted(ids)):
        found |= set(connection.scalars(select(key.c.id).where(among(key.c.id, some))))
    return found


def kept_line(raw: bytes, signature: bytes) -> Line:
    """A line that was read and found to hold when it came."""
    return Line(_change.decode(raw), raw, signature)


def _standing(line: Line, record: Stored, opened: Iterable[OpenedConflict]) -> StandingLine:
    made = StandingLine(line, opened=list(opened))
    rules = KINDS[record.kind].fields
    for name in line.change.fields:
        if record.writers.get(name) != line.change.id:
            made.outcomes[name] = Outcome.PAST.value
        elif name in rules and rules[name].merge is Merge.SET and name in line.change.set:
            made.values[name] = record.value(name)
    return made


def _shares(connection: Connection, records: Iterable[str]) -> set[str]:
    """The changes by which places other than their home hold these records."""
    table = tables.guest
    found: set[str] = set()
    for some in batched(sorted(records)):
        found |= set(connection.scalars(select(table.c.since).where(table.c.record.in_(some))))
    return found


def _open_conflicts(connection: Connection, records: Iterable[str]) -> dict[str, list[OpenedConflict]]:
    """By the change that waits in them."""
    table = tables.conflict
    found: dict[str, list[OpenedConflict]] = {}
    for some in batched(sorted(records)):
        for row in connection.execute(select(table).where(among(table.c.record, some), table.c.closed_by.is_(None))):
            one = OpenedConflict(id=row.id, field=row.field, base=row.base, ours=row.ours, theirs=row.theirs)
            found.setdefault(row.theirs, []).append(one)
    return found
