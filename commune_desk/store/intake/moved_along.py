"""Records held here that moved along with another record of the same child, which alone the move names.

The province says so in the move's event. Ids alone are kept, as the move itself is.
"""

from __future__ import annotations

from collections.abc import Iterable

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection

_MOVED_ALONG = "moved_along"
"""The setting that holds, by record, the moves of others that took it along."""


def note(connection: Connection, move: str, along: Iterable[str]) -> None:
    """Remember whom the move took along."""
    known = _known(connection)
    fresh = {one: [*known.get(one, ()), move] for one in along if move not in known.get(one, ())}
    if fresh:
        settings.put(connection, _MOVED_ALONG, known | fresh)


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
