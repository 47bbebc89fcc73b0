"""The content of a file as it lies at the province and travels: pieces that each prove their place and their end.

A file has a key of its own, used for nothing else. Its content is cut into pieces of 262,128 bytes, the last one
shorter or as long, and each is AES-256-GCM with a nonce of its number (11 bytes, big-endian, from 0) and one byte that
is 1 in the last piece. A piece that was changed, moved, left out or cut off therefore does not open.
"""

from __future__ import annotations

from collections.abc import Iterator
from os import urandom

from commune_desk.domain.model.ids import is_hex
from sync import seal
from sync.seal import SealBroken

__all__ = [
    "KEY_BYTES",
    "MAX_FILE",
    "PIECE",
    "SealBroken",
    "decrypted",
    "digest_of",
    "encrypted",
    "encrypted_size",
    "is_digest",
    "new_key",
]

PIECE = 256 * 1024
"""Bytes of a piece as it is kept, its tag included; the last one may be shorter."""
KEY_BYTES = 32
MAX_FILE = 4 << 20
"""Bytes of ciphertext that the province takes of one file."""
_TAG = 16
_PLAIN = PIECE - _TAG
_COUNTER = 11
_AAD = b"cd-content-v1"


def new_key() -> bytes:
    """The key of one file."""
    return urandom(KEY_BYTES)


def encrypted(key: bytes, content: bytes) -> bytes:
    """The ciphertext of a file's whole content. Raises ValueError for an empty one."""
    if not content:
        raise ValueError("a file has content")
    return b"".join(
        seal.encrypt_piece(key, nonce, content[start : start + _PLAIN], _AAD)
        for start, nonce in _places(len(content), _PLAIN)
    )


def decrypted(key: bytes, ciphertext: bytes) -> bytes:
    """The content. Raises SealBroken unless every piece is there, whole, in its place, and the last is the last."""
    if not ciphertext:
        raise SealBroken
    return b"".join(
        seal.decrypt_piece(key, nonce, ciphertext[start : start + PIECE], _AAD)
        for start, nonce in _places(len(ciphertext), PIECE)
    )


def encrypted_size(content_bytes: int) -> int:
    """Bytes of ciphertext of so many bytes of content."""
    return content_bytes + _TAG * -(-content_bytes // _PLAIN)


def digest_of(ciphertext: bytes) -> str:
    """The name of a file: SHA-256 of its ciphertext as 64 hex digits."""
    return seal.sha256(ciphertext).hex()


def is_digest(text: str) -> bool:
    """Whether `text` has the shape of a file's name."""
    return len(text) == 64 and is_hex(text)


def _places(total: int, step: int) -> Iterator[tuple[int, bytes]]:
    """Where each piece begins, and its nonce."""
    for number, start in enumerate(range(0, total, step)):
        yield start, number.to_bytes(_COUNTER) + bytes([start + step >= total])
