"""Hands a courier's bundle of another PC on over this PC's line, and brings the province's reply to it.

Neither can be opened here: the one is sealed to the province, the other to the PC that wrote the first.
"""

from __future__ import annotations

from sync import seal
from sync.carried_wire import MAX_CARRIED, ROUTE, Carried, digest_of, split_reply
from sync.client import errors
from sync.client.channel import Channel
from sync.client.transport import Limits

OF_BUNDLES = Limits(
    read_seconds=150.0,
    body_bytes=MAX_CARRIED,
    sent_bytes=MAX_CARRIED,
    inflated_bytes=MAX_CARRIED,
)
"""For a courier's bundle: the province answers once it has taken all of it in."""
_NOT_THERE = 404


def hand_on(channel: Channel, data: bytes) -> tuple[Carried, bytes]:
    """How it went, and the file to bring back.

    Raises a SyncFault or Malformed: `Refused` with the province's sentence for a bundle that it does not take in,
    TakesNoBundles where its program knows no such route.
    """
    try:
        body, _ = channel.call(ROUTE, data, seal.CARRIED)
    except errors.NotRecognised as fault:
        raise (errors.TakesNoBundles() if fault.status == _NOT_THERE else fault) from None
    said, file = split_reply(body)
    if said.digest != digest_of(data):
        raise errors.Unproven  # a reply to something else, played back
    return said, file
