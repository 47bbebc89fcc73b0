"""Many rows at once: binary COPY on PostgreSQL, one prepared statement many times on the embedded engine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, LargeBinary, Table, insert
from sqlalchemy.dialects import postgresql, sqlite

Rows = Sequence[Mapping[str, Any]]
FEW = 8
"""Up to here plain INSERTs are quicker than a COPY and the statement that takes its rows over."""


def append(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert `rows`, all with the same columns."""
    if not rows:
        return
    if _is_postgres(connection) and len(rows) > FEW:
        columns = _copied(connection, table, rows)
        connection.exec_driver_sql(_taken_over(table, columns))
    else:
        connection.execute(insert(table), list(rows))


def put(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert `rows`, all with the same columns; those whose primary key is there already take the place of the old."""
    if not rows:
        return
    if _is_postgres(connection) and len(rows) > FEW:
        columns = _copied(connection, table, rows)
        keys = _listed(table.primary_key.columns.keys())
        taken = ", ".join(f'"{name}" = excluded."{name}"' for name in rows[0] if name not in table.primary_key.columns)
        connection.exec_driver_sql(f"{_taken_over(table, columns)} ON CONFLICT ({keys}) DO UPDATE SET {taken}")
        return
    dialect = postgresql if _is_postgres(connection) else sqlite
    statement = dialect.insert(table)
    keys_there = list(table.primary_key.columns)
    new = {name: statement.excluded[name] for name in rows[0] if name not in table.primary_key.columns}
    connection.execute(statement.on_conflict_do_update(index_elements=keys_there, set_=new), list(rows))


def _copied(connection: Connection, table: Table, rows: Rows) -> str:
    """Copy the rows beside the table, for COPY itself passes by row-level security; the names of their columns."""
    names = list(rows[0])
    columns, staged = _listed(names), _staged(table)
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(f'CREATE TEMP TABLE IF NOT EXISTS {staged} (LIKE "{table.name}") ON COMMIT DELETE ROWS')
        cursor.execute(f"TRUNCATE {staged}")
        with cursor.copy(f"COPY {staged} ({columns}) FROM STDIN (FORMAT BINARY)") as copy:
            copy.set_types([_type_name(table, name) for name in names])
            for row in rows:
                copy.write_row([row[name] for name in names])
    return columns


def _taken_over(table: Table, columns: str) -> str:
    return f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {_staged(table)}'  # noqa: S608 - our own names


def _is_postgres(connection: Connection) -> bool:
    return connection.dialect.name == "postgresql"


def _staged(table: Table) -> str:
    return f'pg_temp."incoming_{table.name}"'


def _listed(names: Sequence[str]) -> str:
    return ", ".join(f'"{name}"' for name in names)


def _type_name(table: Table, column: str) -> str:
    kind = table.c[column].type
    return "int8" if isinstance(kind, BigInteger) else "bytea" if isinstance(kind, LargeBinary) else "text"
