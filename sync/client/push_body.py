"""What a push says: its header with the desk's signed head, and the changes as they are."""

from __future__ import annotations

from collections.abc import Sequence

from sync import protocol, seal
from sync.client.replica import DeskIdentity, PendingLine, Replica


def push_body(replica: Replica, identity: DeskIdentity, batch: Sequence[PendingLine]) -> bytes:
    """The inflated body of a push of `batch`, which is not empty and has no gap in its numbers."""
    last_n = batch[-1].n
    head = replica.chain_head(last_n)
    audit_head, audit_cut = replica.audit_mark()
    statement = protocol.head_statement(identity.desk, last_n, head)
    header = protocol.PushHeader(
        desk=identity.desk,
        epoch=identity.epoch,
        first_n=batch[0].n,
        last_n=last_n,
        head=protocol.b64(head),
        head_signature=protocol.b64(identity.signing_key.sign(seal.HEAD, statement)),
        audit_head=audit_head,
        audit_cut=audit_cut,
    )
    return b"\n".join([protocol.encode(header), *(item.line for item in batch)])
