"""Before a register is removed: whether all of its own is at the province, and the desk's signed word that it goes."""

from __future__ import annotations

from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.changes import journal
from commune_desk.store.desk.versions import heard_schema
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx
from sync import protocol, purge_wire, seal

_NEVER_SENT = (
    "SELECT count(DISTINCT record) FROM change c WHERE state='staged'"
    " AND NOT EXISTS (SELECT 1 FROM change o WHERE o.record=c.record AND o.state<>'staged')"
)


def is_all_sent(connection: Connection) -> bool:
    """Whether the province signed for every change that was made here; of a list that nobody took over, none was."""
    waits = f"SELECT 1 FROM change WHERE {journal.OPEN} AND state='waiting' LIMIT 1"  # noqa: S608
    staged = f"SELECT 1 {journal.TAKEN_OVER} LIMIT 1"
    return connection.execute(waits).fetchone() is None and connection.execute(staged).fetchone() is None


def sign_removal(tx: Tx) -> bool:
    """Sign that the register goes, once all is sent; whether it is. The province keeps the receipt.

    Nothing is held back from an older province any more: it sets aside all that a withdrawn desk sends, and has it.
    """
    db = tx.connection
    if not is_all_sent(db):
        heard_schema(tx, SCHEMA_VERSION)
        return False
    own = settings.identity(db)
    known = db.execute("SELECT body FROM purge_receipt WHERE change=?", (purge_wire.REMOVED,)).fetchone()
    if known is None or protocol.decode(bytes(known[0]), purge_wire.PurgeStatement).desk != own.desk:
        said = purge_wire.PurgeStatement(
            desk=own.desk, change=purge_wire.REMOVED, records=count_records(db), at=to_iso(tx.ledger.now())
        )
        body = protocol.encode(said)
        signature = seal.SigningKey.from_bytes(own.signing).sign(seal.PURGE, body)
        db.execute("INSERT OR REPLACE INTO purge_receipt VALUES (?,?,?,0)", (purge_wire.REMOVED, body, signature))
    return True


def is_told(connection: Connection) -> bool:
    """Whether the province keeps the desk's word that it removes all."""
    told = "SELECT 1 FROM purge_receipt WHERE change=? AND is_sent=1"
    return connection.execute(told, (purge_wire.REMOVED,)).fetchone() is not None


def count_records(connection: Connection) -> int:
    """Records of every kind, without those of a list that nobody took over: they were never sent."""
    held = sum(connection.execute(f"SELECT count(*) FROM {name}").fetchone()[0] for name in KINDS)  # noqa: S608
    return int(held - connection.execute(_NEVER_SENT).fetchone()[0])
