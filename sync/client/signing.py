"""Signs requests per RFC 9421 (Ed25519): method, path, type and digest of the body, under the desk's key id."""

from __future__ import annotations

from datetime import UTC, datetime

from http_message_signatures import HTTPMessageSigner
from http_message_signatures.algorithms import ED25519
from requests import PreparedRequest

from sync.protocol import SIGNED_COMPONENTS
from sync.seal import SigningKey

_LABEL = "s"
_AT_NO_TIME = datetime.fromtimestamp(0, UTC)
"""The library says when a request was signed, and the province looks at its ticket alone; a zero costs the least."""


class RequestSigner:
    """A key and the id under which the province knows it."""

    def __init__(self, key_id: str, key: SigningKey) -> None:
        self._key_id = key_id
        self._key = key
        self._signer = HTTPMessageSigner(signature_algorithm=ED25519)

    def sign(self, request: PreparedRequest, body: bytes, nonce: str) -> None:
        """Add `Content-Digest`, `Signature-Input` and `Signature` to the request, in place."""
        prepared = self._signer.prepare(
            request,
            key_id=self._key_id,
            created=_AT_NO_TIME,
            nonce=nonce,
            label=_LABEL,
            include_alg=False,
            covered_component_ids=SIGNED_COMPONENTS,
            body=body,
        )
        # The signature base begins with a component's name in quotes, which no domain of `seal` does.
        self._signer.apply(request, prepared, self._key.sign(b"", prepared.signature_base))
