"""From a code that was read out to a desk with a name: protocol.md, sections 7 and 14."""

from __future__ import annotations

import hmac
import json
from dataclasses import dataclass
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id
from cryptography.hazmat.primitives.serialization import Encoding

from .frames import CONTENT_TYPE, pack, unpack
from .sealing import key_id
from .spelling import Message, b64, check, compact, need, public_of, sha, unb
from .wire import Line, Refused

DIGITS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


class Code(NamedTuple):
    locator: bytes
    secret: bytes
    start: bytes


class CodeKeys(NamedTuple):
    request: bytes
    reply: bytes
    locker: bytes


@dataclass(frozen=True)
class Enrolled:
    """All that a desk keeps of its enrolment."""

    ca_pem: str
    desk: str
    key: Ed25519PrivateKey
    told: Message
    box: X25519PrivateKey
    bell: Ed25519PrivateKey
    opens: dict[str, bytes]
    """The private half of each scope's key."""

    @property
    def authority(self) -> bytes:
        return unb(self.told["authority_public"])

    def seals_to(self, scope: str) -> bytes:
        return next(unb(one["public"]) for one in self.told["scope_keys"] if one["scope"] == scope)


def spell(raw: bytes) -> str:
    """Bytes as they are read out, in groups of five."""
    count = -(-8 * len(raw) // 5)
    number = int.from_bytes(raw, "big") << 5 * count - 8 * len(raw)
    check_digits = (count - number * 1024) % 1019
    digits = [number >> 5 * place & 31 for place in reversed(range(count))] + [check_digits >> 5, check_digits & 31]
    text = "".join(DIGITS[digit] for digit in digits)
    return "-".join(text[at : at + 5] for at in range(0, len(text), 5))


def read_code(text: str) -> Code:
    """The ten bytes of a code; raises for one that was misheard."""
    plain = text.upper().replace("-", "").replace(" ", "").translate(str.maketrans("OIL", "011"))
    digits = [DIGITS.index(one) for one in plain]
    need(len(digits) == 18, "a code has 18 characters")
    number = 0
    for digit in digits[:16]:
        number = number * 32 + digit
    need((16 - number * 1024) % 1019 == digits[16] * 32 + digits[17], "the code was misheard")
    raw = number.to_bytes(10, "big")
    return Code(raw[:2], raw[2:7], raw[7:])


def code_keys(code: Code, fingerprint: bytes) -> CodeKeys:
    salt = fingerprint + code.locator
    stretch = Argon2id(salt=salt, length=32, iterations=3, lanes=1, memory_cost=64 * 1024)
    key = stretch.derive(code.secret.hex().encode())
    return CodeKeys(*(hmac.digest(key, name, "sha256") for name in (b"request", b"reply", b"locker")))


def fetch_authority(host: str, port: int, code: Code) -> tuple[str, bytes]:
    """The one certificate whose fingerprint the code names, as PEM, and its fingerprint."""
    line = Line(host, port, None)
    _, _, pem = line.ask("GET", "/v1/ca")
    line.close()
    certificate = x509.load_pem_x509_certificate(pem)
    need(certificate.public_bytes(Encoding.PEM).strip() == pem.strip(), "one certificate and nothing else")
    fingerprint = sha(certificate.public_bytes(Encoding.DER))
    need(fingerprint.startswith(code.start), "this is not the province of the code")
    return pem.decode(), fingerprint


def enrol(host: str, port: int, text: str, label: str) -> Enrolled:
    code = read_code(text)
    ca_pem, fingerprint = fetch_authority(host, port, code)
    keys = code_keys(code, fingerprint)
    sign, box, bell = Ed25519PrivateKey.generate(), X25519PrivateKey.generate(), Ed25519PrivateKey.generate()
    body = compact({
        "locator": b64(code.locator),
        "sign_public": b64(public_of(sign)),
        "box_public": b64(box.public_key().public_bytes_raw()),
        "doorbell_public": b64(public_of(bell)),
        "label": label,
        "program_version": "plain",
    })  # fmt: skip
    told = _ask(Line(host, port, ca_pem), keys, body)
    private = json.loads(AESGCM(keys.locker).decrypt(unb(told["locker"])[:12], unb(told["locker"])[12:], code.locator))
    opens = {scope: unb(key) for scope, key in private.items()}
    for one in told["scope_keys"]:
        public = X25519PrivateKey.from_private_bytes(opens[one["scope"]]).public_key().public_bytes_raw()
        need(public == unb(one["public"]) and one["key"] == key_id(public), "a key that is not the scope's")
    return Enrolled(ca_pem, told["desk"], sign, told, box, bell, opens)


def _ask(line: Line, keys: CodeKeys, body: bytes) -> Message:
    words = compact({"body": b64(body), "mac": b64(hmac.digest(keys.request, body, "sha256"))})
    status, headers, reply = line.ask("POST", "/v1/enrol", pack(words), {"Content-Type": CONTENT_TYPE})
    line.close()
    inflated = unpack(reply)
    said = json.loads(inflated)
    if status != 200:
        raise Refused(status, said)
    inside = unb(said["body"])
    need(hmac.compare_digest(hmac.digest(keys.reply, inside, "sha256"), unb(said["mac"])), "not proven by the code")
    told: Message = json.loads(inside)
    signature = unb({name.lower(): value for name, value in headers.items()}["cd-signature"])
    check(unb(told["authority_public"]), b"cd-hello-v1", inflated, signature)
    return told
