"""Comparing with the province once all is exchanged: sums first, ranges where those differ, records where these do."""

from __future__ import annotations

from collections.abc import Sequence

from commune_desk.domain.records.kinds import KINDS
from sync import protocol, seal
from sync.change import RELOCATING, FeedPosition
from sync.checksums import (
    RANGES,
    RangesReply,
    RangesRequest,
    RecordsRequest,
    ScopeSums,
    TheirRecords,
    differing,
    range_of,
)
from sync.client import errors
from sync.client.channel import Channel
from sync.client.replica import Comparison, DeskIdentity
from sync.client.snapshots import prove
from sync.snapshot import Snapshot, read_body

_MOST_ASKED = 200
"""Changes in one question: with as many it has half of the room that there is for one."""
_FIELDS = {name: sorted(kind.fields) for name, kind in KINDS.items()}


def compare(channel: Channel, replica: Comparison, identity: DeskIdentity, now: str) -> bool:
    """Compare what is due and put right what differs; whether a comparison went through. `now` is the province's time.

    What moves while it is compared is left for the next time. Raises a SyncFault or Malformed.
    """
    scope = replica.scope_to_compare(now)
    if not scope:
        return False
    try:
        reply = _ask(channel, identity, scope, parts=False)
    except errors.NotRecognised:  # a province whose program keeps no sums
        return False
    held = _held_there(replica, scope, reply)
    if held is None:
        return False
    if held.whole != reply.whole:
        reply = _ask(channel, identity, scope, parts=True)
        held = _held_there(replica, scope, reply)
        if held is None or not _mend(channel, replica, identity, reply, differing(held.ranges, reply.ranges)):
            return False
    replica.compared(now)
    return True


def _held_there(replica: Comparison, scope: str, reply: RangesReply) -> ScopeSums | None:
    """What the register holds, if it stands exactly where the province spoke of."""
    return replica.held_sums(scope, _position(reply.at))


def _ask(channel: Channel, identity: DeskIdentity, scope: str, *, parts: bool) -> RangesReply:
    request = RangesRequest(epoch=identity.epoch, scope=scope, fields=_FIELDS, parts=parts)
    body, _ = channel.call("/v1/ranges", protocol.encode(request), seal.FEED)
    reply = protocol.decode(body, RangesReply)
    if (reply.epoch, reply.scope) != (identity.epoch, scope):
        raise errors.Unproven
    if parts and len(reply.ranges) != RANGES:
        raise protocol.Malformed
    return reply


def _mend(
    channel: Channel, replica: Comparison, identity: DeskIdentity, reply: RangesReply, ranges: Sequence[int]
) -> bool:
    """Fetch and restate what differs; whether the feed stood still until it was done."""
    left = list(ranges)
    while left:
        wanted, changes = _some_of(replica, reply.scope, left)
        request = RecordsRequest(epoch=identity.epoch, scope=reply.scope, ranges=wanted, changes=changes)
        snapshot = _fetch(channel, replica, request)
        if snapshot.head.at != reply.at:
            return False
        theirs = TheirRecords(snapshot.end.ranges, snapshot.events, snapshot.end.heard)
        if not replica.put_right(reply.scope, _position(reply.at), theirs):
            return False
        left = left[len(snapshot.end.ranges) :]
    return True


def _some_of(replica: Comparison, scope: str, left: list[int]) -> tuple[list[int], list[str]]:
    """The first of these ranges, as many as one question has room for, and the changes that are asked about."""
    changes = replica.unheard(scope, left)
    while len(changes) > _MOST_ASKED and len(left) > 1:
        left = left[: len(left) // 2]
        changes = replica.unheard(scope, left)
    return left, list(changes[:_MOST_ASKED])


def _fetch(channel: Channel, replica: Comparison, request: RecordsRequest) -> Snapshot:
    body, _ = channel.call("/v1/records", protocol.encode(request), seal.FEED)
    snapshot = read_body(body)
    done = snapshot.end.ranges
    if (snapshot.head.epoch, snapshot.head.scope) != (request.epoch, request.scope):
        raise errors.Unproven
    if not done or done != request.ranges[: len(done)]:
        raise protocol.Malformed
    prove(snapshot, request.scope, replica.public_of)
    for _, line in snapshot.events:
        if line.change.verb not in RELOCATING and range_of(line.change.record) not in done:
            raise protocol.Malformed
    return snapshot


def _position(at: protocol.FeedHead) -> FeedPosition:
    return FeedPosition(at.seq, protocol.unb64(at.chain))
