"""What was removed stands in the write-ahead log still, in the pages of before, until the log is folded and cut off.

And now and then in the file: of a row that moved on when its page was full the engine leaves a copy in the bytes that
the former page does not use, and zeroes that one never. A file that is written anew has none.
"""

from __future__ import annotations

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import BUSY_SECONDS, Connection, transaction, translated

HOLDS_REMOVED = "log_holds_removed"
"""Set in the transaction that removes somebody, gone once the log was cut off behind it."""
HOLDS_COPIES = "file_holds_copies"
"""Set likewise, gone once the file was written anew behind it."""
_LARGEST = 64 << 20
"""Bytes of a file that is: a second's work, in as much memory."""
_PATIENCE = 0.2
"""Seconds for which readers are waited for: whoever saves waits too, and a longer one is cut behind later."""


def note(connection: Connection) -> None:
    """The caller's transaction removes what shall be readable nowhere."""
    for name in (HOLDS_REMOVED, HOLDS_COPIES):
        settings.put(connection, name, True)


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


def write_anew(connection: Connection) -> None:
    """Write the file anew behind what was removed, unless it is large: at the start, before anybody reads.

    Raises what the disk refuses.
    """
    with translated():
        size = connection.execute("SELECT page_count*page_size FROM pragma_page_count, pragma_page_size").fetchone()[0]
        if size > _LARGEST or not settings.get(connection, HOLDS_COPIES, bool, False):
            return
        connection.execute("VACUUM")
    with transaction(connection):
        settings.drop(connection, HOLDS_COPIES)
        settings.put(connection, HOLDS_REMOVED, True)
