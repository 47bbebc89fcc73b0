"""The rows that a push left in PostgreSQL, table by table, in the form in which COPY takes them."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
from sqlalchemy.engine import make_url

from sync.server.engine.address import PostgresAddress
from sync.server.engine.roles import APP
from sync.server.engine.tables import RECORDS

_OURS = "SELECT {columns} FROM change WHERE desk = %(desk)s AND n BETWEEN %(first)s AND %(last)s"
_OF = {
    "change": _OURS.format(columns="*"),
    "change_key": f"SELECT * FROM change_key WHERE id IN ({_OURS.format(columns='id')})",
    "feed": f"SELECT * FROM feed WHERE change IN ({_OURS.format(columns='id')})",
    "signed_head": "SELECT * FROM signed_head WHERE desk = %(desk)s AND last_n BETWEEN %(first)s AND %(last)s",
    "record_key": f"SELECT * FROM record_key WHERE record IN ({_OURS.format(columns='record')})",
    **{
        table.name: f"SELECT * FROM {table.name} WHERE id IN ({_OURS.format(columns='record')})"
        for table in RECORDS.values()
    },
}
"""By table, which of its rows are a push's; of a record that several pushes wrote each has the row as it stands."""
BARE, KEYED = "bare", "keyed"
BEGINNING, END = b"PGCOPY\n\xff\r\n\x00" + bytes(8), b"\xff\xff"
"""What stands around the rows in COPY's binary form."""
_LIKE = {BARE: "", KEYED: " INCLUDING INDEXES"}
COPIED_INTO = tuple(
    statement
    for form, like in _LIKE.items()
    for name in _OF
    for statement in (f"CREATE TABLE {form}_{name} (LIKE {name}{like})", f"GRANT INSERT ON {form}_{name} TO {APP}")
)
"""The same columns in one piece, open to whoever serves: bare, and with the keys and indexes of the province's own."""


class RowsLeft:
    """Reads the tables as the server's own administrator."""

    def __init__(self, where: PostgresAddress) -> None:
        url = make_url(where.url).set(username="postgres")
        self._connection = psycopg.connect(url.render_as_string(hide_password=False), autocommit=True)

    def close(self) -> None:
        self._connection.close()

    def of(self, desk: str, first: int, last: int) -> bytes:
        """The rows of the push of a desk's changes `first` to `last`, in the form of `tables_in`."""
        given = {"desk": desk, "first": first, "last": last}
        parts = list[bytes]()
        with self._connection.cursor() as cursor:
            for name, rows in _OF.items():
                with cursor.copy(f"COPY ({rows}) TO STDOUT (FORMAT BINARY)", given) as copy:
                    content = b"".join(bytes(part) for part in copy)
                if cursor.rowcount > 0:
                    parts += [f"{name} {len(content)}\n".encode(), content]
        return b"".join(parts)


def tables_in(body: bytes) -> Iterator[tuple[str, memoryview]]:
    """Each table's name, and its rows in COPY's binary form."""
    place = 0
    while place < len(body):
        end = body.index(b"\n", place)
        name, size = body[place:end].decode().split()
        place = end + 1 + int(size)
        yield name, memoryview(body)[end + 1 : place]
