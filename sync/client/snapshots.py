"""Fetching a snapshot: from where the line broke last time, proven as a whole, then handed to the register."""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from commune_desk.domain.model.ids import is_id
from sync import protocol, seal
from sync.change import FeedPosition
from sync.client import errors
from sync.client.channel import Channel
from sync.client.exchange import refuse_to_be_a_past
from sync.client.page import PublicOf, is_for, is_proven, keys_told, proven_by_heads
from sync.client.replica import Beginnings, DeskIdentity, Feeds, Replica
from sync.client.transport import Transport
from sync.seal import SealBroken
from sync.snapshot import MAX_BYTES, Snapshot, SnapshotOffer, SnapshotRequest, opened, unpack

_TRIES = 3
_NOT_FOUND = 404


def begin_scope(
    transport: Transport, channel: Channel, replica: Replica, identity: DeskIdentity, scope: str, *, fresh: bool = False
) -> int:
    """Bring a scope of the register to where the province's snapshot of it stands; how many changes that took.

    `fresh`: the register is at work, and only a snapshot of now will do; so too where a beginning was broken off or
    overtaken. Raises a SyncFault or Malformed; what was fetched until then is kept and need not come again.
    """
    not_there = ""
    for _ in range(_TRIES):
        offer = _ask(channel, replica, identity, scope, fresh or scope in replica.to_begin_anew())
        if offer.token == not_there:
            raise errors.ServerTrouble(status=_NOT_FOUND)
        try:
            ciphertext = _fetch(transport, replica, offer)
        except errors.Gone:
            # Nobody signs for that word: what the province offers once more is there, whoever says it is not.
            not_there = offer.token
            continue
        try:
            return take_over(offer, ciphertext, replica, identity)
        except errors.Gone:
            replica.drop_snapshot(offer.token)
    raise errors.Gone


def _ask(channel: Channel, replica: Feeds, identity: DeskIdentity, scope: str, fresh: bool) -> SnapshotOffer:
    request = SnapshotRequest(
        epoch=identity.epoch,
        scope=scope,
        certs=replica.certs_version(),
        directory=replica.directory_version(),
        fresh=fresh,
    )
    body, _ = channel.call("/v1/snapshot", protocol.encode(request), seal.FEED)
    offer = read_offer(body, identity)
    if offer.scope != scope:
        raise errors.Unproven
    return offer


def read_offer(body: bytes, identity: DeskIdentity) -> SnapshotOffer:
    """An offer whose signature holds. Raises Unproven for one that cannot be meant, Malformed."""
    offer = protocol.decode(body, SnapshotOffer)
    if offer.size > MAX_BYTES or offer.header.epoch != identity.epoch:
        raise errors.Unproven
    if not is_id(offer.token):
        raise protocol.Malformed
    return offer


def _fetch(transport: Transport, replica: Beginnings, offer: SnapshotOffer) -> bytes:
    """All bytes of the snapshot, as the province signed for them."""
    while (have := replica.snapshot_size(offer.token)) < offer.size:
        transport.fetch(f"/v1/snapshots/{offer.token}", have, _keeper(replica, offer))
        if replica.snapshot_size(offer.token) == have:
            raise errors.HalfPage
    return whole(replica, offer)


def whole(replica: Beginnings, offer: SnapshotOffer) -> bytes:
    """The bytes that came, as the province signed for them. Raises Unproven, and none of them is kept.

    Raises HalfPage where a stick, or the line, began with another one meanwhile, for which these made room.
    """
    ciphertext = replica.snapshot_bytes(offer.token)
    if len(ciphertext) < offer.size:
        raise errors.HalfPage
    if seal.sha256(ciphertext) != protocol.unb64(offer.sha256):
        replica.drop_snapshot(offer.token)
        raise errors.Unproven
    return ciphertext


def _keeper(replica: Beginnings, offer: SnapshotOffer) -> Callable[[bytes], None]:
    def keep(piece: bytes) -> None:
        if replica.snapshot_size(offer.token) + len(piece) > offer.size:
            replica.drop_snapshot(offer.token)
            raise errors.TooLarge
        replica.keep_snapshot(offer.token, piece)

    return keep


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """Ten thousand lines hold no cycles; looking for some takes a tenth of the time."""
    was_at_work = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_at_work:
            gc.enable()


def take_over(offer: SnapshotOffer, ciphertext: bytes, replica: Replica, identity: DeskIdentity) -> int:
    """Prove what is in the whole snapshot and bring the scope to it; how many changes.

    Raises Unproven, Forked; Gone where a stick, or the line, moved the register on while it was taken over.
    """
    with _collector_at_rest():
        return _take_over(offer, ciphertext, replica, identity)


def _take_over(offer: SnapshotOffer, ciphertext: bytes, replica: Replica, identity: DeskIdentity) -> int:
    try:
        snapshot = unpack(opened(ciphertext, offer.box, replica.scope_box(offer.key), scope=offer.scope))
    except SealBroken:
        raise errors.Unproven from None
    if snapshot.head.at != offer.at:
        raise errors.Unproven
    prove(snapshot, offer.scope, keys_told(offer.header, identity, replica.public_of))
    refuse_to_be_a_past(replica, identity, snapshot.events)
    replica.accept_certs(offer.header)
    position = FeedPosition(offer.at.seq, protocol.unb64(offer.at.chain))
    if not replica.begin_anew(offer.scope, snapshot.events, position):
        raise errors.Gone
    replica.drop_snapshot(offer.token)
    return len(snapshot.events)


def prove(snapshot: Snapshot, scope: str, public_of: PublicOf) -> None:
    """Raise Unproven unless it is of the scope, and every change in it its author's."""
    if snapshot.head.scope != scope:
        raise errors.Unproven
    by_heads = proven_by_heads([line for _, line in snapshot.events], snapshot.end.runs, public_of)
    for event, line in snapshot.events:
        if event.scope != scope or not is_for(event, line) or not is_proven(line, by_heads, public_of):
            raise errors.Unproven
