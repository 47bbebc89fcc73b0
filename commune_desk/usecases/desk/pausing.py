"""Whether somebody paused this desk's sync: it stands over locks and restarts, until somebody resumes."""

from __future__ import annotations

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx


def is_paused(connection: Connection) -> bool:
    """No, until somebody says so."""
    return settings.get(connection, settings.PAUSED, bool, False)


def choose_pause(tx: Tx, is_on: bool) -> None:
    """Keep the choice; whoever syncs hears of it."""
    settings.put(tx.connection, settings.PAUSED, is_on)
    tx.topic("sync")
