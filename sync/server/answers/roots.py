"""The province's daily root: made once a day over every head, signed, kept for good, and shown to each desk."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, insert, select

from commune_desk.domain.time.clock import local_day
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_
from sync import seal
from sync.protocol import RootShown, b64, decode, encode
from sync.roots import (
    RootStatement,
    audit_leaf,
    desk_leaf,
    feed_leaf,
    path_to,
    root_of,
)
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import Province, epoch_of


@dataclass(frozen=True, kw_only=True)
class Root:
    """A root as it is kept: what was signed, and the leaves that it was made of."""

    statement: RootStatement
    body: bytes
    signature: bytes
    leaves: tuple[str, ...]


def today(province: Province) -> str:
    """The day in Viet Nam, as roots name it."""
    return local_day(province.clock.now()).isoformat()


def make_due(province: Province) -> Root:
    """Today's root, made if there is none yet; each process that serves may ask as often as it likes."""
    day = today(province)
    known = province.database.read(lambda connection: _of_day(connection, epoch_of(connection), day), WHOLE_PROVINCE)
    return known or province.database.write(lambda connection: _make(connection, province, day), WHOLE_PROVINCE)


def of_day(province: Province, day: str) -> Root:
    """The last root of a day. Raises Invalid when none was made."""
    table = tables.root
    newest = select(table).where(table.c.day == day).order_by(table.c.n.desc()).limit(1)
    found = province.database.read(lambda connection: connection.execute(newest).first(), WHOLE_PROVINCE)
    if found is None:
        raise Invalid(N_("No root was made on {day}. Nothing was written."), day=day)
    return _read(found)


def all_roots(connection: Connection) -> Iterator[Root]:
    for row in connection.execute(select(tables.root).order_by(tables.root.c.n)):
        yield _read(row)


def signed_now(connection: Connection, province: Province, *, n: int = 0, before: str = "") -> Root:
    """A statement about all heads as they stand, signed and not kept."""
    leaves = tuple(_leaves(connection))
    statement = RootStatement(
        n=n,
        day=today(province),
        at=province.now(),
        epoch=epoch_of(connection),
        leaves=len(leaves),
        root=b64(root_of(leaves)),
        before=before,
    )
    body = encode(statement)
    signature = province.keys.authority.sign(seal.ROOT, body)
    return Root(statement=statement, body=body, signature=signature, leaves=leaves)


def shown(connection: Connection, scope: str, known: int, *, epoch: str) -> RootShown | None:
    """The newest root of the present `epoch` as a holder of the scope is shown it; None for a desk that knows it.

    One of a former epoch would prove nothing to a desk: until this one has its first, it is shown none.
    """
    table = tables.root
    newer = select(table).where(table.c.epoch == epoch, table.c.n > known).order_by(table.c.n.desc()).limit(1)
    row = connection.execute(newer).first()
    if row is None:
        return None
    root = _read(row)
    places = [place for place, leaf in enumerate(root.leaves) if leaf.startswith(f'["feed","{scope}",')]
    if not places:
        return None
    path = [b64(step) for step in path_to(root.leaves, places[0])]
    leaf = root.leaves[places[0]]
    return RootShown(body=b64(root.body), signature=b64(root.signature), leaf=leaf, index=places[0], path=path)


def _make(connection: Connection, province: Province, day: str) -> Root:
    known = _of_day(connection, epoch_of(connection), day)
    if known is not None:
        return known
    table = tables.root
    last = connection.execute(select(table).order_by(table.c.n.desc()).limit(1)).first()
    before = b64(seal.sha256(last.body)) if last else ""
    made = signed_now(connection, province, n=last.n + 1 if last else 1, before=before)
    connection.execute(
        insert(table).values(
            n=made.statement.n,
            day=day,
            epoch=made.statement.epoch,
            body=made.body,
            signature=made.signature,
            leaves="\n".join(made.leaves),
        )
    )
    return made


def _of_day(connection: Connection, epoch: str, day: str) -> Root | None:
    table = tables.root
    row = connection.execute(select(table).where(table.c.epoch == epoch, table.c.day == day)).first()
    return _read(row) if row else None


def _read(row: Any) -> Root:
    body, leaves = bytes(row.body), tuple(row.leaves.split("\n"))
    statement = decode(body, RootStatement)
    return Root(statement=statement, body=body, signature=bytes(row.signature), leaves=leaves)


def _leaves(connection: Connection) -> Iterator[str]:
    """Every feed, every desk that has sent something, and the audit log; in the order of their names."""
    scope, desk, audit = tables.scope, tables.desk, tables.audit
    for row in connection.execute(select(scope.c.id, scope.c.head, scope.c.chain).order_by(scope.c.id)):
        yield feed_leaf(row.id, row.head, b64(row.chain))
    sent = select(desk.c.id, desk.c.last_n, desk.c.head).where(desk.c.last_n > 0).order_by(desk.c.id)
    for row in connection.execute(sent):
        yield desk_leaf(row.id, row.last_n, b64(row.head))
    last = connection.execute(select(audit.c.seq, audit.c.chain).order_by(audit.c.seq.desc()).limit(1)).first()
    if last is not None:
        yield audit_leaf(last.seq, b64(last.chain))
