"""The ticket of the last hello, kept for the next process: the first sync of a day then needs none.

It is worth nothing without the desk's signing key, which lies in the same register.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from commune_desk.store.desk import versions
from commune_desk.store.engine import settings
from commune_desk.store.writing.transaction import Tx
from sync.ticket import KeptTicket

TICKET = "ticket"
_BEGINNING = datetime(1970, 1, 1, tzinfo=UTC)


class Kept(msgspec.Struct, frozen=True, kw_only=True):
    """`microseconds`: this PC's time when the ticket came."""

    ticket: KeptTicket
    microseconds: int


def keep(tx: Tx, ticket: KeptTicket) -> None:
    settings.put(tx.connection, TICKET, Kept(ticket=ticket, microseconds=_now(tx)))


def kept(tx: Tx) -> tuple[KeptTicket, float] | None:
    """The ticket and the seconds since it came, below 0 where this PC's clock went back.

    None after an update of the program: the hello that follows catches up with what the former one could not read.
    """
    found: Kept | None = settings.get(tx.connection, TICKET, Kept | None, None)  # type: ignore[arg-type]
    if found is None or not versions.is_caught_up(tx.connection):
        return None
    return found.ticket, (_now(tx) - found.microseconds) / 1_000_000


def _now(tx: Tx) -> int:
    return (tx.ledger.now() - _BEGINNING) // timedelta(microseconds=1)
