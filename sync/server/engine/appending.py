"""Many rows at once: one statement on PostgreSQL, fed by an array for each column; a row at a time on the embedded one.

COPY passes by row-level security and is refused where it holds. Decision 0011 has the measurements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Connection, LargeBinary, Table, Text, insert
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from sync.server.engine.arrays import BytesArray, NumberArray, TextArray

Rows = Sequence[Mapping[str, Any]]


@contextmanager
def without_waiting(connection: Connection) -> Iterator[None]:
    """Pipeline mode on PostgreSQL: statements inside are sent without a round trip each; an error is raised at the end.

    Only writes may stand inside: a SELECT would wait for its result. Their plans are cached for the connection
    (`plan_cache_mode = auto`): for inserts and updates by key the best plan does not depend on the number of rows, as
    it does for searches. On the embedded engine this changes nothing.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    driver: Any = connection.connection.driver_connection
    with driver.pipeline():
        driver.execute("SET LOCAL plan_cache_mode = auto")
        yield
        driver.execute("SET LOCAL plan_cache_mode TO DEFAULT")


def append(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert `rows`, all with the same columns."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _insert(connection, table, rows, "")
    else:
        connection.execute(insert(table), list(rows))


def append_missing(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert those of `rows`, all with the same columns, that are not there already."""
    if not rows:
        return
    if connection.dialect.name == "postgresql":
        _insert(connection, table, rows, " ON CONFLICT DO NOTHING")
    else:
        connection.execute(insert_or_update(table).on_conflict_do_nothing(), list(rows))


def put(connection: Connection, table: Table, rows: Rows) -> None:
    """Insert `rows`, all with the same columns; those whose primary key is there already take the place of the old."""
    if not rows:
        return
    keys = table.primary_key.columns
    others = [name for name in rows[0] if name not in keys]
    if connection.dialect.name == "postgresql":
        taken = ", ".join(f'"{name}" = excluded."{name}"' for name in others)
        _insert(connection, table, rows, f" ON CONFLICT ({listed(keys.keys())}) DO UPDATE SET {taken}")
        return
    statement = insert_or_update(table)
    new = {name: statement.excluded[name] for name in others}
    connection.execute(statement.on_conflict_do_update(index_elements=list(keys), set_=new), list(rows))


def _insert(connection: Connection, table: Table, rows: Rows, or_else: str) -> None:
    names = tuple(rows[0])
    columns = zip(*map(itemgetter(*names), rows), strict=True)
    arrays = [_ARRAYS[type(table.c[name].type)].of(values) for name, values in zip(names, columns, strict=True)]
    driver: Any = connection.connection.driver_connection
    with driver.cursor() as cursor:
        cursor.execute(_statement(table, names, or_else), arrays)


@cache
def _statement(table: Table, names: tuple[str, ...], or_else: str) -> str:
    columns, places = listed(names), ", ".join(["%b"] * len(names))
    return f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({places}){or_else}'  # noqa: S608 - our own names


def listed(names: Sequence[str]) -> str:
    """Names of columns, quoted, for a statement."""
    return ", ".join(f'"{name}"' for name in names)


_ARRAYS: dict[type[Any], Any] = {Text: TextArray, BigInteger: NumberArray, LargeBinary: BytesArray}
