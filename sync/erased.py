"""What is left of a change that was erased by law: its id and its digest, so that its desk's chain still holds.

And what the province's change of verb `erase` says beside the record: who ordered it, and on what ground.
"""

from __future__ import annotations

import msgspec

from sync.change import Change, Wire
from sync.protocol import B64, Malformed, b64, decode, encode, unb64

_DIGEST = 32
_WHO, _WHY = "who", "why"
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


def order_fields(who: str, why: str) -> dict[str, Wire]:
    """What an `erase` carries of the order; neither names whom it is about."""
    return {_WHO: who, _WHY: why}


def order_of(change: Change) -> tuple[str, str]:
    """Who ordered the erasure, and the decision and its ground; empty where the change does not say."""
    who, why = (change.set.get(name) for name in (_WHO, _WHY))
    return (who if isinstance(who, str) else ""), (why if isinstance(why, str) else "")
