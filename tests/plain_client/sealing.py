"""What is closed to a key: HPKE base mode (RFC 9180), sealed values and the content of files."""

from __future__ import annotations

import hmac
import json
import os
from typing import Any

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey, X25519PublicKey
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from .spelling import b64, compact, need, sha, unb

_KEM = b"KEM\x00\x20"
_SUITE = b"HPKE\x00\x20\x00\x01\x00\x02"
PIECE = 262_128
TAG = 16


def _extract(suite: bytes, salt: bytes, label: bytes, secret: bytes) -> bytes:
    return hmac.digest(salt or bytes(32), b"HPKE-v1" + suite + label + secret, "sha256")


def _expand(suite: bytes, key: bytes, label: bytes, info: bytes, length: int) -> bytes:
    words = length.to_bytes(2, "big") + b"HPKE-v1" + suite + label + info
    made = block = b""
    while len(made) < length:
        block = hmac.digest(key, block + words + bytes([len(made) // 32 + 1]), "sha256")
        made += block
    return made[:length]


def _key_and_nonce(shared: bytes, encapsulated: bytes, public: bytes, info: bytes) -> tuple[bytes, bytes]:
    secret = _extract(_KEM, b"", b"eae_prk", shared)
    secret = _expand(_KEM, secret, b"shared_secret", encapsulated + public, 32)
    context = b"\x00" + _extract(_SUITE, b"", b"psk_id_hash", b"") + _extract(_SUITE, b"", b"info_hash", info)
    secret = _extract(_SUITE, secret, b"secret", b"")
    return _expand(_SUITE, secret, b"key", context, 32), _expand(_SUITE, secret, b"base_nonce", context, 12)


def hpke_seal(public: bytes, info: bytes, words: bytes) -> bytes:
    once = X25519PrivateKey.generate()
    encapsulated = once.public_key().public_bytes_raw()
    shared = once.exchange(X25519PublicKey.from_public_bytes(public))
    key, nonce = _key_and_nonce(shared, encapsulated, public, info)
    return encapsulated + AESGCM(key).encrypt(nonce, words, None)


def hpke_open(private: bytes, info: bytes, box: bytes) -> bytes:
    own = X25519PrivateKey.from_private_bytes(private)
    shared = own.exchange(X25519PublicKey.from_public_bytes(box[:32]))
    key, nonce = _key_and_nonce(shared, box[:32], own.public_key().public_bytes_raw(), info)
    return AESGCM(key).decrypt(nonce, box[32:], None)


def key_id(public: bytes) -> str:
    return sha(public).hex()[:8]


def seal_value(public: bytes, place: tuple[str, str, str], value: object) -> str:
    """`place`: scope, record and field."""
    words = compact(value) + b"\x80"
    words += bytes(-len(words) % 256)
    return b64(b"cd1" + hpke_seal(public, compact(["cd-value-v1", *place]), words))


def open_value(private: bytes, place: tuple[str, str, str], sealed: str) -> Any:
    raw = unb(sealed)
    need(raw[:3] == b"cd1", "a seal of another kind")
    padded = hpke_open(private, compact(["cd-value-v1", *place]), raw[3:])
    return json.loads(padded[: padded.rindex(b"\x80")])


def _nonce(i: int, last: bool) -> bytes:
    return i.to_bytes(11, "big") + bytes([last])


def encrypt_content(key: bytes, content: bytes) -> bytes:
    """protocol.md, section 26.1."""
    pieces = [content[at : at + PIECE] for at in range(0, len(content), PIECE)]
    box = AESGCM(key)
    return b"".join(
        box.encrypt(_nonce(i, i == len(pieces) - 1), piece, b"cd-content-v1") for i, piece in enumerate(pieces)
    )


def decrypt_content(key: bytes, data: bytes) -> bytes:
    size = PIECE + TAG
    pieces = [data[at : at + size] for at in range(0, len(data), size)]
    box = AESGCM(key)
    return b"".join(
        box.decrypt(_nonce(i, i == len(pieces) - 1), piece, b"cd-content-v1") for i, piece in enumerate(pieces)
    )


def new_key() -> bytes:
    return os.urandom(32)
