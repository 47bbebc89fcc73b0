"""A push that a locked desk brings sealed: opened with the province's courier key, then taken in like any other."""

from __future__ import annotations

from sync import seal
from sync.protocol import MAX_INFLATED, Malformed, Receipt, inflate
from sync.server.identity import desks
from sync.server.identity.province import Province
from sync.server.intake.admission import Admission
from sync.server.intake.push import take_in


def take_in_sealed(province: Province, caller: desks.DeskState, box: bytes, door: Admission) -> Receipt:
    """Take in the push in `box` for the desk that brings it.

    The doorbell key that brought it proves nothing of what is inside: lines and head are the desk's own, or are
    refused. Raises Malformed for what does not open, or as `take_in`.
    """
    try:
        body = seal.open_for_province(province.keys.courier, box)
    except seal.SealBroken:
        raise Malformed from None
    return take_in(province, caller, inflate(body, MAX_INFLATED), door)
