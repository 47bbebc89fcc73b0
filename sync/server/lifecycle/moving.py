"""Moves a province to another store by replaying its log through the real merge, and compares what came out.

What is kept of every change is enough to make all the rest again: if a feed, a record or a conflict comes out other
than it was, the move is refused. So a move that succeeds proves that the log is complete. Where something was erased by
law the words to replay are gone: such a province is copied as it is, and its desks' chains are checked.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import Connection, Select, Table, literal, select, tuple_

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.change import GENESIS, next_head
from sync.server.engine import tables
from sync.server.engine.appending import append
from sync.server.engine.database import WHOLE_PROVINCE, Database
from sync.server.identity.province import MOVED_TO, Province, audited, note_moved, read_meta, write_meta
from sync.server.lifecycle.replaying import Progress, replay

DERIVED = (
    *("change", "feed", "outcome", "conflict", "scope_writer", "guest", "departure"),
    *(f"record_{kind}" for kind in tables.RECORDS),
)
"""Tables whose rows come out of the log. The others are copied as they are, the scopes' heads excepted."""
_FILES = ("blob", "blob_piece")
"""Copied when the records that name them have come to where they are now: a move takes files along."""
_WAITING = "awaited"
"""Copied at the end too: what still waits would be merged on the way, when its record was there long ago."""
_LEFT_BEHIND = ("meta", "snapshot")
"""The founding facts are written last; snapshots lie beside the old store, and are made anew when a desk begins."""
_MANY = 5000
_AT_ONCE = 50
"""Rows that are compared at a time: pieces of files are large."""
_JSON = ("writers", "tags", "stamps", "extra", "event")
_NUL, _UNKNOWN = "\x00", "\ufffd"
"""A sign that PostgreSQL has not in a text, and what stands for it there: a PC's name may hold it."""


def move(source: Province, target: Database, *, progress: Progress) -> None:
    """Fill `target`, which has empty tables, with the province. `progress` is told how many changes are replayed.

    It is no province before `finish`. Raises Fault when the log has a gap, or when something comes out other than it
    was; `target` is then of no use.
    """
    source.database.read(_refuse_gaps, WHOLE_PROVINCE)
    if source.database.read(_has_erased, WHOLE_PROVINCE):
        _copy_all(source.database, target, progress)
    else:
        for table in _copied():
            _copy(source.database, target, table)
        replay(source, target, progress)
        _copy(source.database, target, tables.awaited)
    _copy_files(source.database, target)
    for table in (table for table in tables.metadata.sorted_tables if table.name not in _LEFT_BEHIND):
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
    facts.pop(MOVED_TO, None)

    def work(connection: Connection) -> None:
        write_meta(connection, facts)
        audited(connection, replace(source, database=target), "migrate-store", source.name)

    target.write(work, WHOLE_PROVINCE)


def leave(source: Province, data: Path) -> None:
    """The province is served from the folder `data` from now on: no command takes the old store for it."""
    source.database.write(lambda connection: note_moved(connection, str(data.absolute())), WHOLE_PROVINCE)


def _has_erased(connection: Connection) -> bool:
    return connection.scalar(select(tables.erasure.c.record).limit(1)) is not None


def _copy_all(source: Database, target: Database, progress: Progress) -> None:
    """Every table but those that are copied otherwise, some rows at a time; what emptying left stays empty."""
    for table in tables.metadata.sorted_tables:
        done = 0
        for some in _portions(source, table) if table.name not in (*_LEFT_BEHIND, *_FILES) else ():
            target.write(lambda c, table=table, some=some: append(c, table, some), WHOLE_PROVINCE)  # type: ignore[misc]
            done += len(some)
            if table is tables.change:
                progress(done)


def _portions(source: Database, table: Table) -> Iterator[list[dict[str, Any]]]:
    """The rows of a table in the order of its key, each portion from where the one before ended."""
    key = list(table.primary_key.columns)
    asked = select(table).order_by(*key).limit(_MANY)
    some = source.read(lambda connection: _dicts(connection, asked), WHOLE_PROVINCE)
    while some:
        yield some
        reached = tuple_(*(literal(some[-1][column.name], column.type) for column in key))
        beyond = asked.where(tuple_(*key) > reached)
        some = source.read(lambda connection, beyond=beyond: _dicts(connection, beyond), WHOLE_PROVINCE)  # type: ignore[misc]


def _dicts(connection: Connection, asked: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(asked).mappings()]


def _copied() -> list[Table]:
    kept_back = (*_LEFT_BEHIND, *_FILES, *DERIVED, _WAITING)
    return [table for table in tables.metadata.sorted_tables if table.name not in kept_back]


def _copy(source: Database, target: Database, table: Table) -> None:
    rows = source.read(lambda connection: _rows(connection, table), WHOLE_PROVINCE)
    target.write(lambda connection: append(connection, table, rows), WHOLE_PROVINCE)


def _copy_files(source: Database, target: Database) -> None:
    """File by file, since all of them together may not fit into memory."""
    blob, piece = tables.blob, tables.blob_piece
    _copy(source, target, blob)
    named = select(blob.c.scope, blob.c.sha256)
    for scope, sha256 in source.read(lambda connection: connection.execute(named).all(), WHOLE_PROVINCE):
        asked = select(piece).where(piece.c.scope == scope, piece.c.sha256 == sha256)
        _take_over(source, target, asked)


def _take_over(source: Database, target: Database, pieces: Select[Any]) -> None:
    rows = source.read(lambda connection: _dicts(connection, pieces), WHOLE_PROVINCE)
    target.write(lambda connection: append(connection, tables.blob_piece, rows), WHOLE_PROVINCE)


def _rows(connection: Connection, table: Table) -> list[dict[str, Any]]:
    rows = _dicts(connection, select(table))
    return [{**row, "head": 0, "chain": GENESIS} for row in rows] if table is tables.scope else rows


def _refuse_gaps(connection: Connection) -> None:
    """Raise Fault unless each desk's changes, merged and set aside, are its whole signed chain."""
    for desk in connection.execute(select(tables.desk.c.id, tables.desk.c.last_n, tables.desk.c.head)).all():
        held: list[tuple[int, bytes]] = []
        for table in (tables.change, tables.quarantine):
            asked = select(table.c.n, table.c.digest, table.c.raw).where(table.c.desk == desk.id)
            kept = connection.execute(asked, execution_options={"yield_per": 1000})
            held += [(row.n, row.digest) for row in kept if not row.raw or seal.sha256(row.raw) == row.digest]
        head = GENESIS
        for _n, digest in sorted(held):
            head = next_head(head, digest)
        if [n for n, _digest in sorted(held)] != list(range(1, desk.last_n + 1)) or head != desk.head:
            raise Fault(
                N_("The log of desk {desk} has a gap or a change that is not as it was signed. Nothing was moved."),
                desk=desk.id,
            )


def _digest(database: Database, table: Table) -> bytes:
    """One hash over all rows in the order of their keys."""
    return database.read(lambda connection: _hashed(connection, table), WHOLE_PROVINCE)


def _hashed(connection: Connection, table: Table) -> bytes:
    asked = select(table).order_by(*table.primary_key.columns)
    rows = connection.execute(asked, execution_options={"yield_per": _AT_ONCE})
    digest = GENESIS
    for row in rows.mappings():
        digest = seal.sha256(digest + msgspec.json.encode(dict(_comparable(row)), order="sorted"))
    return digest


def _comparable(row: Any) -> Iterator[tuple[str, Any]]:
    """Members of a JSON column have no order, nor has what leaves with a move. A text is as PostgreSQL can keep it.

    The event of an older program says its change's hash once more.
    """
    for name, value in row.items():
        content = msgspec.json.decode(value) if name in _JSON else value
        if isinstance(content, str):
            content = content.replace(_NUL, _UNKNOWN)
        if name == "event":
            content.pop("h", None)
            content["l"] = sorted(content.get("l", ()))
        yield name, content
