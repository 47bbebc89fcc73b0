"""This desk's own numbers and its chain, as the journal keeps them."""

from __future__ import annotations

from collections.abc import Mapping

from commune_desk.store.changes.journal import IS_UNSENT
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from sync.change import GENESIS


def last_n(connection: Connection, desk: str) -> int:
    """The number of the desk's last change; 0 for none."""
    last_one = "SELECT max(n) FROM change WHERE desk=? AND n IS NOT NULL"
    return connection.execute(last_one, (desk,)).fetchone()[0] or 0


def signed_n(connection: Connection, desk: str) -> int:
    """The number of the desk's last change for which the province has signed; 0 for none."""
    signed = f"SELECT n FROM change WHERE desk=? AND n IS NOT NULL AND NOT {IS_UNSENT} ORDER BY n DESC LIMIT 1"  # noqa: S608
    row = connection.execute(signed, (desk,)).fetchone()
    return row[0] if row else 0


def receipted_n(connection: Connection) -> int:
    """The number up to which the last receipt goes; 0 without one. What is sent again since waits nevertheless."""
    receipt = last_receipt(connection)
    return receipt[0] if receipt else 0


def last_receipt(connection: Connection, *, longest: int = -1) -> tuple[int, bytes, bytes] | None:
    """The receipt that goes furthest of those of the epoch that is followed here, or of no epoch: up to which number,
    its exact bytes and the province's signature. `longest`: in bytes, where that counts.

    One of a former epoch may go further: what it signed for was lost when the province was put back.
    """
    row = connection.execute(
        "SELECT accepted_n, body, signature FROM receipt WHERE (? < 0 OR length(body) <= ?)"
        " AND COALESCE(json_extract(CAST(body AS TEXT), '$.epoch'), '') IN ('', ?) ORDER BY accepted_n DESC LIMIT 1",
        (longest, longest, settings.identity(connection).epoch),
    ).fetchone()
    return (row[0], bytes(row[1]), bytes(row[2])) if row else None


def begins_behind(connection: Connection, desk: str) -> tuple[int, bytes]:
    """The number that the desk's own go on behind, and its chain there, which no change that is kept here tells."""
    who, n, head = settings.get(connection, settings.NUMBERED_BEHIND, tuple[str, int, bytes], ("", 0, GENESIS))
    return (n, head) if who == desk else (0, GENESIS)


def are_given(connection: Connection, desk: str, told: Mapping[int, str]) -> bool:
    """Whether the desk gave these numbers here, and none of them to another change than the one with that id.

    Of what is not kept any more the number alone is known.
    """
    if max(told, default=0) > last_n(connection, desk):
        return False
    asked = "SELECT 1 FROM change WHERE desk=? AND n=? AND id<>?"
    return not any(connection.execute(asked, (desk, n, change)).fetchone() for n, change in told.items())


def chain_head(connection: Connection, desk: str, n: int) -> bytes:
    """The desk's chain after its change `n`; empty when that change is not kept any more, or never was here."""
    behind, head = begins_behind(connection, desk)
    if n == behind:
        return head
    if n == 0:
        return GENESIS
    row = connection.execute("SELECT head FROM change WHERE desk=? AND n=?", (desk, n)).fetchone()
    return bytes(row[0]) if row else b""
