"""For a locked desk: brings the province what was sealed for it at lock, with a key that opens nothing of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from sync import protocol, seal
from sync.client import errors
from sync.client.channel import Channel
from sync.client.transport import Transport
from sync.protocol import BELL_SUFFIX

Keep = Callable[[bytes, bytes], None]
"""Takes a receipt as it was signed, and the signature."""


def carry(
    transport: Transport,
    boxes: Iterable[bytes],
    keep: Keep,
    *,
    desk: str,
    doorbell_key: seal.SigningKey,
    authority_public: bytes,
) -> None:
    """Push each box and hand its receipt, once proven, to `keep` before the next goes out.

    Raises a SyncFault or Malformed; what was handed over before stays so.
    """
    channel = Channel(transport, key_id=desk + BELL_SUFFIX, key=doorbell_key, authority_public=authority_public)
    try:
        channel.hello()
        for box in boxes:
            body, signature = channel.call(protocol.SEALED_PUSH, box, seal.RECEIPT)
            if protocol.decode(body, protocol.Receipt).desk != desk:
                raise errors.Unproven
            keep(body, signature)
    finally:
        transport.rest()
