"""A line so poor that only the first of what waits gets through, and no word of it comes back."""

from __future__ import annotations

from sync import protocol, seal
from sync.client.channel import Channel
from sync.client.exchange import push_body
from tests.sync.actors.real_desks import RealDesk


def push_first(desk: RealDesk, count: int = 1) -> list[int]:
    """Push so many changes and hear nothing of it; their numbers. Raises a SyncFault."""
    replica = desk.replica()
    own = replica.identity()
    batch = replica.pending(0, count, protocol.MAX_INFLATED)
    if batch:
        channel = Channel(desk.connect(), key_id=own.desk, key=own.signing_key, authority_public=own.authority_public)
        channel.hello()
        channel.call("/v1/push", push_body(replica, own, batch), seal.RECEIPT)
    return [change.n for change in batch]
