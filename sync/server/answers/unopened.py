"""Sealed values that the new home of a record cannot open yet, told to those who can: the desks of the former one.

Whoever moves a child seals again what they know of. The province may take more along: a record that was joined to the
child, a report of the same morning. It cannot read any of it; it can tell to whose key each value is sealed.

Where the child has moved on by then, the desks of the first commune are told where to, for nobody in between may hold
what does not open; and they are told that only where something is closed that they may be able to open.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain
from typing import NamedTuple

from msgspec.structs import replace
from sqlalchemy import Connection, select

from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Verb, read_line, sealed_for
from sync.protocol import Event, decode, encode
from sync.server.engine import tables
from sync.server.engine.database import Database, Reach
from sync.server.intake.joining import one_with
from sync.server.intake.records import Stored, read_records
from sync.server.intake.standing import lines_of

_LEAVES = '"l":'
"""In an event as it is kept: it says what leaves with its change."""
_SEALED = {
    name: [one for one, rule in kind.fields.items() if rule.data.is_sealed]
    for name, kind in KINDS.items()
    if any(rule.data.is_sealed for rule in kind.fields.values())
}


class Unopened:
    """For one desk's page: what it is told beside its own scopes' events, which are all that it may read otherwise."""

    def __init__(self, connection: Connection, database: Database, reach: Reach) -> None:
        self._connection = connection
        self._database = database
        self._reach = reach

    def told(self, event: str, line: bytes) -> bytes:
        """The event as it is kept, with what its move took along that does not open there."""
        if _LEAVES not in event:
            return event.encode()
        kept, move = decode(event.encode(), Event), read_line(line).change
        with self._database.unconfined(self._connection, self._reach):
            found = unopened(self._connection, kept.scope, move, kept.left)
            return encode(replace(kept, unopened=found.records, gone_on=found.gone_on))


class Closed(NamedTuple):
    """Records (kind, id) that do not open where they are, and where that is if it is not where the move took them."""

    records: list[tuple[str, str]]
    gone_on: str = ""


def unopened(connection: Connection, scope: str, move: Change, left: Iterable[tuple[str, str]]) -> Closed:
    """Of the records (kind, id) that `move` took from `scope`, those of which something that stands is still sealed to
    the key of `scope`: where it took them, or where the person has gone on to."""
    if move.verb != Verb.MOVE:
        return Closed([])
    named = list(left)
    place = _gone_on_to(connection, scope, move)
    found = _closed_in(connection, scope, place or move.to, named)
    if not place:
        return Closed(found)
    late = _closed_in(connection, scope, place, _written_since(connection, move.record, {*named}))
    return Closed(found, place if found or late else "")


def _gone_on_to(connection: Connection, scope: str, move: Change) -> str:
    """Where the person is who left the scope by this move and for good; empty where it took them there itself."""
    left = tables.departure
    asked = select(left.c.change).where(left.c.scope == scope, left.c.record == move.record)
    if connection.scalar(asked) != move.id:
        return ""
    (person,) = read_records(connection, move.kind, [move.record]) or (None,)
    return person.scope if person is not None and person.scope != move.to else ""


def _written_since(connection: Connection, person: str, left: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Records with something sealed about the person, wherever they are, other than those that left with them."""
    found: list[tuple[str, str]] = []
    for kind in _SEALED:
        if owner := KINDS[kind].belongs_to:
            table = tables.RECORDS[kind]
            asked = select(table.c.id).where(table.c[owner].in_(one_with(connection, [person])))
            found += [(kind, record) for record in connection.scalars(asked) if (kind, record) not in left]
    return found


def _closed_in(
    connection: Connection, scope: str, place: str, named: Sequence[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Those that are in the place and of which something that stands is sealed to the key of `scope`."""
    found: list[tuple[str, str]] = []
    for kind in _SEALED:
        records = read_records(connection, kind, [record for name, record in named if name == kind])
        there = [record for record in records if record.scope == place]
        sealing = _sealing(connection, kind, there)
        closed = _written_for(connection, scope, chain.from_iterable(sealing.values()))
        found += [(kind, record) for record, changes in sealing.items() if not closed.isdisjoint(changes)]
    return sorted(found)


def _written_for(connection: Connection, scope: str, changes: Iterable[str]) -> set[str]:
    """Those of the changes that sealed something to the key of `scope`."""
    return {line.change.id for line in lines_of(connection, set(changes)) if sealed_for(line.change) == scope}


def _sealing(connection: Connection, kind: str, records: Sequence[Stored]) -> dict[str, list[str]]:
    """By record the changes that sealed what stands in it, or what waits for a person to decide."""
    fields, conflict = _SEALED[kind], tables.conflict
    found = {one.id: [one.writers[name] for name in fields if name in one.writers] for one in records}
    open_ones = conflict.c.record.in_(list(found)), conflict.c.field.in_(fields), conflict.c.closed_by.is_(None)
    for record, theirs in connection.execute(select(conflict.c.record, conflict.c.theirs).where(*open_ones)):
        found[record].append(theirs)
    return found
