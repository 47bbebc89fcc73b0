"""The rows of a long push by binary COPY, while what comes behind them is still being worked out.

COPY passes by row-level security and is refused where it holds. So it goes into a temporary table, which only its own
connection sees and which every commit empties; from there one statement, held to the transaction's reach, puts the
rows into the table that they are for. Decision 0011 has the measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from itertools import chain, repeat
from operator import itemgetter
from typing import Any, NamedTuple, Protocol

from sqlalchemy import BigInteger, Connection, LargeBinary, Table, Text

from sync.server.engine.appending import Rows, append, listed
from sync.server.engine.binary import of_bytes, of_numbers, of_texts

COPIED_FROM = 64
"""Rows. For fewer an array for each column is quicker: COPY takes three ways to the database and back by itself."""
_BEGINNING = b"PGCOPY\n\xff\r\n\x00" + bytes(8)
"""The form's signature, no flags, and a header extension of no length."""
_END = b"\xff\xff"
_FORMS: dict[type[Any], Callable[[Any], list[bytes]]] = {Text: of_texts, BigInteger: of_numbers, LargeBinary: of_bytes}


class Staging(Protocol):
    """Rows of one table on their way into it."""

    def add(self, rows: Rows) -> None:
        """Take along further rows, which have all the columns of the table."""

    def place(self) -> None:
        """Put what was added into the table, once, after the block that staged it."""


@contextmanager
def staged(connection: Connection, table: Table, count: int) -> Iterator[Staging]:
    """Stage up to about `count` rows of `table`; inside the block nothing may be asked of the connection."""
    if connection.dialect.name != "postgresql" or count < COPIED_FROM:
        yield _Kept(connection, table)
        return
    said, driver = _said(table), connection.connection.driver_connection
    with driver.cursor() as cursor:  # type: ignore[union-attr]
        cursor.execute(said.make_room)
        with cursor.copy(said.copy) as copy:
            copy.write(_BEGINNING)
            yield _Copied(connection, said, copy.write)
            copy.write(_END)


class _Said(NamedTuple):
    """How PostgreSQL is told."""

    columns: tuple[tuple[Callable[[Any], Any], Callable[[Any], list[bytes]]], ...]
    """Of each column, what takes it out of a row and what writes it."""
    make_room: str
    copy: str
    place: str


class _Copied:
    """Rows that PostgreSQL has already, beside their table."""

    def __init__(self, connection: Connection, said: _Said, write: Callable[[bytes], None]) -> None:
        self._connection, self._said, self._write = connection, said, write
        self._count = len(said.columns).to_bytes(2, "big")

    def add(self, rows: Rows) -> None:
        columns = (written(list(map(taken, rows))) for taken, written in self._said.columns)
        self._write(b"".join(chain.from_iterable(zip(repeat(self._count), *columns))))

    def place(self) -> None:
        driver: Any = self._connection.connection.driver_connection
        with driver.cursor() as cursor:
            cursor.execute(self._said.place)
        driver.pgconn.flush()  # PostgreSQL begins with it while what came of the changes is still being written down


class _Kept:
    """Rows that wait here."""

    def __init__(self, connection: Connection, table: Table) -> None:
        self._connection, self._table = connection, table
        self._rows: list[Any] = []

    def add(self, rows: Rows) -> None:
        self._rows += rows

    def place(self) -> None:
        append(self._connection, self._table, self._rows)


@cache
def _said(table: Table) -> _Said:
    names, beside = tuple(table.c.keys()), f'"{table.name}_beside"'
    columns = listed(names)
    make = f'CREATE TEMPORARY TABLE IF NOT EXISTS {beside} (LIKE "{table.name}") ON COMMIT DELETE ROWS'
    empty = f"DELETE FROM {beside}"  # noqa: S608 - our own name; of an earlier block of the same transaction
    return _Said(
        columns=tuple((itemgetter(name), _FORMS[type(table.c[name].type)]) for name in names),
        make_room=f"{make};{empty}",
        copy=f"COPY {beside} ({columns}) FROM STDIN (FORMAT BINARY)",
        place=f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {beside}',  # noqa: S608 - our own names
    )
