"""Numbers that count up without asking anyone, each given once: the next after the highest ever given here."""

from __future__ import annotations

from itertools import count

from commune_desk.domain.model.ids import DeskId, desk_mark, uuid7
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection

_GIVEN = "numbers_given"
"""The setting that holds the last number given behind each prefix."""
_MARK_LENGTH = 6
"""Of a mark that stands for no desk: no desk's own has it."""


def mark_of(connection: Connection) -> str:
    """What stands for this desk in the numbers it gives out. The caller holds the write transaction.

    A register that came out of a backup has no desk yet, and one that exists twice shares it: until it is enrolled
    anew it marks its numbers by letters of its own, or two of them would give one number to two children.
    """
    own = settings.identity(connection)
    if own.is_training or (own.desk and own.frozen != "fork"):
        return desk_mark(DeskId(own.desk))
    mark = settings.get(connection, settings.NUMBER_MARK, str, "") or uuid7()[-_MARK_LENGTH:].upper()
    settings.put(connection, settings.NUMBER_MARK, mark)
    return mark


def next_number(connection: Connection, kind: str, field: str, prefix: str) -> str:
    """`prefix` and the next number, of four digits or more; numbers are compared as numbers.

    That of a record that has left or was erased is not given again, nor one that somebody typed. The caller holds the
    write transaction.
    """
    given = settings.get(connection, _GIVEN, dict[str, int], {})
    last = given[prefix] if prefix in given else _highest(connection, kind, field, prefix)
    number = next(one for one in count(last + 1) if not _is_taken(connection, kind, field, _spelled(prefix, one)))
    settings.put(connection, _GIVEN, given | {prefix: number})
    return _spelled(prefix, number)


def _spelled(prefix: str, number: int) -> str:
    return f"{prefix}{number:04}"


def _highest(connection: Connection, kind: str, field: str, prefix: str) -> int:
    """Of all that the register holds: asked once for a prefix, not for each child of a long list."""
    row = connection.execute(
        f"SELECT MAX(CAST(substr({field}, ?) AS INTEGER)) FROM {kind} WHERE {field}>=? AND {field}<?",  # noqa: S608
        (len(prefix) + 1, prefix, prefix + "~"),
    ).fetchone()
    return int(row[0] or 0)


def _is_taken(connection: Connection, kind: str, field: str, number: str) -> bool:
    taken = f"SELECT 1 FROM {kind} WHERE {field}=? LIMIT 1"  # noqa: S608 - declared names only
    return connection.execute(taken, (number,)).fetchone() is not None
