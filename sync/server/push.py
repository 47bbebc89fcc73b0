"""Taking in a desk's changes: one transaction for a batch, numbers without gaps, nothing dropped."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
from sqlalchemy import Connection, select, update

from sync import seal
from sync.change import BadLine, next_head, read_line
from sync.protocol import MAX_CHANGES, Malformed, PushHeader, Receipt, Result, decode, unb64
from sync.server import desks, tables
from sync.server.admission import Admission
from sync.server.ordering import Incoming, store
from sync.server.problems import Refused
from sync.server.province import Province


def take_in(province: Province, caller: desks.DeskState, body: bytes, door: Admission) -> Receipt:
    """Take in a push (its inflated body). Raises Malformed or Refused; then nothing of it was kept."""
    header, incoming = read_push(body)
    if header.desk != caller.id:
        raise Refused(404, "not_found")
    for item in incoming:
        item.code = _door_code(item, caller, door)
    try:
        with province.database.write() as connection:
            return _commit(connection, province, header, incoming)
    except Refused as refusal:
        if refusal.code == "fork" and caller.status == desks.ACTIVE:
            with province.database.write() as connection:
                desks.freeze(connection, province, caller.id)
        raise


def read_push(body: bytes) -> tuple[PushHeader, list[Incoming]]:
    """Header and lines. Raises Malformed, or Refused 413 for too many lines."""
    head, *lines = body.removesuffix(b"\n").split(b"\n")
    header = decode(head, PushHeader)
    if len(lines) > MAX_CHANGES:
        raise Refused(413, "too_large")
    if not lines or header.first_n < 1 or header.last_n - header.first_n + 1 != len(lines):
        raise Malformed
    return header, [_read(header.first_n + place, line) for place, line in enumerate(lines)]


def _read(n: int, line: bytes) -> Incoming:
    try:
        return Incoming(n, line, read_line(line))
    except BadLine:
        return Incoming(n, line.partition(b" ")[2], None)


def _door_code(item: Incoming, caller: desks.DeskState, door: Admission) -> str | None:
    if item.line is None:
        return "unreadable"
    if caller.status == desks.REVOKED:
        return "revoked"
    return door.fault(item.line, n=item.n, public=caller.sign_public, desk=caller.id, grants=caller.grants)


def _commit(connection: Connection, province: Province, header: PushHeader, incoming: Sequence[Incoming]) -> Receipt:
    state = desks.find(connection, header.desk)
    if state is None or state.status == desks.FROZEN:
        raise Refused(409, "fork")
    if header.epoch != province.epoch:
        raise Refused(409, "epoch")
    if header.first_n > state.last_n + 1:
        raise Refused(409, "gap", expect_n=state.last_n + 1)
    _refuse_fork(connection, state, [item for item in incoming if item.n <= state.last_n])
    fresh = [item for item in incoming if item.n > state.last_n]
    head = _chain(header, state, fresh)
    results = {item.n: Result(id=item.id, status="dup") for item in incoming}
    results |= store(connection, province, state.id, fresh)
    connection.execute(
        update(tables.desk)
        .where(tables.desk.c.id == state.id)
        .values(
            last_n=max(state.last_n, header.last_n),
            head=head,
            seen_at=province.now(),
            audit_head=header.audit_head[:200],
        )
    )
    accepted = max(state.last_n, header.last_n)
    return Receipt(
        desk=state.id,
        accepted_n=accepted,
        durable_n=state.durable_n,
        at=province.now(),
        results=[results[item.n] for item in incoming],
    )


def _refuse_fork(connection: Connection, state: desks.DeskState, repeated: Sequence[Incoming]) -> None:
    """Raise Refused unless every change sent before is sent again byte for byte."""
    if not repeated:
        return
    numbers = [item.n for item in repeated]
    held: dict[int, bytes] = {}
    for table in (tables.change, tables.quarantine):
        rows = connection.execute(
            select(table.c.n, table.c.digest).where(table.c.desk == state.id, table.c.n.in_(numbers))
        )
        held |= {row.n: row.digest for row in rows}
    if any(held.get(item.n) != item.digest for item in repeated):
        raise Refused(409, "fork")


def _chain(header: PushHeader, state: desks.DeskState, fresh: Sequence[Incoming]) -> bytes:
    """The desk's chain after the batch. Raises Refused when the desk's signed head says otherwise."""
    statement = head_statement(header.desk, header.last_n, header.head)
    if not seal.verify(state.sign_public, seal.HEAD, statement, unb64(header.head_signature)):
        raise Refused(409, "head")
    head = state.head
    for item in fresh:
        head = next_head(head, item.digest)
    if header.last_n >= state.last_n and head != unb64(header.head):
        raise Refused(409, "head")
    return head


def head_statement(desk: str, n: int, head: str) -> bytes:
    """What a desk signs under `seal.HEAD`: the JSON array of its id, the number and the base64 of its chain there."""
    return msgspec.json.encode([desk, n, head])
