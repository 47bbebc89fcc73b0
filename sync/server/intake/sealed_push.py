"""A push that a locked desk brings sealed: opened with the province's courier key, then taken in like any other."""

from __future__ import annotations

from sync import seal
from sync.framing import inflate
from sync.protocol import MAX_INFLATED, Malformed
from sync.server.identity.province import Province


def opened(province: Province, box: bytes) -> bytes:
    """The body of the push in `box`. Raises Malformed for what does not open.

    The doorbell key that brought it proves nothing of what is inside: lines and head are the desk's own, or are
    refused.
    """
    try:
        body = seal.open_for_province(province.keys.courier, box)
    except seal.SealBroken:
        raise Malformed from None
    return inflate(body, MAX_INFLATED)
