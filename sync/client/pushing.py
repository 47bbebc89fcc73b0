"""The body of a push: what waits of a desk's journal, in order, with the signed heads that prove it."""

from __future__ import annotations

from collections.abc import Sequence

from sync import protocol, seal
from sync.change import MAX_RUN, next_head
from sync.client.replica import DeskIdentity, PendingLine, Replica


def push_body(
    identity: DeskIdentity, replica: Replica, batch: Sequence[PendingLine], *, shows_receipt: bool = False
) -> bytes:
    """What `POST /v1/push` takes: a header and the lines of `batch`, whose numbers have no gap.

    `shows_receipt`: with the last receipt, for a province that seems to have forgotten what it signed for.
    """
    first_n, last_n = batch[0].n, batch[-1].n
    heads = _heads(replica.chain_head(first_n - 1), batch)
    audit_head, audit_cut = replica.audit_mark()
    receipt, signature = replica.last_receipt() if shows_receipt else (b"", b"")
    header = protocol.PushHeader(
        desk=identity.desk,
        epoch=identity.epoch,
        first_n=first_n,
        last_n=last_n,
        head=protocol.b64(heads[-1]),
        head_signature=_signed(identity, last_n, heads[-1]),
        audit_head=audit_head,
        audit_cut=audit_cut,
        receipt=protocol.b64(receipt),
        receipt_signature=protocol.b64(signature),
        marks=[
            protocol.HeadMark(n=n, signature=_signed(identity, n, heads[n - first_n]))
            for n in range(first_n + MAX_RUN - 1, last_n, MAX_RUN)
        ],
    )
    return b"\n".join([protocol.encode(header), *(item.line for item in batch)])


def _heads(before: bytes, batch: Sequence[PendingLine]) -> list[bytes]:
    """The desk's chain after each change of the batch."""
    heads, head = [], before
    for item in batch:
        head = next_head(head, item.digest)
        heads.append(head)
    return heads


def _signed(identity: DeskIdentity, n: int, head: bytes) -> protocol.B64:
    statement = protocol.head_statement(identity.desk, n, head)
    return protocol.b64(identity.signing_key.sign(seal.HEAD, statement))
