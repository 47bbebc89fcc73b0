"""Keys that are the same in every run: so a kept input means the same for ever."""

from __future__ import annotations

from hashlib import sha256

from sync import seal

SCOPE = "C:06838"
RECORD, FIELD = "019ab1f000007000800000000000000a", "description"


def signing(name: str) -> seal.SigningKey:
    return seal.SigningKey.from_bytes(sha256(b"signs " + name.encode()).digest())


def box(name: str) -> seal.BoxKey:
    return seal.BoxKey.from_bytes(sha256(b"opens " + name.encode()).digest())


AUTHORITY, DESK, COLLEAGUE = signing("authority"), signing("desk"), signing("colleague")
BOX = box("commune")
OWN, OTHER = "AAAAAA", "BBBBBB"
"""The ids of the desk that reads and of its colleague."""
EPOCH = "e1"


def identity_number(number: int) -> str:
    """An id as the program gives them."""
    return f"019ab1f0000070008000{number:012x}"
