"""What was removed stands in the write-ahead log still, in the pages of before, until the log is folded and cut off."""

from __future__ import annotations

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import BUSY_SECONDS, Connection, transaction, translated

HOLDS_REMOVED = "log_holds_removed"
"""Set in the transaction that removes somebody, gone once the log was cut off behind it."""
_PATIENCE = 0.2
"""Seconds for which readers are waited for: whoever saves waits too, and a longer one is cut behind later."""


def note(connection: Connection) -> None:
    """The caller's transaction removes what shall be readable nowhere."""
    settings.put(connection, HOLDS_REMOVED, True)


def holds_removed(connection: Connection) -> bool:
    return settings.get(connection, HOLDS_REMOVED, bool, False)


def cut(connection: Connection) -> bool:
    """Fold the log into the file and cut it off, and put down that it is; False where somebody reads of before.

    Not in a transaction; of the writer's connection. Raises what the disk refuses.
    """
    with translated():
        connection.execute(f"PRAGMA busy_timeout={int(_PATIENCE * 1000)}")
        try:
            (is_busy, *_) = connection.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        finally:
            connection.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    if is_busy:
        return False
    with transaction(connection):
        settings.drop(connection, HOLDS_REMOVED)
    return True
