"""The gate: who sends a request, proved by RFC 9421 over method, path, content type and the digest of the body."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from http_message_signatures import (
    HTTPMessageSignaturesException,
    HTTPMessageVerifier,
    HTTPSignatureKeyResolver,
    InvalidSignature,
)
from http_message_signatures.algorithms import HTTPSignatureAlgorithm

from sync import seal
from sync.protocol import BELL_SUFFIX, SIGNED_COMPONENTS
from sync.server.edge.tickets import Tickets
from sync.server.engine.database import StoreFault
from sync.server.identity import desks
from sync.server.identity.province import Province
from sync.server.problems import Refused


@dataclass(frozen=True)
class Signed:
    """What is verified: the routed handler's own path, never the one that was asked for."""

    path: str
    headers: Headers
    body: bytes
    method: str = "POST"

    @property
    def url(self) -> str:
        return f"https://province{self.path}"


WHAT_A_FORGERY_BREAKS = (
    ArithmeticError,
    AttributeError,
    LookupError,
    RuntimeError,
    TypeError,
    ValueError,
    HTTPMessageSignaturesException,
)
"""What the parsers of signatures raise on bytes that nobody honest sends; it proves nobody."""


class Headers:
    """The header lines in the order they came."""

    def __init__(self, lines: Iterable[tuple[bytes, bytes]]) -> None:
        self._lines = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in lines]

    def items(self) -> list[tuple[str, str]]:
        return self._lines


class Gate:
    """Lets a request in when its signature holds, its ticket is fresh and its desk may use the route."""

    def __init__(self, tickets: Tickets) -> None:
        self._tickets = tickets

    def admit(self, province: Province, request: Signed, *, bell: bool = False) -> desks.DeskState:
        """The desk that sent the request. Raises Refused 401 for anything not proved, whatever its shape.

        And StoreFault where it cannot be asked who a desk is: that says nothing of its signature.
        """
        callers = _Callers(province, bell=bell)
        verifier = _Verifier(signature_algorithm=_Ed25519, key_resolver=callers)
        try:
            results = verifier.verify(request, max_age=None, require_components=SIGNED_COMPONENTS, body=request.body)
        except InvalidSignature:
            raise callers.fault or Refused(401, "signature") from None
        keyid, nonce = results[0].parameters.get("keyid"), results[0].nonce or ""
        if len(results) != 1 or callers.found is None or not self._tickets.spend(str(keyid), nonce):
            raise Refused(401, "ticket")
        return callers.found


class _Callers(HTTPSignatureKeyResolver):
    """Looks up who a key id names; on the doorbell's routes only doorbell keys count, elsewhere only desks' own."""

    def __init__(self, province: Province, *, bell: bool) -> None:
        self._province = province
        self._bell = bell
        self.found: desks.DeskState | None = None
        self.fault: StoreFault | None = None
        """What kept the database from answering: the library takes whatever is raised here for a wrong signature."""

    def resolve_public_key(self, key_id: str) -> bytes | None:
        desk_id = key_id.removesuffix(BELL_SUFFIX) if self._bell else key_id
        if key_id.endswith(BELL_SUFFIX) is not self._bell:
            return None
        try:
            self.found = self._province.database.glance(lambda connection: desks.find(connection, desk_id))
        except StoreFault as fault:
            self.fault = fault
            return None
        if self.found is None or self.found.status == desks.EXPECTED:
            return None
        return self.found.doorbell_public if self._bell else self.found.sign_public


class _Ed25519(HTTPSignatureAlgorithm):
    """Ed25519 through the one module that knows cryptography."""

    algorithm_id = "ed25519"

    def __init__(self, public_key: Any = None, private_key: Any = None, password: Any = None) -> None:
        self._public: bytes = public_key

    def verify(self, signature: bytes, message: bytes) -> None:
        if not seal.verify(self._public, b"", message, signature):
            raise InvalidSignature("the signature does not hold")


class _Verifier(HTTPMessageVerifier):
    def validate_created_and_expires(self, sig_input: Any, max_age: Any = None) -> None:
        """The clock of an office PC proves nothing: tickets make a request fresh."""
