"""Every chain of the province read from its first link: scopes' feeds and desks' own, every change by its digest."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import Connection, select, true, union_all

from sync import seal
from sync.change import GENESIS, next_chain, next_head, read_line
from sync.server.engine import tables

ERASED_RECORDS = select(tables.erasure.c.record)
"""Whose changes may be without their words."""
_AT_ONCE = 1000


def first_break(connection: Connection) -> str:
    """The desk or scope whose chain does not lead to its head; empty when all hold."""
    return next(_breaks(connection), "")


def _breaks(connection: Connection) -> Iterator[str]:
    for desk in connection.execute(select(tables.desk.c.id, tables.desk.c.last_n, tables.desk.c.head)).all():
        if not _leads_to(connection, desk.id, desk.last_n, desk.head):
            yield desk.id
    for scope in connection.execute(select(tables.scope)).all():
        if not _feed_leads_to(connection, scope.id, scope.head, scope.chain):
            yield scope.id


def _leads_to(connection: Connection, desk: str, last_n: int, head: bytes) -> bool:
    """Whether the desk's changes, merged and set aside, are numbered without a gap and end in its head.

    Of a change that was erased by law nothing but its digest is there; of a merged one `erasure` must say so.
    """
    change, aside = tables.change, tables.quarantine
    erased = change.c.record.in_(ERASED_RECORDS)
    numbered = union_all(
        select(change.c.n, change.c.digest, change.c.raw, erased.label("may_lack")).where(change.c.desk == desk),
        select(aside.c.n, aside.c.digest, aside.c.raw, true().label("may_lack")).where(aside.c.desk == desk),
    ).subquery()
    expected, chain = 0, GENESIS
    for row in connection.execute(select(numbered).order_by(numbered.c.n)).yield_per(_AT_ONCE):
        expected, chain = expected + 1, next_head(chain, row.digest)
        is_whole = row.may_lack if not row.raw else seal.sha256(row.raw) == row.digest
        if row.n != expected or not is_whole:
            return False
    return (expected, chain) == (last_n, head)


def _feed_leads_to(connection: Connection, scope: str, head: int, chain: bytes) -> bool:
    feed, change = tables.feed, tables.change
    rows = connection.execute(
        select(feed.c.seq, feed.c.chain, feed.c.line, change.c.digest)
        .join(change, change.c.id == feed.c.change, isouter=True)
        .where(feed.c.scope == scope)
        .order_by(feed.c.seq)
    )
    seq, reached = 0, GENESIS
    for row in rows.yield_per(_AT_ONCE):
        digest = row.digest if row.line is None else read_line(row.line).digest
        seq += 1
        reached = next_chain(reached, seq, digest) if digest is not None else b""
        if (row.seq, row.chain) != (seq, reached):
            return False
    return (seq, reached) == (head, chain)
