"""Snapshots that a courier brings: pieces of several files, in whatever order, until one is whole and taken over."""

from __future__ import annotations

from sync import protocol, seal
from sync.bundle import Part
from sync.client import errors
from sync.client.brought import Brought
from sync.client.replica import Beginnings, DeskIdentity, Replica
from sync.client.snapshots import read_offer, take_over, whole
from sync.snapshot import SnapshotOffer


def take_piece(
    replica: Replica, identity: DeskIdentity, part: Part, content: bytes, brought: Brought, *, held_n: int
) -> None:
    """Prove a piece and keep it; with the last one its scope is begun.

    `held_n`: the desk's changes that the province had when it made the answer. Raises Unproven, Malformed, TooLarge.
    """
    said, _, data = content.partition(b"\n")
    if not seal.verify(identity.authority_public, seal.FEED, said, protocol.unb64(part.signature)):
        raise errors.Unproven
    offer = read_offer(said, identity)
    if not _is_wanted(replica, offer, brought, held_n):
        return
    have = _keep(replica, offer, part.start, data)
    brought.half[offer.scope] = have, offer.size
    if part.start > have:
        brought.too_early.add(offer.scope)
    elif have == offer.size:
        del brought.half[offer.scope]
        _begin(replica, identity, offer, brought)


def _begin(replica: Replica, identity: DeskIdentity, offer: SnapshotOffer, brought: Brought) -> None:
    """Take the whole snapshot over. What the line moved on meanwhile is for the line to begin."""
    try:
        brought.events += take_over(offer, whole(replica, offer), replica, identity)
    except (errors.Gone, errors.HalfPage):
        replica.drop_snapshot(offer.token)
        return
    brought.begun.append(offer.scope)


def _is_wanted(replica: Replica, offer: SnapshotOffer, brought: Brought, held_n: int) -> bool:
    """Whether the scope is still to be begun, or stands before this snapshot, whose pages go on behind it.

    Only by one that was made for a bundle of ours, when the province had all that it has signed for until now: another
    may be from before a restore, or would set back what was written since.
    """
    first = replica.pending(0, 1, 1)
    signed_for = first[0].n - 1 if first else replica.last_n()
    if not brought.is_answer or held_n < signed_for:
        return False
    return offer.scope in replica.to_begin_anew() or replica.cursors().get(offer.scope, 0) < offer.at.seq


def _keep(replica: Beginnings, offer: SnapshotOffer, start: int, data: bytes) -> int:
    """Put the piece behind what is here, as far as it follows; how many bytes are here then."""
    have = replica.snapshot_size(offer.token)
    if start + len(data) > offer.size:
        raise errors.TooLarge
    rest = data[have - start :] if start <= have else b""
    if rest:
        replica.keep_snapshot(offer.token, rest, beside=True)
    return have + len(rest)
