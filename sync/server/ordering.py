"""Ordering: each change gets its place in its scope's feed, is merged there, and is written down for good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Connection, bindparam, insert, select, update

from commune_desk.domain.clock import STEPS, to_iso
from commune_desk.domain.kinds import KINDS
from sync import seal
from sync.change import Change, Line, next_chain
from sync.protocol import Event, Result, b64, encode
from sync.server import tables
from sync.server.appending import append
from sync.server.merging import Batch, Merged
from sync.server.province import Province
from sync.server.records import born_of
from sync.server.scopes import ensure_scope, keys_of


@dataclass
class Incoming:
    """One line of a push with its number; `line` is None when it cannot be read, `code` says what is wrong."""

    n: int
    raw: bytes
    line: Line | None
    code: str | None = None

    @property
    def digest(self) -> bytes:
        return self.line.digest if self.line else seal.sha256(self.raw)

    @property
    def id(self) -> str:
        return self.line.change.id if self.line else ""


@dataclass
class _Rows:
    """What a batch adds to the append-only tables."""

    change: list[dict[str, object]] = field(default_factory=list)
    feed: list[dict[str, object]] = field(default_factory=list)
    quarantine: list[dict[str, object]] = field(default_factory=list)


def store(connection: Connection, province: Province, desk: str, fresh: Sequence[Incoming]) -> dict[int, Result]:
    """Merge, order and keep changes that passed or failed the door; what the records forbid joins the quarantine."""
    now = province.clock.now()
    received_at, batch, rows = to_iso(now), Batch(), _Rows()
    heads = _lock_scopes(connection, [i.line.change.scope for i in fresh if i.line and i.code is None])
    _check_against_records(connection, batch, fresh)  # what stands while the scopes are held
    results = {}
    for item in fresh:
        code = item.code or (_record_fault(batch, item.line.change) if item.line else "unreadable")
        if item.line is None or code is not None:
            results[item.n] = _set_aside(rows, desk, item, code or "unreadable", now=now)
            continue
        change = item.line.change
        head, chain = heads[change.scope]
        seq, chain = heads[change.scope] = head + 1, next_chain(chain, head + 1, item.digest)
        merged = batch.merge(change, seq=seq, latest=_latest_stamp(now))
        status = merged.status(len(change.fields))
        rows.change.append(_change_row(item.line, status, now, received_at))
        rows.feed.append(_feed_row(change, seq, chain, merged))
        results[item.n] = Result(id=change.id, status=status)
    _write(connection, batch, rows, heads, now=received_at)
    return results


def _check_against_records(connection: Connection, batch: Batch, fresh: Sequence[Incoming]) -> None:
    """Read ahead for the batch, and mark what needs the database to be found wrong: used ids, unknown keys."""
    changes = [item.line.change for item in fresh if item.line and item.code is None]
    if not changes:
        return
    batch.load(connection, changes)
    key = tables.change_key
    used = set(connection.scalars(select(key.c.id).where(key.c.id.in_([change.id for change in changes]))))
    keys = {(k.scope, k.key) for k in keys_of(connection, sorted({c.scope for c in changes if c.seal}))}
    for item in fresh:
        if item.line is None or item.code is not None:
            continue
        change = item.line.change
        if change.id in used:
            item.code = "id"
        elif change.seal and (change.scope, change.key) not in keys:
            item.code = "key"
        used.add(change.id)


def _record_fault(batch: Batch, change: Change) -> str | None:
    """What the record itself forbids: an id of another kind's, another place, or writing again what is written once."""
    if batch.records.kind_of(change.record) not in (None, change.kind):
        return "id"
    known = batch.records.find(change.kind, change.record)
    if known is None:  # but of its kind: it lives where this desk does not reach
        return "moved" if batch.records.kind_of(change.record) else None
    if known.scope != change.scope:
        return "moved"
    again = known.born != born_of(change) or any(name in known.writers for name in change.fields)
    return "append_only" if KINDS[change.kind].append_only and again else None


def _lock_scopes(connection: Connection, scopes: Sequence[str]) -> dict[str, tuple[int, bytes]]:
    """Each scope's head and chain, its row locked in sorted order: who holds it decides what comes next."""
    heads = {}
    for scope in sorted(set(scopes)):
        ensure_scope(connection, scope)
        row = connection.execute(select(tables.scope).where(tables.scope.c.id == scope).with_for_update()).one()
        heads[scope] = (row.head, row.chain)
    return heads


def _latest_stamp(now: datetime) -> int:
    """The greatest stamp of this millisecond (see `HybridClock`)."""
    return (int(now.timestamp() * 1000) + 1) * STEPS - 1


def _set_aside(rows: _Rows, desk: str, item: Incoming, code: str, *, now: datetime) -> Result:
    """Keep a change that may not be merged, byte for byte, for a person to look at."""
    rows.quarantine.append(
        {
            "desk": desk,
            "n": item.n,
            "id": item.id,
            "code": code,
            "digest": item.digest,
            "raw": item.raw if item.line is None else item.line.raw,
            "signature": item.line.signature if item.line else b"",
            "received_at": to_iso(now),
        }
    )
    return Result(id=item.id, status="quarantined", code=code)


def _change_row(line: Line, status: str, now: datetime, received_at: str) -> dict[str, object]:
    change = line.change
    skew = change.stamp // STEPS - int(now.timestamp() * 1000)
    return {
        "id": change.id,
        "desk": change.desk,
        "n": change.n,
        "digest": line.digest,
        "raw": line.raw,
        "signature": line.signature,
        "scope": change.scope,
        "kind": change.kind,
        "record": change.record,
        "status": status,
        "received_at": received_at,
        "skew_ms": skew,
    }


def _feed_row(change: Change, seq: int, chain: bytes, merged: Merged) -> dict[str, object]:
    event = Event(
        scope=change.scope,
        seq=seq,
        chain=b64(chain),
        outcomes=merged.outcomes,
        values=merged.values,
        opened=merged.opened,
        closed=merged.closed,
    )
    return {"scope": change.scope, "seq": seq, "change": change.id, "chain": chain, "event": encode(event).decode()}


def _write(connection: Connection, batch: Batch, rows: _Rows, heads: dict[str, tuple[int, bytes]], *, now: str) -> None:
    for table, values in (
        (tables.change, rows.change),
        (tables.feed, rows.feed),
        (tables.quarantine, rows.quarantine),
    ):
        append(connection, table, values)
    batch.flush(connection, now=now)
    if heads:
        statement = update(tables.scope).where(tables.scope.c.id == bindparam("place"))
        values = [{"place": scope, "head": seq, "chain": chain} for scope, (seq, chain) in heads.items()]
        connection.execute(statement.values(head=bindparam("head"), chain=bindparam("chain")), values)
    _note_writers(connection, {(str(row["scope"]), str(row["desk"])) for row in rows.change})


def _note_writers(connection: Connection, pairs: set[tuple[str, str]]) -> None:
    """Remember who has written where: holders of the scope need those certificates."""
    table = tables.scope_writer
    for scope, desk in sorted(pairs):
        known = connection.scalar(select(table.c.desk).where(table.c.scope == scope, table.c.desk == desk))
        if known is None:
            connection.execute(insert(table).values(scope=scope, desk=desk))
