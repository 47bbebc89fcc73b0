"""The end of the audit log as the province remembers it.

Whoever may unlock this register can make up an audit chain that holds. What the province was told of it before, no key
on this PC can change: with each push goes the last row, and back comes the one of the push before.
"""

from __future__ import annotations

from base64 import b64encode

from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx

AUDIT_CUT = "audit_cut"


def mark(connection: Connection) -> str:
    """The last row, as the province keeps it: its number and its link of the chain."""
    row = connection.execute("SELECT seq, h FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
    return f"{row[0]} {_spelled(row[1])}" if row else ""


def compare(tx: Tx, remembered: str) -> None:
    """Write down, once and for good, the first row that the province remembers and the log does not hold."""
    number, _, link = remembered.partition(" ")
    if not number.isdecimal() or first_cut(tx.connection) is not None:
        return
    row = tx.connection.execute("SELECT h FROM audit WHERE seq=?", (int(number),)).fetchone()
    if row is None or _spelled(row[0]) != link:
        settings.put(tx.connection, AUDIT_CUT, int(number))
        tx.audit(AuditAction.LOG_TOUCHED, detail={"row": int(number)})


def first_cut(connection: Connection) -> int | None:
    """The number of that row, or None where all is as the province remembers it."""
    return settings.get(connection, AUDIT_CUT, int, 0) or None


def _spelled(link: bytes) -> str:
    return b64encode(link).decode("ascii")
