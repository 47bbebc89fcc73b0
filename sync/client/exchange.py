"""What a sync sends and takes over, whichever way it goes: a batch as the body of a push, a page into the register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from commune_desk.domain.time.clock import monotonic
from commune_desk.domain.time.pace import Pace
from sync import protocol, seal
from sync.change import MAX_RUN, FeedPosition, Line, next_head
from sync.client import errors
from sync.client.page import Page, keys_told, portions, verify_page
from sync.client.replica import APPLY_AT_ONCE, DeskIdentity, Feeds, Outbox, PendingLine, Replica

ROOM_FOR_HEADER = 8192


def push_body(
    replica: Outbox,
    identity: DeskIdentity,
    batch: Sequence[PendingLine],
    *,
    shows_receipt: bool = False,
    brief: bool = False,
) -> bytes:
    """What `POST /v1/push` takes: a header and the lines of `batch`, whose numbers have no gap.

    `shows_receipt`: with the last receipt, for a province that seems to have forgotten what it signed for. `brief`: who
    sends knows by the numbers what is taken; a receipt that others keep for the register has to name its changes.
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
        brief=brief,
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


def go_on_in(replica: Replica, epoch: str, *, from_n: int) -> None:
    """The province was put back from a backup: this desk goes on in its present epoch and offers from `from_n` on again
    what was signed for. In this order: broken off in between, it is still to be done."""
    replica.resend_from(from_n)
    replica.follow(epoch)


def prove(
    replica: Replica, identity: DeskIdentity, page: Page, positions: Mapping[str, FeedPosition]
) -> list[FeedPosition]:
    """Where each step of the page leads, once the whole of it holds.

    Raises ProvinceRestored, Unproven, HistoryRewritten, Forked or Malformed.
    """
    if page.header.epoch != identity.epoch:
        raise errors.ProvinceRestored
    reached = verify_page(page, positions, keys_told(page.header, identity, replica.public_of))
    refuse_to_be_a_past(replica, identity, page.events)
    _refuse_to_be_one_of_two(replica, page.header)
    return reached


def _refuse_to_be_one_of_two(replica: Outbox, header: protocol.PullHeader) -> None:
    """Raise Forked where the province follows another chain under this desk's name: it was put back without a word, and
    a copy of this register went on there. The desk's own feeds need not say so: what is late stands in another's."""
    own = replica.chain_head(header.accepted_n or 0)
    if header.head and own and protocol.b64(own) != header.head:
        raise errors.Forked


def refuse_to_be_a_past(replica: Outbox, identity: DeskIdentity, events: Sequence[tuple[protocol.Event, Line]]) -> None:
    """Raise Forked for a change of this desk's own that this register never made.

    It is an older copy that was put back without `restore`: its next number would be one that is taken already. Or a
    copy of it went on under the same name.
    """
    own = {line.change.n: line.change.id for _, line in events if line.change.desk == identity.desk}
    if not replica.gave(own):
        raise errors.Forked


def hand_over(
    replica: Feeds, page: Page, reached: Sequence[FeedPosition], *, at_once: int = APPLY_AT_ONCE, at: str = ""
) -> None:
    """Give a page to the register, at most `at_once` events in a transaction; fewer where those take long.

    `reached` is what `prove` said. `at`: when a carried one was made.
    """
    replica.accept_certs(page.header)
    pace = Pace.up_to(at_once)
    for events, positions in portions(page, reached, pace):
        begun = monotonic()
        replica.apply(events, positions)
        pace.took(monotonic() - begun)
    replica.heads(page.trailer.heads, at=at)
