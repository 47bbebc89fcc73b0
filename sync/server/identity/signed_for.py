"""What a desk shows of the province's own signature: for more than it remembers, it was put back to an earlier time."""

from __future__ import annotations

from sync import seal
from sync.protocol import Receipt, decode, unb64
from sync.server.identity.province import Province


def shown(province: Province, receipt: str, signature: str, *, epoch: str) -> Receipt | None:
    """The receipt (b64, as it came and was signed), if this province gave it in this epoch. Raises Malformed."""
    if not receipt:
        return None
    body = unb64(receipt)
    if not seal.verify(province.keys.authority.public, seal.RECEIPT, body, unb64(signature)):
        return None
    said = decode(body, Receipt)
    return said if said.epoch == epoch else None
