"""Pushes that a courier brought before earlier ones: kept, bounded, until what must come before them has come."""

from __future__ import annotations

from sqlalchemy import Connection, delete, func, insert, select

from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.framing import deflate, inflate
from sync.protocol import MAX_INFLATED, PushHeader, decode
from sync.server.engine import tables
from sync.server.identity.province import Province

MOST_BYTES = 64 << 20
"""Deflated bytes that wait for one desk."""
MOST_PUSHES = 500
_table = tables.courier_parked


def park(connection: Connection, province: Province, desk: str, body: bytes) -> None:
    """Keep a push (its inflated body). Raises Malformed, or Refusal when too much waits already."""
    header = decode(body.partition(b"\n")[0], PushHeader)
    digest, deflated = seal.sha256(body), deflate(body)
    kept = select(_table.c.desk).where(_table.c.desk == desk, _table.c.digest == digest)
    if connection.scalar(kept) is not None:
        return
    count, size = connection.execute(
        select(func.count(), func.coalesce(func.sum(func.length(_table.c.body)), 0)).where(_table.c.desk == desk)
    ).one()
    if count >= MOST_PUSHES or size + len(deflated) > MOST_BYTES:
        raise Refusal(
            N_("Too much of desk {desk} waits for earlier changes. Bring the earlier bundles first."), desk=desk
        )
    connection.execute(
        insert(_table).values(
            desk=desk,
            digest=digest,
            first_n=header.first_n,
            last_n=header.last_n,
            body=deflated,
            parked_at=province.now(),
        )
    )


def ranges(connection: Connection, desk: str) -> list[tuple[int, int]]:
    """What is parked of a desk: first and last number of each push, in order."""
    rows = connection.execute(
        select(_table.c.first_n, _table.c.last_n).where(_table.c.desk == desk).order_by(_table.c.first_n)
    )
    return [(row.first_n, row.last_n) for row in rows]


def next_of(connection: Connection, desk: str, held_n: int) -> tuple[bytes, bytes] | None:
    """The digest and the body of a parked push that may be taken in now, or None."""
    row = connection.execute(
        select(_table.c.digest, _table.c.body)
        .where(_table.c.desk == desk, _table.c.first_n <= held_n + 1)
        .order_by(_table.c.first_n)
        .limit(1)
    ).first()
    return (row.digest, inflate(row.body, MAX_INFLATED)) if row else None


def drop(connection: Connection, desk: str, digest: bytes) -> None:
    """The push was taken in, or refused for good."""
    connection.execute(delete(_table).where(_table.c.desk == desk, _table.c.digest == digest))
