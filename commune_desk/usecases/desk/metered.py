"""Whether this desk syncs by itself on a line that is paid by volume: a choice that belongs to this PC."""

from __future__ import annotations

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx


def syncs_on_metered(connection: Connection) -> bool:
    """No, until somebody says so."""
    return settings.get(connection, settings.METERED_TOO, bool, False)


def choose_metered(tx: Tx, is_on: bool) -> None:
    """Keep the choice; whoever syncs hears of it."""
    settings.put(tx.connection, settings.METERED_TOO, is_on)
    tx.topic("sync")
