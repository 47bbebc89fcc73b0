"""What is left of a change that was erased by law: its id and its digest, so that its desk's chain still holds."""

from __future__ import annotations

import msgspec

from sync.protocol import B64, Malformed, b64, decode, encode, unb64

_DIGEST = 32
_FIRST = b"{"
"""No line of a change begins like this: a line begins with its signature, or with the space after none."""


class ErasedLine(msgspec.Struct, frozen=True, kw_only=True):
    """The line of a push in a change's stead."""

    id: str
    erased: B64
    """The digest of the change."""


def erased_line(change: str, digest: bytes) -> bytes:
    """What a desk sends of a change that it erased."""
    return encode(ErasedLine(id=change, erased=b64(digest)))


def read_erased(line: bytes) -> tuple[str, bytes] | None:
    """Id and digest (32 bytes) of an erased change; None for any other line. Raises Malformed for half of one."""
    if not line.startswith(_FIRST):
        return None
    said = decode(line, ErasedLine)
    digest = unb64(said.erased)
    if len(digest) != _DIGEST:
        raise Malformed
    return said.id, digest
