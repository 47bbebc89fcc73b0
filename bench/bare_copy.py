"""A process that is the floor of a push: `python -m bench.bare_copy DATA KEY_FILE`, which says its address.

The province's own HTTP stack (uvicorn, Litestar, TLS with its certificate) around nothing but a binary COPY: a body is
inflated, its lines are read as far as the columns need, or are rows already, and these go into tables without keys, or
with the keys and indexes of the province's own, and are committed. Nothing is proven, looked up, merged, ordered or
signed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

import anyio.to_thread
import msgspec
import psycopg
from litestar import Litestar, Request, Response, post
from litestar.handlers import HTTPRouteHandler

from bench.same_rows import BARE, BEGINNING, END, KEYED, tables_in
from sync.framing import CONTENT_TYPE, deflate, inflate
from sync.protocol import MAX_INFLATED
from sync.seal import sha256
from sync.server.edge.serving import stand_at
from sync.server.engine.address import remembered
from sync.server.identity.province import open_province

LINES, RECORDS, ROWS, KEYED_ROWS = "/v1/bare-lines", "/v1/bare-records", "/v1/bare-rows", "/v1/keyed-rows"
ROWS_TO_COME, STREAM = "/v1/rows-to-come", "/v1/bare-stream"
TABLES = (
    "CREATE TABLE bare_line (id TEXT, desk TEXT, n BIGINT, digest BYTEA, raw BYTEA, signature BYTEA, scope TEXT,"
    " kind TEXT, record TEXT, status TEXT, received_at TEXT, skew_ms BIGINT)",
    "CREATE TABLE bare_record (kind TEXT, id TEXT, record BYTEA)",
)
"""The columns of `change`, and a record as its line says it."""
_TYPES = {
    "bare_line": ["text", "text", "int8", "bytea", "bytea", "bytea", "text", "text", "text", "text", "text", "int8"],
    "bare_record": ["text", "text", "bytea"],
}


class _Columns(msgspec.Struct):
    """Of a change, what has a column of its own."""

    id: str
    desk: str = msgspec.field(name="d")
    n: int
    stamp: int = msgspec.field(name="at")
    scope: str = msgspec.field(name="s")
    kind: str = msgspec.field(name="t")
    record: str = msgspec.field(name="r")


class _Record(msgspec.Struct):
    kind: str
    id: str


Row = tuple[Any, ...]
_columns = msgspec.json.Decoder(_Columns).decode
_record = msgspec.json.Decoder(_Record).decode


def _line_rows(body: bytes) -> Iterator[Row]:
    """Of the body of a push."""
    now = datetime.now(UTC)
    at, now_ms = now.strftime("%Y-%m-%dT%H:%M:%SZ"), int(now.timestamp() * 1000)
    for line in body.split(b"\n")[1:]:
        raw = line[1:]
        own = _columns(raw)
        late = own.stamp // 1000 - now_ms
        yield own.id, own.desk, own.n, sha256(raw), raw, b"", own.scope, own.kind, own.record, "ok", at, late


def _record_rows(body: bytes) -> Iterator[Row]:
    """Of a stream of records, one a line."""
    for line in body.split(b"\n"):
        own = _record(line)
        yield own.kind, own.id, line


def _route(path: str, work: Callable[[bytes], int]) -> HTTPRouteHandler:
    @post(path, status_code=200)
    async def handler(request: Request[Any, Any, Any]) -> Response[bytes]:
        body = bytearray()
        async for part in request.stream():
            body += part
        count = await anyio.to_thread.run_sync(lambda: work(inflate(bytes(body), MAX_INFLATED)))
        return Response(deflate(str(count).encode()), media_type=CONTENT_TYPE)

    return handler


class _Store:
    """A connection, and a COPY for each body."""

    def __init__(self, address: str) -> None:
        self._connection = psycopg.connect(address)
        self._to_come: dict[str, list[memoryview]] = {}

    def lines(self, body: bytes) -> int:
        return self._copy("bare_line", _line_rows(body))

    def records(self, body: bytes) -> int:
        return self._copy("bare_record", _record_rows(body))

    def rows(self, body: bytes, *, into: str = BARE) -> int:
        with self._connection.cursor() as cursor:
            for table, rows in tables_in(body):
                with cursor.copy(f"COPY {into}_{table} FROM STDIN (FORMAT BINARY)") as copy:
                    copy.write(rows)
            self._connection.commit()
            return cursor.rowcount

    def rows_to_come(self, body: bytes) -> int:
        """Keep rows that the next stream is to leave; with none, forget those of before."""
        if not body:
            self._to_come.clear()
        for table, rows in tables_in(body):
            self._to_come.setdefault(table, []).append(rows[len(BEGINNING) : -len(END)])
        return len(self._to_come)

    def stream(self, body: bytes) -> int:
        """Read each record of a stream, and copy the rows that were to come, as if they had been made of it."""
        for line in body.split(b"\n"):
            msgspec.json.decode(line)
        with self._connection.cursor() as cursor:
            for table, rows in self._to_come.items():
                with cursor.copy(f"COPY {BARE}_{table} FROM STDIN (FORMAT BINARY)") as copy:
                    copy.write(b"".join((BEGINNING, *rows, END)))
            self._connection.commit()
            return cursor.rowcount

    def _copy(self, table: str, rows: Iterator[Row]) -> int:
        with self._connection.cursor() as cursor:
            with cursor.copy(f"COPY {table} FROM STDIN (FORMAT BINARY)") as copy:
                copy.set_types(_TYPES[table])
                for row in rows:
                    copy.write_row(row)
            self._connection.commit()
            return cursor.rowcount


def main(data: Path, key_file: Path) -> None:
    where = remembered(data)
    assert where is not None, "a province on PostgreSQL"
    store = _Store(where.url)
    routes = [
        _route(LINES, store.lines),
        _route(RECORDS, store.records),
        _route(ROWS, store.rows),
        _route(KEYED_ROWS, partial(store.rows, into=KEYED)),
        _route(ROWS_TO_COME, store.rows_to_come),
        _route(STREAM, store.stream),
    ]
    app = Litestar(routes, openapi_config=None)
    province = open_province(data, key_file)
    stand_at(("127.0.0.1", 0), app, province, ready=lambda address: print(address, flush=True))


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
