"""The last word of a desk that the province withdrew: whatever waited for the province goes before it."""

from __future__ import annotations

from commune_desk.store.desk.removal import sign_removal
from commune_desk.store.engine import settings
from commune_desk.store.exchange.staged import pulled_once
from commune_desk.store.writing.transaction import Tx


def sign_last_word(tx: Tx) -> bool:
    """Sign that the register goes, once all is sent; whether it is.

    What was typed before a new enrolment does not wait any more to hear what the province lacks: a withdrawn desk is
    told nothing. What a province that was put back may have lost is sent again with it.
    """
    if settings.get(tx.connection, settings.AWAITS_PULL, bool, False):
        pulled_once(tx)
    return sign_removal(tx)
