"""How things are written down: protocol.md, sections 1, 2 and 4."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import time
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

Message = dict[str, Any]


class Untrue(Exception):
    """Something that the other side said does not hold."""


def need(holds: object, what: str) -> None:
    if not holds:
        raise Untrue(what)


def b64(data: bytes) -> str:
    return base64.b64encode(data).decode()


def unb(text: str) -> bytes:
    return base64.b64decode(text, validate=True)


def sha(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()


def compact(value: object) -> bytes:
    """JSON as a change is spelled: no spaces, and only what must be escaped is escaped."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode()


def public_of(key: Ed25519PrivateKey) -> bytes:
    return key.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)


def check(public: bytes, domain: bytes, data: bytes, signature: bytes) -> None:
    """Raises InvalidSignature unless `public` signed `data` for `domain`."""
    Ed25519PublicKey.from_public_bytes(public).verify(signature, domain + data)


def head_words(desk: str, n: int, head: bytes) -> bytes:
    """What a desk signs of its chain."""
    return compact([desk, n, b64(head)])


def next_head(head: bytes, raw: bytes) -> bytes:
    return sha(head + sha(raw))


def next_link(chain: bytes, seq: int, digest: bytes) -> bytes:
    """The chain of a feed after the change of `digest` at `seq`."""
    return sha(chain + seq.to_bytes(8, "big") + digest)


def new_id() -> str:
    """A UUIDv7."""
    milliseconds = time.time_ns() // 1_000_000
    number = milliseconds << 80 | int.from_bytes(os.urandom(10), "big")
    number = number & ~(0xF << 76) | 0x7 << 76
    number = number & ~(0x3 << 62) | 0x2 << 62
    return f"{number:032x}"
