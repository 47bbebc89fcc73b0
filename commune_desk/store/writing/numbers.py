"""Numbers that count up without asking anyone: the next after the highest that this register holds."""

from __future__ import annotations

from commune_desk.store.engine.database import Connection


def next_number(connection: Connection, kind: str, field: str, prefix: str) -> str:
    """`prefix` and the next number, of four digits or more; numbers are compared as numbers."""
    row = connection.execute(
        f"SELECT MAX(CAST(substr({field}, ?) AS INTEGER)) FROM {kind} WHERE {field}>=? AND {field}<?",  # noqa: S608
        (len(prefix) + 1, prefix, prefix + "~"),
    ).fetchone()
    return f"{prefix}{(row[0] or 0) + 1:04}"
