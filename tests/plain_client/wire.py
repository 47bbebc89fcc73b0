"""The line to the province: protocol.md, sections 1, 2, 3, 5 and 30."""

from __future__ import annotations

import http.client
import json
import os
import ssl
import time
from collections.abc import Mapping
from datetime import UTC, datetime

import zstandard
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from .frames import CONTENT_TYPE, DICTIONARY_TYPE, MOST, pack, unpack
from .spelling import Message, b64, check, compact, need, sha, unb

NO_CHECK_TIME = 0x200000  # X509_V_FLAG_NO_CHECK_TIME


class Refused(Exception):
    """The province refused, under its signature."""

    def __init__(self, status: int, problem: Message) -> None:
        super().__init__(status, problem.get("code"), problem.get("text"))
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        return str(self.problem["code"])


def context_of(ca_pem: str | None) -> ssl.SSLContext:
    """TLS 1.3 under this authority alone, at any hour; without one nothing is verified."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    if ca_pem is None:
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    else:
        context.load_verify_locations(cadata=ca_pem)
        context.verify_flags |= ssl.VerifyFlags(NO_CHECK_TIME)
    return context


class Line:
    """One connection to `host`:`port`, made anew when it is gone."""

    def __init__(self, host: str, port: int, ca_pem: str | None) -> None:
        self._connection = http.client.HTTPSConnection(host, port, context=context_of(ca_pem), timeout=30)
        self.certificate = b""

    def ask(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> tuple[int, Mapping[str, str], bytes]:
        reply = self.begin(method, path, body, headers)
        return reply.status, dict(reply.getheaders()), reply.read(MOST)

    def begin(
        self, method: str, path: str, body: bytes | None = None, headers: Mapping[str, str] | None = None
    ) -> http.client.HTTPResponse:
        if self._connection.sock is None:
            self._connection.connect()
            self.certificate = self._shown()
        self._connection.request(method, path, body, dict(headers or {}))
        return self._connection.getresponse()

    def close(self) -> None:
        self._connection.close()

    def _shown(self) -> bytes:
        socket = self._connection.sock
        return (socket.getpeercert(True) if isinstance(socket, ssl.SSLSocket) else None) or b""


def signature_base(path: str, digest: str, parameters: str, content_type: str = CONTENT_TYPE) -> bytes:
    """What is signed of a request (RFC 9421)."""
    return "\n".join((
        '"@method": POST',
        f'"@path": {path}',
        f'"content-type": {content_type}',
        f'"content-digest": {digest}',
        f'"@signature-params": {parameters}',
    )).encode()  # fmt: skip


def signed_headers(
    key: Ed25519PrivateKey, path: str, body: bytes, names: tuple[str, str, int], content_type: str = CONTENT_TYPE
) -> Message:
    """`names`: whose key it is, the nonce, and when."""
    key_id, nonce, created = names
    digest = f"sha-256=:{b64(sha(body))}:"
    covered = '("@method" "@path" "content-type" "content-digest")'
    parameters = f'{covered};created={created};keyid="{key_id}";alg="ed25519";nonce="{nonce}"'
    signature = key.sign(signature_base(path, digest, parameters, content_type))
    return {
        "Content-Type": content_type,
        "Content-Digest": digest,
        "Signature-Input": f"sig={parameters}",
        "Signature": f"sig=:{b64(signature)}:",
    }


class Wire:
    """What a desk asks, and only such answers as the authority signed."""

    def __init__(self, line: Line, desk: str, key: Ed25519PrivateKey, authority: bytes) -> None:
        self._line = line
        self._desk = desk
        self._key = key
        self._authority = authority
        self._ticket = ""
        self._count = 0
        self.hellos: list[Message] = []
        self.dictionary: zstandard.ZstdCompressionDict | None = None
        """Used with a province that knows it."""
        self.sent: list[int] = []
        """Bytes of the bodies that were signed."""

    def hello(self) -> Message:
        nonce = b64(os.urandom(16))
        said: Message = json.loads(self._post("/v1/hello", compact({"nonce": nonce}), b"cd-hello-v1", {})[0])
        need(said["nonce"] == nonce, "an old hello was played back")
        self._check_certificate(datetime.strptime(said["time"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC))
        self._ticket, self._count = said["ticket"], 0
        self.hellos.append(said)
        return said

    def ask(self, path: str, message: bytes, domain: bytes) -> tuple[bytes, bytes]:
        """The inflated reply and its signature. Says hello, once more where the ticket is gone."""
        if not self._ticket:
            self.hello()
        try:
            return self._signed(path, message, domain)
        except Refused as refused:
            if (refused.status, refused.code) != (401, "ticket"):
                raise
            self.hello()
            return self._signed(path, message, domain)

    def declared(self) -> tuple[Message, str]:
        """The kinds, fields and verbs that the province knows, and under what name they may be kept."""
        _status, said, body = self._line.ask("GET", "/v1/schema")
        signature = unb(said.get("CD-Signature") or said["cd-signature"])
        check(self._authority, b"cd-schema-v1", body, signature)
        told: Message = json.loads(body)
        return told, said.get("ETag") or said["etag"]

    def get(self, path: str, first: int) -> http.client.HTTPResponse:
        """Bare bytes from `first` on."""
        return self._line.begin("GET", path, headers={"Range": f"bytes={first}-"})

    def hang_up(self) -> None:
        self._line.close()

    def as_another(self, key_id: str, key: Ed25519PrivateKey) -> Wire:
        """The same line, asked by another key."""
        return Wire(self._line, key_id, key, self._authority)

    def forget_ticket(self) -> None:
        """As if the province's process were another by now."""
        self._ticket = self._ticket[:-1] + ("A" if self._ticket[-1] != "A" else "B")

    def _signed(self, path: str, message: bytes, domain: bytes) -> tuple[bytes, bytes]:
        self._count += 1
        dictionary = self.dictionary if self.hellos and self.hellos[-1].get("dictionary", 0) >= 1 else None
        body = pack(message, dictionary)
        self.sent.append(len(body))
        names = (self._desk, f"{self._ticket}.{self._count}", int(time.time()))
        framed = CONTENT_TYPE if dictionary is None else DICTIONARY_TYPE
        return self._post(path, message, domain, signed_headers(self._key, path, body, names, framed), body)

    def _post(
        self, path: str, message: bytes, domain: bytes, headers: Message, body: bytes | None = None
    ) -> tuple[bytes, bytes]:
        headers = {"Content-Type": CONTENT_TYPE, **headers}
        status, said, reply = self._line.ask("POST", path, body or pack(message), headers)
        framed = said.get("Content-Type") or said["content-type"]
        need(framed == headers["Content-Type"], "framed otherwise than it was asked")
        inflated = unpack(reply, self.dictionary if framed == DICTIONARY_TYPE else None)
        signature = unb(said.get("CD-Signature") or said["cd-signature"])
        if status != 200:
            check(self._authority, b"cd-hello-v1", inflated, signature)
            raise Refused(status, json.loads(inflated))
        check(self._authority, domain, inflated, signature)
        return inflated, signature

    def _check_certificate(self, now: datetime) -> None:
        shown = x509.load_der_x509_certificate(self._line.certificate)
        need(shown.not_valid_before_utc <= now <= shown.not_valid_after_utc, "the certificate is not good now")
