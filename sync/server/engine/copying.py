"""The rows of a long push by binary COPY, while what comes behind them is still being worked out.

COPY passes by row-level security and is refused where it holds. So it goes into a temporary table, which only its own
connection sees and which every commit empties; from there one statement, held to the transaction's reach, puts the
rows into the table that they are for. Decision 0011 has the measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
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
    with ExitStack() as under_way:
        copied = _Copied(connection.connection.driver_connection, _said(table), count, under_way)
        yield copied
        copied.end()


class _Said(NamedTuple):
    """How PostgreSQL is told."""

    columns: tuple[tuple[Callable[[Any], Any], Callable[[Any], list[bytes]]], ...]
    """Of each column, what takes it out of a row and what writes it."""
    make_room: str
    copy: str
    place: str
    empty: str


class _Copied:
    """Rows that PostgreSQL has already: the first half of them in their table, while the second is being worked out.

    COPY does not stand in a pipeline, nor beside anything else. So the second half waits here until the first is in.
    """

    def __init__(self, driver: Any, said: _Said, expected: int, under_way: ExitStack) -> None:
        """`under_way`: holds the COPY that is open, or the pipeline."""
        self._driver, self._said, self._expected, self._under_way = driver, said, expected, under_way
        self._columns = len(said.columns).to_bytes(2, "big")
        self._added = 0
        self._second: list[bytes] | None = None
        driver.execute(said.make_room)
        self._write = self._begin_to_copy()

    def add(self, rows: Rows) -> None:
        columns = (_column(list(map(taken, rows)), written) for taken, written in self._said.columns)
        content = b"".join(chain.from_iterable(zip(repeat(self._columns), *columns)))
        self._added += len(rows)
        if self._second is not None:
            self._second.append(content)
            return
        self._write(content)
        if self._expected // 2 <= self._added <= self._expected - COPIED_FROM:
            self._place_first()

    def _begin_to_copy(self) -> Callable[[bytes], None]:
        copy = self._under_way.enter_context(self._driver.cursor().copy(self._said.copy))
        copy.write(_BEGINNING)
        return copy.write  # type: ignore[no-any-return]

    def _end_copy(self) -> None:
        self._write(_END)
        self._under_way.close()

    def _place_first(self) -> None:
        self._end_copy()
        self._under_way.enter_context(self._driver.pipeline())
        self.place()
        self._second = []

    def end(self) -> None:
        """All of them are with PostgreSQL."""
        if self._second is not None:
            self._under_way.close()  # raises what is wrong with the first half
            self._driver.execute(self._said.empty)
            self._write = self._begin_to_copy()
            self._write(b"".join(self._second))
        self._end_copy()

    def place(self) -> None:
        self._driver.execute(self._said.place)
        self._driver.pgconn.flush()  # PostgreSQL begins with it while there is still work here


def _column(values: list[Any], written: Callable[[Any], list[bytes]]) -> list[bytes]:
    """One whose values are all the same, as whole columns often are, is written once."""
    if values and values.count(values[0]) == len(values):
        return written(values[:1]) * len(values)
    return written(values)


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
        empty=empty,
        copy=f"COPY {beside} ({columns}) FROM STDIN (FORMAT BINARY)",
        place=f'INSERT INTO "{table.name}" ({columns}) SELECT {columns} FROM {beside}',  # noqa: S608 - our own names
    )
