"""Moves a province to another store by replaying its log through the real merge, and compares what came out.

What is kept of every change is enough to make all the rest again: if a feed, a record or a conflict comes out other
than it was, the move is refused. So a move that succeeds proves that the log is complete.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

import msgspec
from sqlalchemy import Connection, Table, select

from commune_desk.domain.clock import STEPS
from commune_desk.domain.errors import Fault
from commune_desk.domain.labels import N_
from sync import seal
from sync.change import GENESIS, Change, Line, next_head
from sync.server import tables
from sync.server.appending import append
from sync.server.database import WHOLE_PROVINCE, Database, Work
from sync.server.ordering import Incoming, store
from sync.server.province import Province, audited, read_meta, write_meta

AT_ONCE = 500
DERIVED = ("change", "feed", "outcome", "conflict", "scope_writer", *(f"record_{kind}" for kind in tables.RECORDS))
"""Tables whose rows come out of the log. The others are copied as they are, the scopes' heads excepted."""
_JSON = ("writers", "tags", "stamps", "extra")
Progress = Callable[[int], None]


class ReplayClock:
    """Stands at the instant, to the millisecond, at which the province received what is being replayed."""

    def __init__(self) -> None:
        self.milliseconds = 0

    def now(self) -> datetime:
        """In the middle of the millisecond, so that no rounding leaves it."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.milliseconds, microseconds=500)


class _Received(msgspec.Struct, frozen=True):
    """A change of the log and when it was received (milliseconds since 1970)."""

    at: int
    desk: str
    incoming: Incoming


def move(source: Province, target: Database, *, progress: Progress) -> None:
    """Fill `target`, which has empty tables, with the province. `progress` is told how many changes are replayed.

    It is no province before `finish`. Raises Fault when the log has a gap, or when something comes out other than it
    was; `target` is then of no use.
    """
    source.database.read(_refuse_gaps, WHOLE_PROVINCE)
    for table in _copied():
        _copy(source.database, target, table)
    _replay(source, target, progress)
    for table in (table for table in tables.metadata.sorted_tables if table is not tables.meta):
        if _digest(source.database, table) != _digest(target, table):
            raise Fault(
                N_(
                    "The move was not completed: what the log yields in {table} is not what the province holds. "
                    "The old store is untouched and stays in use; the new one is of no use."
                ),
                table=table.name,
            )


def finish(source: Province, target: Database) -> None:
    """Write the founding facts, without which no command opens a store, and that it was moved."""
    facts = source.database.read(read_meta, WHOLE_PROVINCE)

    def work(connection: Connection) -> None:
        write_meta(connection, facts)
        audited(connection, replace(source, database=target), "migrate-store", source.name)

    target.write(work, WHOLE_PROVINCE)


def _copied() -> list[Table]:
    kept_back = (tables.meta.name, *DERIVED)
    return [table for table in tables.metadata.sorted_tables if table.name not in kept_back]


def _copy(source: Database, target: Database, table: Table) -> None:
    rows = source.read(lambda connection: _rows(connection, table), WHOLE_PROVINCE)
    target.write(lambda connection: append(connection, table, rows), WHOLE_PROVINCE)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    rows = [dict(row) for row in connection.execute(select(table)).mappings()]
    return [{**row, "head": 0, "chain": GENESIS} for row in rows] if table is tables.scope else rows


def _refuse_gaps(connection: Connection) -> None:
    """Raise Fault unless each desk's changes, merged and set aside, are its whole signed chain."""
    for desk in connection.execute(select(tables.desk.c.id, tables.desk.c.last_n, tables.desk.c.head)).all():
        held: list[tuple[int, bytes]] = []
        for table in (tables.change, tables.quarantine):
            asked = select(table.c.n, table.c.digest, table.c.raw).where(table.c.desk == desk.id)
            kept = connection.execute(asked, execution_options={"yield_per": 1000})
            held += [(row.n, row.digest) for row in kept if seal.sha256(row.raw) == row.digest]
        head = GENESIS
        for _n, digest in sorted(held):
            head = next_head(head, digest)
        if [n for n, _digest in sorted(held)] != list(range(1, desk.last_n + 1)) or head != desk.head:
            raise Fault(
                N_("The log of desk {desk} has a gap or a change that is not as it was signed. Nothing was moved."),
                desk=desk.id,
            )


def _replay(source: Province, target: Database, progress: Progress) -> None:
    clock = ReplayClock()
    moved = replace(source, database=target, clock=clock)
    done = 0
    for scope, head in source.database.read(_scopes, WHOLE_PROVINCE):
        for first in range(0, head, AT_ONCE):
            received = source.database.read(_log_of(scope, first), WHOLE_PROVINCE)
            for (at, desk), batch in groupby(received, lambda one: (one.at, one.desk)):
                clock.milliseconds = at
                _take_in(moved, desk, [one.incoming for one in batch])
            done += len(received)
            progress(done)


def _scopes(connection: Connection) -> list[tuple[str, int]]:
    return [(row.id, row.head) for row in connection.execute(select(tables.scope).order_by(tables.scope.c.id))]


def _log_of(scope: str, after: int) -> Work[list[_Received]]:
    """Reads the changes of a feed after `after`, at most AT_ONCE, in their order."""
    feed, change = tables.feed, tables.change
    asked = (
        select(change.c.n, change.c.raw, change.c.signature, change.c.skew_ms)
        .join(feed, (change.c.scope == feed.c.scope) & (change.c.id == feed.c.change))
        .where(feed.c.scope == scope, feed.c.seq > after, feed.c.seq <= after + AT_ONCE)
        .order_by(feed.c.seq)
    )
    return lambda connection: [_received(*row) for row in connection.execute(asked)]


def _received(n: int, raw: bytes, signature: bytes, skew_ms: int) -> _Received:
    line = Line(msgspec.json.decode(raw, type=Change), raw, signature)
    return _Received(line.change.stamp // STEPS - skew_ms, line.change.desk, Incoming(n, raw, line))


def _take_in(moved: Province, desk: str, batch: Sequence[Incoming]) -> None:
    def work(connection: Connection) -> None:
        fresh = [replace(item) for item in batch]
        results = store(connection, moved, desk, fresh)
        if any(result.status == "quarantined" for result in results.values()):
            raise Fault(
                N_("A change of the log was merged once and cannot be merged again. Nothing usable was made of it.")
            )

    moved.database.write(work, WHOLE_PROVINCE)


def _digest(database: Database, table: Table) -> bytes:
    """One hash over all rows in the order of their keys."""
    return database.read(lambda connection: _hashed(connection, table), WHOLE_PROVINCE)


def _hashed(connection: Connection, table: Table) -> bytes:
    asked = select(table).order_by(*table.primary_key.columns)
    rows = connection.execute(asked, execution_options={"yield_per": 1000})
    digest = GENESIS
    for row in rows.mappings():
        digest = seal.sha256(digest + msgspec.json.encode(dict(_comparable(row)), order="sorted"))
    return digest


def _comparable(row: Any) -> Iterator[tuple[str, Any]]:
    """Members of a JSON column have no order."""
    for name, value in row.items():
        yield name, msgspec.json.decode(value) if name in _JSON else value
