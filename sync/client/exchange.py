"""What a sync sends and takes over, whichever way it goes: a batch as the body of a push, a page into the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sync import protocol, seal
from sync.client import errors
from sync.client.page import Page, Place, portions, verified_keys, verify_page
from sync.client.replica import APPLY_AT_ONCE, DeskIdentity, PendingLine, Replica

ROOM_FOR_HEADER = 4096


def push_body(replica: Replica, identity: DeskIdentity, batch: Sequence[PendingLine]) -> bytes:
    """The body of a push with these lines."""
    last_n = batch[-1].n
    head = replica.chain_head(last_n)
    audit_head, audit_cut = replica.audit_mark()
    header = protocol.PushHeader(
        desk=identity.desk,
        epoch=identity.epoch,
        first_n=batch[0].n,
        last_n=last_n,
        head=protocol.b64(head),
        head_signature=protocol.b64(
            identity.signing_key.sign(seal.HEAD, protocol.head_statement(identity.desk, last_n, head))
        ),
        audit_head=audit_head,
        audit_cut=audit_cut,
    )
    return b"\n".join([protocol.encode(header), *(item.line for item in batch)])


def prove(replica: Replica, identity: DeskIdentity, page: Page, places: Mapping[str, Place]) -> None:
    """Raise unless the whole page holds: ProvinceRestored, Unproven, HistoryRewritten, Forked or Malformed."""
    if page.header.epoch != identity.epoch:
        raise errors.ProvinceRestored
    keys: dict[str, bytes | None] = {**verified_keys(page.header, identity.authority_public)}

    def key_of(desk: str) -> bytes | None:
        """A page names few desks thousands of times: the register is asked once for each."""
        if desk not in keys:
            keys[desk] = replica.public_of(desk)
        return keys[desk]

    verify_page(page, places, key_of)
    refuse_to_be_a_past(replica, identity, page)


def refuse_to_be_a_past(replica: Replica, identity: DeskIdentity, page: Page) -> None:
    """Raise Forked for a change of this desk's own that this register never made.

    It is an older copy that was put back without `restore`: its next number would be one that is taken already.
    """
    own = max((line.change.n for _, line in page.events if line.change.desk == identity.desk), default=0)
    if own > replica.last_n():
        raise errors.Forked


def hand_over(
    replica: Replica, page: Page, cursors: Mapping[str, int], *, at_once: int = APPLY_AT_ONCE, at: str = ""
) -> None:
    """Give a proven page to the register, `at_once` events in a transaction. `at`: when a carried one was made."""
    replica.accept_certs(page.header)
    for events, reached in portions(page, cursors, at_once):
        replica.apply(events, reached)
    replica.heads(page.trailer.heads, at=at)
