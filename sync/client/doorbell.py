"""For a locked desk: asks the province how many reports wait, with a key that opens nothing else and names nobody."""

from __future__ import annotations

import secrets

from sync import protocol, seal
from sync.client import errors
from sync.client.channel import proven
from sync.client.signing import BELL_SUFFIX, RequestSigner
from sync.client.transport import Transport


def ring(
    transport: Transport, *, desk: str, doorbell_key: seal.SigningKey, authority_public: bytes
) -> protocol.DoorbellReply:
    """How many reports wait and since when, proven by the province. Raises a SyncFault or Malformed."""
    nonce = protocol.b64(secrets.token_bytes(16))
    request = protocol.encode(protocol.HelloRequest(nonce=nonce))
    signer = RequestSigner(desk + BELL_SUFFIX, doorbell_key)
    reply = transport.post("/v1/doorbell", request, signer=signer, nonce=nonce)
    bell = protocol.decode(proven(reply, seal.HELLO, authority_public), protocol.DoorbellReply)
    if bell.nonce != nonce:
        raise errors.Unproven
    return bell
