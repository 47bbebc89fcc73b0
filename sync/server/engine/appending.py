"""Many rows at once: one statement on PostgreSQL, fed by an array for each column; a row at a time on the embedded one.

COPY passes by row-level security and is refused where it holds. Decision 0011 has the measurements.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Connection, LargeBinary, Table, Text, bindparam, insert, update
from sqlalchemy.dialects.sqlite import insert as insert_or_update

from sync.server.engine.arrays import BytesArray, NumberArray, TextArray

Rows = Sequence[Mapping[str, Any]]
_AMENDED = "amended"
"""Of a connection inside `without_waiting`: statements that are to meet so many rows, of which no answer came yet."""


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
    info = connection.info
    amended = info[_AMENDED] = list[tuple[Any, int]]()
    try:
        with driver.pipeline():
            driver.execute("SET LOCAL plan_cache_mode = auto")
            yield
            driver.execute("SET LOCAL plan_cache_mode TO DEFAULT")
    finally:
        info.pop(_AMENDED, None)  # a connection that broke has forgotten it
    for cursor, rows in amended:
        _refuse_lost(cursor, rows)


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


def amend(connection: Connection, table: Table, rows: Rows) -> None:
    """Write the other columns of `rows`, all with the same ones, into those rows that have their `id`.

    PostgreSQL says how many were there, within the transaction's reach: raises unless all were, or `without_waiting`
    does at its end.
    """
    if not rows:
        return
    names = tuple(rows[0])
    if connection.dialect.name != "postgresql":
        statement = update(table).where(table.c.id == bindparam("its_id"))
        statement = statement.values({name: bindparam(name) for name in names if name != "id"})
        values = [{"its_id" if name == "id" else name: value for name, value in row.items()} for row in rows]
        connection.execute(statement, values)
        return
    cursor = _execute(connection, table, rows, _amendment(table, names))
    if _AMENDED in connection.info:
        connection.info[_AMENDED].append((cursor, len(rows)))
    else:
        _refuse_lost(cursor, len(rows))


def _refuse_lost(cursor: Any, rows: int) -> None:
    """A row that is out of reach, or was never there, is no row to an UPDATE; what it should hold must not be lost."""
    if cursor.rowcount != rows:
        raise LookupError(f"{rows} rows were to be amended, {cursor.rowcount} were there")


def _insert(connection: Connection, table: Table, rows: Rows, or_else: str) -> None:
    _execute(connection, table, rows, _statement(table, tuple(rows[0]), or_else)).close()


def _execute(connection: Connection, table: Table, rows: Rows, statement: str) -> Any:
    """With an array for each column; the cursor, which says in the end how many rows it met."""
    names = tuple(rows[0])
    columns = zip(*map(itemgetter(*names), rows), strict=True)
    arrays = [_ARRAYS[type(table.c[name].type)].of(values) for name, values in zip(names, columns, strict=True)]
    driver: Any = connection.connection.driver_connection
    return driver.cursor().execute(statement, arrays)


@cache
def _statement(table: Table, names: tuple[str, ...], or_else: str) -> str:
    columns, places = listed(names), ", ".join(["%b"] * len(names))
    return f'INSERT INTO "{table.name}" ({columns}) SELECT * FROM unnest({places}){or_else}'  # noqa: S608 - our own names


@cache
def _amendment(table: Table, names: tuple[str, ...]) -> str:
    taken = ", ".join(f'"{name}" = given."{name}"' for name in names if name != "id")
    given = f"unnest({', '.join(['%b'] * len(names))}) AS given ({listed(names)})"
    return f'UPDATE "{table.name}" AS held SET {taken} FROM {given} WHERE held.id = given.id'  # noqa: S608 - our own names


def listed(names: Sequence[str]) -> str:
    """Names of columns, quoted, for a statement."""
    return ", ".join(f'"{name}"' for name in names)


_ARRAYS: dict[type[Any], Any] = {Text: TextArray, BigInteger: NumberArray, LargeBinary: BytesArray}
