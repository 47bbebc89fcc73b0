"""Records held here that moved along with another record of the same child, which alone the move names.

The province tells such a move by what brought the record here. Ids alone are kept, as the move itself is.
"""

from __future__ import annotations

import msgspec

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.joined import end_of
from sync.change import Change, Verb

_MOVED_ALONG = "moved_along"
"""The setting that holds, by record, the moves of others that took it along."""


def note(connection: Connection, move: Change, brought_by: str) -> None:
    """Remember whom the move took along of those who are held here; `brought_by` is the share that it is told by."""
    guests = connection.execute("SELECT record FROM arrival").fetchall()
    along = {record for (record,) in guests if end_of(connection, record) == move.record}
    along |= _shared_by(connection, brought_by)
    known = _known(connection)
    fresh = [one for one in sorted(along - {move.record}) if move.id not in known.get(one, ())]
    if fresh:
        settings.put(connection, _MOVED_ALONG, known | {one: [*known.get(one, ()), move.id] for one in fresh})


def moves_of(connection: Connection, record: str) -> list[str]:
    """The moves of other records that took this one along."""
    return _known(connection).get(record, [])


def every_move(connection: Connection) -> list[str]:
    """The moves that took along somebody who is held here: where they stand in the feed says where that one is."""
    return sorted({move for moves in _known(connection).values() for move in moves})


def forget(connection: Connection, record: str) -> None:
    """The record is here no more."""
    known = _known(connection)
    if record in known:
        settings.put(connection, _MOVED_ALONG, {one: moves for one, moves in known.items() if one != record})


def _known(connection: Connection) -> dict[str, list[str]]:
    return settings.get(connection, _MOVED_ALONG, dict[str, list[str]], {})


def _shared_by(connection: Connection, change: str) -> set[str]:
    row = connection.execute("SELECT raw FROM change WHERE id=? AND length(raw)>0", (change,)).fetchone()
    brought = msgspec.json.decode(row[0], type=Change) if row else None
    return {brought.record} if brought is not None and brought.verb == Verb.SHARE else set()
