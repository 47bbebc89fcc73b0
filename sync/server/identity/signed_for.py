"""What a desk shows of the province's own signature: for more than it remembers, it was put back to an earlier time."""

from __future__ import annotations

from sqlalchemy import Connection, select

from sync import seal
from sync.change import GENESIS, next_head
from sync.protocol import Receipt, decode, unb64
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, reach_of
from sync.server.identity.desks import DeskState
from sync.server.identity.province import Province


def shown(province: Province, receipt: str, signature: str, *, epoch: str) -> Receipt | None:
    """The receipt (b64, as it came and was signed), if this province gave it in this epoch. Raises Malformed."""
    said = given(province, receipt, signature)
    return said if said is not None and said.epoch == epoch else None


def given(province: Province, receipt: str, signature: str) -> Receipt | None:
    """The receipt, if this province gave it, whenever that was. Raises Malformed."""
    if not receipt:
        return None
    body = unb64(receipt)
    is_ours = seal.verify(province.keys.authority.public, seal.RECEIPT, body, unb64(signature))
    return decode(body, Receipt) if is_ours else None


def is_forgotten(connection: Connection, province: Province, receipt: Receipt, desk: DeskState | None) -> bool:
    """Whether the province does not hold (any more) what it signed for. `desk` is what it knows of the receipt's desk.

    For a transaction that reaches no scope: as many numbers may be there and other changes under them, where a copy of
    the desk's disk went on at a province that had been put back.
    """
    if desk is None or desk.last_n < receipt.accepted_n:
        return True
    if not receipt.head:
        return False
    return _head_after(connection, province, desk, receipt.accepted_n) != unb64(receipt.head)


def _head_after(connection: Connection, province: Province, desk: DeskState, n: int) -> bytes:
    """The desk's chain after its change `n`, of which the province knows."""
    if n == desk.last_n:
        return desk.head
    merged, aside = (
        select(table.c.n, table.c.digest).where(table.c.desk == desk.id, table.c.n <= n)
        for table in (tables.change_key, tables.quarantine)
    )
    province.database.confine(connection, reach_of(desk.id, ()))
    head = GENESIS
    for row in connection.execute(merged.union(aside).order_by("n")):
        head = next_head(head, row.digest)
    province.database.confine(connection, NO_SCOPE)
    return head
