"""Numbers that count up without asking anyone, each given once: the next after the highest ever given here."""

from __future__ import annotations

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection

_GIVEN = "numbers_given"
"""The setting that holds the last number given behind each prefix."""


def next_number(connection: Connection, kind: str, field: str, prefix: str) -> str:
    """`prefix` and the next number, of four digits or more; numbers are compared as numbers.

    That of a record that has left or was erased is not given again. The caller holds the write transaction.
    """
    row = connection.execute(
        f"SELECT MAX(CAST(substr({field}, ?) AS INTEGER)) FROM {kind} WHERE {field}>=? AND {field}<?",  # noqa: S608
        (len(prefix) + 1, prefix, prefix + "~"),
    ).fetchone()
    given = settings.get(connection, _GIVEN, dict[str, int], {})
    number = max(row[0] or 0, given.get(prefix, 0)) + 1
    settings.put(connection, _GIVEN, given | {prefix: number})
    return f"{prefix}{number:04}"
