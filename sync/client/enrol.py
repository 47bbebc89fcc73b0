"""Enrols this PC with the code that the province read out: it names the authority to trust and proves both sides.

The certificate is fetched from whoever answers, and only the code's fingerprint says whose it is. From then on TLS
trusts exactly that authority, and each side proves that it knows the code without saying it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import msgspec

from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync import protocol, seal
from sync.client import errors
from sync.client.address import read_address
from sync.client.reply import Reply
from sync.client.tls import authority_fingerprint
from sync.client.transport import Transport
from sync.enrolment_code import CodeKeys, EnrolmentCode
from sync.enrolment_wire import Enrolled, EnrolRequest, Proven
from sync.refusals import SENTENCES

OpenTransport = Callable[[str, bytes | None], Transport]
"""A transport to an address that trusts the given authority (PEM), or anybody for None."""

_ATTEMPTS = 3

_NOT_ACCEPTED = N_(
    "The province did not accept the code: it is mistyped, already used or too old. "
    "Compare it once more, or ask the province for a new one."
)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """All that a desk keeps of its enrolment. The keys exist nowhere else; `repr` shows none of them."""

    address: str
    ca_pem: bytes
    desk: str
    epoch: str
    province_name: str
    authority_public: bytes
    escrow_public: bytes
    courier_public: bytes
    grants: list[protocol.Grant]
    scope_keys: list[protocol.ScopeKey]
    scope_private: dict[str, seal.BoxKey] = field(repr=False)
    """Each granted scope's private key, out of the locker."""
    signing_key: seal.SigningKey = field(repr=False)
    box_key: seal.BoxKey = field(repr=False)
    doorbell_key: seal.SigningKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a PC shows: the keys that the desk is to have, and the last receipt of its former name, if it had one.

    An enrolment whose answer was lost is asked for again with the same keys.
    """

    signing: seal.SigningKey = field(repr=False, default_factory=seal.SigningKey.generate)
    box: seal.BoxKey = field(repr=False, default_factory=seal.BoxKey.generate)
    doorbell: seal.SigningKey = field(repr=False, default_factory=seal.SigningKey.generate)
    receipt: bytes = field(repr=False, default=b"")
    """Exactly as it came, with the province's signature in `receipt_signature`."""
    receipt_signature: bytes = field(repr=False, default=b"")


def open_transport(address: str, ca_pem: bytes | None) -> Transport:
    return Transport(address, ca_pem=ca_pem)


def enrol(
    address: str, code: str, label: str, *, program_version: str, credentials: Credentials | None = None,
    connect: OpenTransport = open_transport,
) -> Enrolment:  # fmt: skip
    """Enrol under `label` (the PC's name for people). The code's stretching takes some tenths of a second.

    A code that the province took although its answer was lost works again with the same keys, and only with
    them. Raises Invalid for a mistyped address or code, Refusal for another province or a code that is no longer good,
    a SyncFault for the line. Nothing is stored here.
    """
    base = read_address(address)
    parts = EnrolmentCode.read(code)
    ca_pem = _fetch_authority(base, parts, connect)
    keys = parts.keys(authority_fingerprint(ca_pem))
    own = credentials or Credentials()
    request = EnrolRequest(
        locator=protocol.b64(parts.locator),
        sign_public=protocol.b64(own.signing.public),
        box_public=protocol.b64(own.box.public),
        doorbell_public=protocol.b64(own.doorbell.public),
        label=label,
        program_version=program_version,
        receipt=protocol.b64(own.receipt),
        receipt_signature=protocol.b64(own.receipt_signature),
    )
    enrolled = _ask(connect(base, ca_pem), request, keys)
    return Enrolment(
        address=base,
        ca_pem=ca_pem,
        desk=enrolled.desk,
        epoch=enrolled.epoch,
        province_name=enrolled.province_name,
        authority_public=protocol.unb64(enrolled.authority_public),
        escrow_public=protocol.unb64(enrolled.escrow_public),
        courier_public=protocol.unb64(enrolled.courier_public),
        grants=enrolled.grants,
        scope_keys=enrolled.scope_keys,
        scope_private=_open_locker(enrolled, keys.locker, parts.locator),
        signing_key=own.signing,
        box_key=own.box,
        doorbell_key=own.doorbell,
    )


def _fetch_authority(base: str, code: EnrolmentCode, connect: OpenTransport) -> bytes:
    transport = connect(base, None)
    try:
        ca_pem = transport.get("/v1/ca")
    except errors.ServerTrouble as trouble:
        status = trouble.params["status"]
        if isinstance(status, int) and status < 500:  # whoever has no such page was never a province
            raise errors.StrangerThere from trouble
        raise
    finally:
        transport.rest()
    if not code.names(authority_fingerprint(ca_pem)):
        raise Refusal(
            N_(
                "The server at this address is not the province that made the code. Nothing was sent to it. "
                "Compare address and code with the province's IT officer."
            )
        )
    return ca_pem


def _ask(transport: Transport, request: EnrolRequest, keys: CodeKeys) -> Enrolled:
    body = protocol.encode(request)
    proof = protocol.encode(Proven(body=protocol.b64(body), mac=protocol.b64(seal.mac(keys.request, body))))
    try:
        reply = _post_enrolment(transport, proof)
    finally:
        transport.rest()
    if reply.status != 200:
        raise _refusal(reply)
    answer = protocol.decode(reply.body, Proven)
    inside = protocol.unb64(answer.body)
    if not seal.is_mac(protocol.unb64(answer.mac), keys.reply, inside):
        raise errors.Unproven
    return protocol.decode(inside, Enrolled)


def _post_enrolment(transport: Transport, proof: bytes) -> Reply:
    """The same request again when its reply got lost: the province answers the same keys with the same enrolment."""
    for _ in range(_ATTEMPTS - 1):
        try:
            return transport.post("/v1/enrol", proof)
        except (errors.HalfPage, errors.TooSlow):
            continue
    return transport.post("/v1/enrol", proof)


def _refusal(reply: Reply) -> Refusal | errors.SyncFault:
    if reply.status in (429, 503):
        return errors.Busy(reply.retry_after)
    if reply.status >= 500 or not reply.signature:  # the province signs whatever it says of a code
        return errors.ServerTrouble(status=reply.status)
    code = protocol.decode(reply.body, protocol.Problem).code if reply.body else ""
    return Refusal(SENTENCES.get(code, _NOT_ACCEPTED))


def _open_locker(enrolled: Enrolled, locker_key: bytes, locator: bytes) -> dict[str, seal.BoxKey]:
    """The locker is bound to its code's locator.

    Raises SealBroken, or Unproven when a private key does not belong to the scope's public one.
    """
    inside = seal.unwrap(locker_key, protocol.unb64(enrolled.locker), locator)
    try:
        private: Mapping[str, str] = msgspec.json.decode(inside, type=dict[str, str])
        keys = {scope: seal.BoxKey.from_bytes(protocol.unb64(text)) for scope, text in private.items()}
    except (msgspec.DecodeError, ValueError) as error:
        raise protocol.Malformed from error
    for scope_key in enrolled.scope_keys:
        mine = keys.get(scope_key.scope)
        if mine is not None and mine.public != protocol.unb64(scope_key.public):
            raise errors.Unproven
    return keys
