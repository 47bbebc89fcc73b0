"""What PostgreSQL takes in of pushes: beside a bare binary COPY of the same rows behind the same HTTP stack.

The same rows are those that the push left in its tables, copied into tables without keys; one more floor copies them
into tables with the keys and indexes of the province's own, and one copies one row for each line of the body.

A real server process, TLS on loopback, and PostgreSQL as it comes: a commit waits for the disk on both sides. Pushes
and bare posts take turns, so that other work on the machine meets both.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from requests import PreparedRequest, Response

from bench.bare_copy import KEYED_ROWS, LINES, RECORDS, ROWS, ROWS_TO_COME, STREAM, TABLES
from bench.measure import CannotMeasure, Samples
from bench.same_rows import COPIED_INTO, RowsLeft
from bench.syncing import SEND_SECONDS, enrolled_desk, make_changes, places, province
from bench.wire import edit_people, fill_commune, plain_records
from bench.workbench import Workbench, end, read_line
from commune_desk.store.desk.register import Register
from commune_desk.store.exchange.replica import RegisterReplica
from sync import protocol, seal
from sync.client.channel import Channel
from sync.client.exchange import ROOM_FOR_HEADER, push_body
from sync.client.session import Session
from sync.client.tls import PinnedAdapter, PinnedContext
from sync.client.transport import Transport
from sync.server.engine.address import PostgresAddress
from sync.server.engine.roles import APP
from tests.helpers.postgres_cluster import PostgresCluster, database_of, programs

_ROUNDS = 5


@dataclass(frozen=True, slots=True)
class _Taken:
    """Changes a second of each push and of each bare post, and seconds of the bulk and of its bare posts."""

    pushes: Samples
    beside_keys: Samples
    """The same pushes; their bare posts go into tables with keys and indexes."""
    beside_lines: Samples
    """The same pushes; their bare posts hold the lines alone."""
    bulk: Samples
    bulk_beside_rows: Samples
    """The same bulk; its bare posts hold the rows that it left."""
    bulk_beside_stream: Samples
    """The same bulk; its bare post is the stream of its records, for which the rows that it left are copied."""
    edits: Samples
    """2,000 edits of one field, in the same way."""


def push_postgres(bench: Workbench) -> Samples:
    return bench.shared("postgres", _take).pushes


def push_postgres_keys(bench: Workbench) -> Samples:
    return bench.shared("postgres", _take).beside_keys


def push_postgres_lines(bench: Workbench) -> Samples:
    return bench.shared("postgres", _take).beside_lines


def bulk_time(bench: Workbench) -> Samples:
    return bench.shared("postgres", _take).bulk


def bulk_time_rows(bench: Workbench) -> Samples:
    return bench.shared("postgres", _take).bulk_beside_rows


def bulk_time_stream(bench: Workbench) -> Samples:
    return bench.shared("postgres", _take).bulk_beside_stream


def edit_time(bench: Workbench) -> Samples:
    return bench.shared("postgres", _take).edits


def _take(bench: Workbench) -> _Taken:
    folder = bench.folder / "postgres"
    folder.mkdir()
    with (
        lasting_cluster() as cluster,
        _database(cluster) as (database, rows_left),
        province(bench, folder, on=database) as address,
        _bare_server(bench, folder) as bare,
    ):
        with closing(enrolled_desk(bench, folder, "first", address).register) as register:
            make_changes(register)
            pushes, beside_keys, beside_lines = _pushes(register, address, bare, rows_left)
        with closing(enrolled_desk(bench, folder, "second", address).register) as register:
            people = fill_commune(register)
            bulk = _bulk(register, bare, rows_left)
            edits = _edits(register, edit_people(register, people), bare, rows_left)
    return _Taken(pushes, beside_keys, beside_lines, *bulk, edits)


@contextmanager
def lasting_cluster() -> Iterator[PostgresCluster]:
    """A PostgreSQL whose commits wait for the disk. Raises CannotMeasure where none is installed."""
    installed = programs()
    if installed is None:
        raise CannotMeasure("there is no PostgreSQL on this machine")
    cluster = PostgresCluster(installed, is_lasting=True)
    try:
        yield cluster
    finally:
        cluster.stop()


@contextmanager
def _database(cluster: PostgresCluster) -> Iterator[tuple[PostgresAddress, RowsLeft]]:
    """A database with the tables of the program, and beside them those that the bare posts are copied into."""
    where = cluster.migrated()
    grants = (f"GRANT INSERT ON {table} TO {APP}" for table in ("bare_line", "bare_record"))
    for statement in (*TABLES, *grants, *COPIED_INTO):
        cluster.superuser(statement, database_of(where))
    with closing(RowsLeft(where)) as rows_left:
        yield where, rows_left


@contextmanager
def _bare_server(bench: Workbench, folder: Path) -> Iterator[str]:
    _, data, _, key_file = places(folder)
    server = bench.start("-m", "bench.bare_copy", data, key_file)
    try:
        yield read_line(server)
    finally:
        end(server)


def _pushes(register: Register, address: str, bare: str, rows_left: RowsLeft) -> tuple[Samples, Samples, Samples]:
    """Everything that waits in the register, each batch by a push and by three bare posts: of rows, of lines."""
    replica = RegisterReplica(register, lambda _changes: None)
    own = replica.identity()
    values, floors = list[float](), {path: list[float]() for path in (ROWS, KEYED_ROWS, LINES)}
    with _line(register, address) as line, _line(register, bare) as bare_line:
        channel = Channel(line, key_id=own.desk, key=own.signing_key, authority_public=own.authority_public)
        channel.hello()
        after = 0
        while batch := replica.pending(after, protocol.MAX_CHANGES, protocol.MAX_INFLATED - ROOM_FOR_HEADER):
            body = push_body(replica, own, batch, brief=True)
            begun = time.perf_counter()
            receipt = channel.call("/v1/push", body, seal.RECEIPT)[0]
            values.append(len(batch) / (time.perf_counter() - begun))
            _refuse_other(protocol.decode(receipt, protocol.Receipt), batch[-1].n)
            rows = rows_left.of(own.desk, batch[0].n, batch[-1].n)
            for path, bare_body in ((ROWS, rows), (KEYED_ROWS, rows), (LINES, body)):
                floors[path].append(len(batch) / _bare_seconds(bare_line, path, bare_body))
            after = batch[-1].n
    return Samples(values, floors[ROWS]), Samples(values, floors[KEYED_ROWS]), Samples(values, floors[LINES])


def _refuse_other(receipt: protocol.Receipt, last_n: int) -> None:
    """The receipt is a brief one: it names what was not plainly merged."""
    if receipt.results or receipt.accepted_n != last_n:
        raise CannotMeasure(f"{len(receipt.results)} changes were not plainly merged")


def _bare_seconds(line: Transport, path: str, body: bytes) -> float:
    begun = time.perf_counter()
    reply = line.post(path, body)
    passed = time.perf_counter() - begun
    if reply.status != 200:
        raise CannotMeasure(f"the bare server answered {reply.status}")
    return passed


def _bulk(register: Register, bare: str, rows_left: RowsLeft) -> tuple[Samples, Samples, Samples]:
    """Seconds until a desk has a receipt for a whole commune, beside those of its records in one post.

    Then beside the rows that the commune left, posted in as many pieces as its pushes; and beside its records in one
    post, for which those rows are copied.
    """
    records = plain_records(register)
    with _line(register, bare) as bare_line:
        floors = [_bare_seconds(bare_line, RECORDS, records) for _ in range(_ROUNDS)]
        seconds = _until_receipted(register)
        floors += [_bare_seconds(bare_line, RECORDS, records) for _ in range(_ROUNDS)]
        rows = sum(_bare_seconds(bare_line, ROWS, body) for body in _pieces(register, rows_left))
        stream = _stream_seconds(bare_line, records, _pieces(register, rows_left))
    one, beside_rows, beside_stream = (
        Samples([seconds], [floor]) for floor in (statistics.median(floors), rows, stream)
    )
    return one, beside_rows, beside_stream


def _edits(register: Register, lines: bytes, bare: str, rows_left: RowsLeft) -> Samples:
    """Seconds until a desk has a receipt for its edits, beside those of their lines in one post."""
    last = RegisterReplica(register, lambda _changes: None).signed_n()
    with _line(register, bare) as bare_line:
        seconds = _until_receipted(register)
        return Samples([seconds], [_stream_seconds(bare_line, lines, _pieces(register, rows_left, after=last))])


def _stream_seconds(bare_line: Transport, lines: bytes, rows: Iterator[bytes]) -> float:
    """Of one post of `lines`, each of them read, for which `rows` are copied."""
    _bare_seconds(bare_line, ROWS_TO_COME, b"")
    for body in rows:
        _bare_seconds(bare_line, ROWS_TO_COME, body)
    return statistics.median(_bare_seconds(bare_line, STREAM, lines) for _ in range(_ROUNDS))


def _pieces(register: Register, rows_left: RowsLeft, *, after: int = 0) -> Iterator[bytes]:
    own, first, size = RegisterReplica(register, lambda _changes: None), after + 1, protocol.USUAL_CHANGES
    while first <= own.last_n():
        yield rows_left.of(own.identity().desk, first, first + size - 1)
        first, size = first + size, protocol.MAX_CHANGES


class _Watched(PinnedAdapter):
    """Notes when the first pull begins: by then the register holds receipts for all that it had."""

    pulled_at = 0.0

    def send(self, request: PreparedRequest, *args: Any, **kwargs: Any) -> Response:
        if request.path_url == "/v1/pull" and not self.pulled_at:
            self.pulled_at = time.perf_counter()
        return super().send(request, *args, **kwargs)


def _until_receipted(register: Register) -> float:
    pins = register.identity.pins
    assert pins is not None
    watched = _Watched(PinnedContext.trusting(pins.ca_pem, send_seconds=SEND_SECONDS))
    transport = Transport(pins.address, ca_pem=pins.ca_pem, adapter=watched)
    begun = time.perf_counter()
    Session(transport, RegisterReplica(register, lambda _changes: None)).sync()
    return watched.pulled_at - begun


@contextmanager
def _line(register: Register, address: str) -> Iterator[Transport]:
    pins = register.identity.pins
    assert pins is not None
    line = Transport(address, ca_pem=pins.ca_pem)
    try:
        yield line
    finally:
        line.rest()
