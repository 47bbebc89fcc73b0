"""Identities: time-ordered UUIDs (version 7, RFC 9562) and the short codes of scopes."""

from __future__ import annotations

import os
import re
import time
from typing import NewType

RecordId = NewType("RecordId", str)
OfficerId = NewType("OfficerId", str)
DeskId = NewType("DeskId", str)
Scope = NewType("Scope", str)
"""`C:06838` a commune, `S:AD01` a shelter, `P:22` the province."""

_SCOPE = re.compile(r"C:[0-9]{5}|S:[A-Z0-9]{2,12}|P:[0-9]{2}")


def uuid7() -> str:
    """A new UUIDv7 as 32 lower-case hex digits: 48 bits of milliseconds, then 74 random bits."""
    milliseconds = time.time_ns() // 1_000_000
    random = int.from_bytes(os.urandom(10))
    value = (
        (milliseconds & (1 << 48) - 1) << 80
        | 0x7 << 76
        | (random >> 64 & (1 << 12) - 1) << 64
        | 0b10 << 62
        | random & (1 << 62) - 1
    )
    return f"{value:032x}"


def new_record_id() -> RecordId:
    return RecordId(uuid7())


def is_id(text: str) -> bool:
    """Whether `text` has the shape of an id: 32 lower-case hex digits."""
    return len(text) == 32 and is_hex(text)


def is_hex(text: str) -> bool:
    """Whether `text` is bytes in lower-case hex digits, as many as there may be."""
    try:
        return bytes.fromhex(text).hex() == text
    except ValueError:
        return False


def desk_mark(desk: DeskId) -> str:
    """What stands for a desk in the numbers it gives out: its last four letters and digits."""
    return "".join(c for c in desk.upper() if c.isalnum())[-4:] or "0"


def is_scope(text: str) -> bool:
    """Whether `text` has the shape of a scope."""
    return _SCOPE.fullmatch(text) is not None


def is_commune_scope(scope: str) -> bool:
    return scope.startswith("C:")


def is_shelter_scope(scope: str) -> bool:
    return scope.startswith("S:")


def commune_scope(code: str) -> Scope:
    return Scope(f"C:{code}")


def shelter_scope(code: str) -> Scope:
    return Scope(f"S:{code}")
