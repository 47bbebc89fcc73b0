"""Many rows at once: one statement on PostgreSQL, fed by arrays or by binary COPY; a row at a time on the embedded one.

COPY itself passes by row-level security and is refused where it holds, so it goes into a table of the connection's own,
from which one INSERT takes the rows over. Decision 0011 has the measurements.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, LargeBinary, Table, insert
from sqlalchemy.dialects.sqlite import insert as insert_or_update

Rows = Sequence[Mapping[str, Any]]
FEW = 64
"""Up to here arrays in the statement are quicker than a COPY beside the table."""


def append(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert `rows`, all with the same columns."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _insert(connection, table, rows, "")
    else:
        connection.execute(insert(table), list(rows))


def put(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert `rows`, all with the same columns; those whose primary key is there already take the place of the old."""
    if not rows:
        return
    keys = table.primary_key.columns
    others = [name for name in rows[0] if name not in keys]
    if connection.dialect.name == "postgresql":
        taken = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
        _insert(connection, table, rows, f" ON CONFLICT ({_listed(keys.keys())}) DO UPDATE SET {taken}")
        return
    statement = insert_or_update(table)
    new = {name: statement.excluded[name] for name in others}
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=new), list(rows))


def _insert(connection: Connection, table: Table, rows: Rows, or_else: str) -> None:
    names = list(rows[0])
    values: list[list[Any]] | None = None
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        if len(rows) > FEW:
            source = _copied(cursor, table, rows)
        else:
            arrays = ", ".join(f"%b::{_type_name(table, name)}[]" for name in names)
            source = f"SELECT * FROM unnest({arrays})"  # noqa: S608 - our own names
            values = [[row[name] for row in rows] for name in names]
        cursor.execute(f'INSERT INTO "{table.name}" ({_listed(names)}) {source}{or_else}', values)


def _copied(cursor: Any, table: Table, rows: Rows) -> str:
    """Copy the rows beside the table; what selects them from there."""
    names = list(rows[0])
    columns, staged = _listed(names), f'pg_temp."incoming_{table.name}"'
    cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE "{table.name}") ON COMMIT DELETE ROWS')
    cursor.execute(f"TRUNCATE {staged}")
    with cursor.copy(f"COPY {staged} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
        copy.set_types([_type_name(table, name) for name in names])
        for row in rows:
            copy.write_row([row[name] for name in names])
    return f"SELECT {columns} FROM {staged}"  # noqa: S608 - our own names


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _type_name(table: Table, column: str) -> str:
    kind = table.c[column].type
    return "int8" if isinstance(kind, BigInteger) else "bytea" if isinstance(kind, LargeBinary) else "text"
