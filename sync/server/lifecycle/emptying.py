"""What an erasure takes away of what is stored, and what it leaves: ids, numbers and hashes.

The triggers of the database allow exactly this, once the records stand in `erasure`, and nothing else.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, bindparam, delete, select, update

from commune_desk.domain.model.batches import batched
from sync.change import WITHOUT_FIELDS
from sync.framing import inflate
from sync.protocol import Event, b64, encode
from sync.server.engine import tables
from sync.server.intake.erasures import empty_set_aside, named_in
from sync.server.intake.set_aside import read_named, read_set_aside

_BLANK = {"raw": b"", "signature": b""}


@dataclass
class Emptied:
    """How much was emptied; `snapshots` are files of the data folder that hold some of it still."""

    changes: int = 0
    aside: int = 0
    files: int = 0
    snapshots: list[str] = field(default_factory=list)


class _Verb(msgspec.Struct):
    verb: str = msgspec.field(name="k", default="set")


def empty(connection: Connection, records: Sequence[str], scopes: Sequence[str]) -> Emptied:
    """Take the records away, and the words of all that was ever told of them in these scopes or set aside."""
    done = Emptied(files=_drop_files(connection, records))
    changes = _empty_changes(connection, records)
    _empty_feeds(connection, changes)
    done.changes = len(changes)
    for some in batched(changes):
        connection.execute(delete(tables.outcome).where(tables.outcome.c.change.in_(some)))
    for table in (tables.conflict, tables.guest, tables.departure):
        for some in batched(records):
            connection.execute(delete(table).where(table.c.record.in_(some)))
    for table in tables.RECORDS.values():
        for some in batched(records):
            connection.execute(delete(table).where(table.c.id.in_(some)))
    done.aside = _empty_set_aside(connection, set(records))
    _drop_parked(connection, records)
    done.snapshots = _drop_snapshots(connection, scopes)
    return done


def _empty_changes(connection: Connection, records: Iterable[str]) -> dict[str, bytes]:
    """The digests of the changes whose bytes are gone, by id."""
    table = tables.change
    digests: dict[str, bytes] = {}
    for some in batched(records):
        asked = select(table.c.id, table.c.digest, table.c.raw).where(table.c.record.in_(some))
        for row in connection.execute(asked):
            if row.raw and msgspec.json.decode(row.raw, type=_Verb).verb not in WITHOUT_FIELDS:
                digests[row.id] = row.digest
    for some in batched(digests):
        connection.execute(update(table).where(table.c.id.in_(some)).values(_BLANK))
    return digests


def _empty_feeds(connection: Connection, digests: Mapping[str, bytes]) -> None:
    table = tables.feed
    rows = [
        {"place": row.scope, "number": row.seq, "bare": _bare(row.scope, row.seq, digests[row.change])}
        for some in batched(digests)
        for row in connection.execute(
            select(table.c.scope, table.c.seq, table.c.change).where(table.c.change.in_(some))
        )
    ]
    here = (table.c.scope == bindparam("place")) & (table.c.seq == bindparam("number"))
    if rows:
        connection.execute(update(table).where(here).values(event=bindparam("bare"), line=None), rows)


def _bare(scope: str, seq: int, digest: bytes) -> str:
    """The event as it is told from now on: that it was, and its change's hash, over which the chain goes."""
    return encode(Event(scope=scope, seq=seq, digest=b64(digest))).decode()


def _empty_set_aside(connection: Connection, records: set[str]) -> int:
    """Changes that nobody merged speak of people too."""
    table = tables.quarantine
    emptied = 0
    for row in connection.execute(select(table.c.desk, table.c.n, table.c.raw)).all():
        if row.raw and _speaks_of(row.raw, records):
            _drop_named(connection, row.raw)
            empty_set_aside(connection, row.desk, row.n)
            emptied += 1
    return emptied


def _drop_named(connection: Connection, raw: bytes) -> None:
    """The content of a file that is named by what was set aside, and by no record."""
    named, table = read_named(raw), tables.RECORDS["attachment"]
    if named is None:
        return
    here = select(table.c.id).where(table.c.scope == named.scope, table.c.sha256 == named.sha256)
    if connection.scalar(here.limit(1)) is None:
        _drop_content(connection, named.scope, named.sha256)


def _drop_content(connection: Connection, scope: str, sha256: str) -> None:
    for content in (tables.blob_piece, tables.blob):
        connection.execute(delete(content).where(content.c.scope == scope, content.c.sha256 == sha256))


def _speaks_of(raw: bytes, records: set[str]) -> bool:
    """What cannot be read counts as soon as it names one of them."""
    change = read_set_aside(raw)
    if change is None:
        return any(record.encode() in raw for record in records)
    return not records.isdisjoint(named_in(change))


def _drop_parked(connection: Connection, records: Sequence[str]) -> None:
    """A push that a courier brought too early is brought again: no receipt names it yet."""
    table = tables.courier_parked
    for row in connection.execute(select(table.c.desk, table.c.digest, table.c.body)).all():
        inside = inflate(row.body)
        if any(record.encode() in inside for record in records):
            connection.execute(delete(table).where(table.c.desk == row.desk, table.c.digest == row.digest))


def _drop_files(connection: Connection, records: Sequence[str]) -> int:
    """The content of files that nothing else names."""
    table = tables.RECORDS["attachment"]
    named = [(row.scope, row.sha256) for row in _attachments(connection, records)]
    dropped = 0
    for scope, sha256 in set(named):
        others = select(table.c.id).where(table.c.scope == scope, table.c.sha256 == sha256)
        if all(one in records for one in connection.scalars(others)):
            _drop_content(connection, scope, sha256)
            dropped += 1
    return dropped


def _attachments(connection: Connection, records: Sequence[str]) -> Iterable[Any]:
    table = tables.RECORDS["attachment"]
    for some in batched(records):
        yield from connection.execute(
            select(table.c.scope, table.c.sha256).where(table.c.id.in_(some), table.c.sha256.is_not(None))
        )


def _drop_snapshots(connection: Connection, scopes: Iterable[str]) -> list[str]:
    """Tokens of the snapshots that were made while the records were there."""
    table = tables.snapshot
    dropped: list[str] = []
    for some in batched(scopes):
        dropped += connection.scalars(select(table.c.token).where(table.c.scope.in_(some))).all()
        connection.execute(delete(table).where(table.c.scope.in_(some)))
    return dropped
