"""For a locked desk: asks the province how many reports wait, with a key that opens nothing else and names nobody."""

from __future__ import annotations

import secrets

from sync import protocol, seal
from sync.client import errors
from sync.client.channel import Channel
from sync.client.transport import Transport
from sync.protocol import BELL_SUFFIX


def ring(
    transport: Transport, *, desk: str, doorbell_key: seal.SigningKey, authority_public: bytes
) -> protocol.DoorbellReply:
    """How many reports wait and since when, proven by the province. Raises a SyncFault or Malformed."""
    channel = Channel(transport, key_id=desk + BELL_SUFFIX, key=doorbell_key, authority_public=authority_public)
    nonce = protocol.b64(secrets.token_bytes(16))
    try:
        channel.hello()
        body, _ = channel.call("/v1/doorbell", protocol.encode(protocol.HelloRequest(nonce=nonce)), seal.HELLO)
    finally:
        transport.rest()
    reply = protocol.decode(body, protocol.DoorbellReply)
    if reply.nonce != nonce:
        raise errors.Unproven
    return reply
