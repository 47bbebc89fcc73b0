"""A recorded message as a later version might have sent it: with a member that nobody of today knows, signed anew."""

from __future__ import annotations

import json
from collections.abc import Mapping

import msgspec
import requests

from sync import framing, protocol, seal
from sync.carried_wire import ROUTE
from sync.client.signing import RequestSigner
from sync.erased import read_erased
from sync.seal import SigningKey
from tests.traces.trace import Exchange

LATER = {"later": {"than": ["today"]}}
DOMAINS = {
    "/v1/push": seal.RECEIPT,
    protocol.SEALED_PUSH: seal.RECEIPT,
    ROUTE: seal.CARRIED,
    "/v1/pull": seal.FEED,
    "/v1/snapshot": seal.FEED,
    "/v1/ranges": seal.FEED,
    "/v1/records": seal.FEED,
    "/v1/files/offset": seal.FILE,
    "/v1/files/put": seal.FILE,
    "/v1/files/get": seal.FILE,
}
"""Under which domain the province signs; under `seal.HELLO` whatever is not named."""
_OPEN = ("/v1/hello",)
_AS_IT_WAS = ("/v1/enrol", protocol.SEALED_PUSH, ROUTE)
"""Of what the sender alone can close: the first is bound to the code, the others are sealed."""


def as_it_was(exchange: Exchange) -> Exchange:
    return exchange


class LaterProvince:
    """Alters replies; `authority` is the recorded province's key."""

    def __init__(self, authority: SigningKey) -> None:
        self._authority = authority

    def __call__(self, exchange: Exchange) -> Exchange:
        if exchange.method != "POST" or protocol.SIGNATURE_HEADER.lower() not in exchange.said:
            return exchange
        body = _with_more(exchange.path, framing.inflate(exchange.received), is_reply=True)
        signature = self._authority.sign(DOMAINS.get(exchange.path, seal.HELLO), body)
        received = framing.deflate(body)
        said = {
            **exchange.said,
            protocol.SIGNATURE_HEADER.lower(): protocol.b64(signature),
            "content-length": str(len(received)),
        }
        return msgspec.structs.replace(exchange, received=received, said=said)


class LaterDesk:
    """Alters requests; `keys` are the desks' signing keys by their ids."""

    def __init__(self, keys: Mapping[str, SigningKey]) -> None:
        self._keys = keys

    def __call__(self, exchange: Exchange) -> Exchange:
        if exchange.method != "POST" or exchange.path in _AS_IT_WAS:
            return exchange
        sent = framing.deflate(_with_more(exchange.path, framing.inflate(exchange.sent), is_reply=False))
        request = requests.Request("POST", f"https://province{exchange.path}", data=sent).prepare()
        request.headers["Content-Type"] = framing.CONTENT_TYPE
        if exchange.path not in _OPEN:
            keyid = exchange.headers["signature-input"].partition('keyid="')[2].partition('"')[0]
            RequestSigner(keyid, self._keys[keyid]).sign(request, sent, "any")
        return msgspec.structs.replace(exchange, sent=sent, headers=dict(request.headers))


def _with_more(path: str, body: bytes, *, is_reply: bool) -> bytes:
    """The message with one more member in each JSON object that this version would read as one of its own."""
    if path == "/v1/pull" and is_reply:
        return b"\n".join(_event(line) for line in body.split(b"\n"))
    if path == "/v1/push" and not is_reply:
        head, *lines = body.split(b"\n")
        return b"\n".join([_more(head), *(line if read_erased(line) is None else _more(line) for line in lines)])
    if path in ("/v1/files/put", "/v1/files/get", ROUTE):
        head, feed, rest = body.partition(b"\n")
        return _more(head) + feed + rest
    return _more(body)


def _event(line: bytes) -> bytes:
    """Header, trailer, or an event; the change behind the tab is its author's and stays."""
    event, tab, change = line.partition(b"\t")
    return _more(event) + tab + change


def _more(text: bytes) -> bytes:
    return json.dumps(json.loads(text) | LATER).encode() if text else text
