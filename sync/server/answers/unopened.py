"""Sealed values that the new home of a record cannot open yet, told to those who can: the desks of the former one.

Whoever moves a child seals again what they know of. The province may take more along: a record that was joined to the
child, a report of the same morning. It cannot read any of it; it can tell to whose key each value is sealed.
"""

from __future__ import annotations

from collections.abc import Iterable

from msgspec.structs import replace
from sqlalchemy import Connection

from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Verb, read_line, sealed_for
from sync.protocol import Event, decode, encode
from sync.server.engine.database import Database, Reach
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
            return encode(replace(kept, unopened=unopened(self._connection, kept.scope, move, kept.left)))


def unopened(
    connection: Connection, scope: str, move: Change, left: Iterable[tuple[str, str]]
) -> list[tuple[str, str]]:
    """Of the records (kind, id) that `move` took from `scope` and that are where it took them, those of which something
    that stands is still sealed to the key of `scope`."""
    if move.verb != Verb.MOVE.value:
        return []
    named = list(left)
    found: list[tuple[str, str]] = []
    for kind in _SEALED:
        records = read_records(connection, kind, [record for name, record in named if name == kind])
        there = [record for record in records if record.scope == move.to]
        closed = _written_for(connection, scope, there)
        found += [(kind, record.id) for record in there if not closed.isdisjoint(_sealing(record))]
    return sorted(found)


def _written_for(connection: Connection, scope: str, records: Iterable[Stored]) -> set[str]:
    """Of the changes that sealed what stands in the records, those to the key of `scope`."""
    wanted = {writer for record in records for writer in _sealing(record)}
    return {line.change.id for line in lines_of(connection, wanted) if sealed_for(line.change) == scope}


def _sealing(record: Stored) -> list[str]:
    return [record.writers[name] for name in _SEALED[record.kind] if name in record.writers]
