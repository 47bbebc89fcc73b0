"""Numbers that count up without asking anyone, each given once: the next after the highest ever given here."""

from __future__ import annotations

from itertools import count

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection

_GIVEN = "numbers_given"
"""The setting that holds the last number given behind each prefix."""


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
