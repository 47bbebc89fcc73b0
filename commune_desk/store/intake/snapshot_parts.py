"""A snapshot on its way: its bytes so far, encrypted as they come, so that a line that breaks costs only the rest."""

from __future__ import annotations

from commune_desk.store.engine.database import Connection

_OF_ITSELF = ("officer", "desk")
"""Kinds that a desk writes of itself when it begins."""
_BESIDE = 8


def is_at_work(connection: Connection) -> bool:
    """Whether anything else was written here or came: an older snapshot would set it back until the next page."""
    others = "SELECT 1 FROM change WHERE kind NOT IN (?,?) LIMIT 1"
    return connection.execute(others, _OF_ITSELF).fetchone() is not None


def size(connection: Connection, token: str) -> int:
    """Bytes that are here of it."""
    rows = connection.execute("SELECT coalesce(sum(length(data)), 0) FROM snapshot_part WHERE token=?", (token,))
    return int(rows.fetchone()[0])


def keep(connection: Connection, token: str, piece: bytes, *, beside: bool = False) -> None:
    """Put the next bytes behind those that are here; another snapshot's are dropped.

    `beside`: only where there are more than a few of them, for the bundles of one stick bring those of several places.
    """
    others = connection.execute("SELECT count(DISTINCT token) FROM snapshot_part WHERE token<>?", (token,)).fetchone()
    if not beside or others[0] >= _BESIDE:
        connection.execute("DELETE FROM snapshot_part WHERE token<>?", (token,))
    connection.execute("INSERT INTO snapshot_part VALUES (?,?,?)", (token, size(connection, token), piece))


def content(connection: Connection, token: str) -> bytes:
    """All of its bytes that are here."""
    rows = connection.execute("SELECT data FROM snapshot_part WHERE token=? ORDER BY start", (token,)).fetchall()
    return b"".join(bytes(data) for (data,) in rows)


def drop_all(connection: Connection) -> None:
    connection.execute("DELETE FROM snapshot_part")


def drop(connection: Connection, token: str) -> None:
    connection.execute("DELETE FROM snapshot_part WHERE token=?", (token,))
