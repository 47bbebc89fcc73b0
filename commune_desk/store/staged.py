"""Changes written but not yet numbered: of an import until it is complete, of a restored register until it has a desk.

A change keeps its id when it is numbered, so later changes that name it as their `base` stay right, and one that
reached the province before a restore is known by its id and never sent twice.
"""

from __future__ import annotations

import msgspec

from commune_desk.store import journal, settings
from commune_desk.store.database import Connection
from commune_desk.store.transaction import Tx

_READY = f"SELECT c.id, c.raw {journal.MAY_GO} ORDER BY c.id LIMIT ?"


def release_next(tx: Tx, limit: int = 200) -> int:
    """Number and sign the next staged changes that may go; returns how many. Small batches: typing never waits."""
    if not tx.ledger.may_number:
        return 0
    rows = tx.connection.execute(_READY, (limit,)).fetchall()
    tx.release(rows)
    if rows:
        tx.topic("sync")
    return len(rows)


def count_staged(connection: Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM change WHERE state='staged'").fetchone()[0])


def mark_restored(tx: Tx) -> None:
    """Turn a register that came out of a backup into one without a desk: it is enrolled under a new id.

    What no receipt names is staged again; the officer goes on working meanwhile.
    """
    own = settings.identity(tx.connection)
    tx.connection.execute(
        "UPDATE change SET state='staged', desk='', n=NULL, head=NULL, signature=NULL"
        " WHERE desk=? AND seq IS NULL AND state IN ('waiting', 'sent')",
        (own.desk,),
    )
    former = (*own.former, own.desk) if own.desk else own.former
    settings.put(
        tx.connection, settings.IDENTITY, msgspec.structs.replace(own, desk="", former=former, frozen="restored")
    )
    tx.audit("restore")
    tx.topic("identity")


def accept_new_desk(tx: Tx, identity: settings.Identity, keys: list[settings.ScopeKeyPair]) -> None:
    """Go on as the desk of a new enrolment; staged changes wait for one full pull."""
    settings.put(tx.connection, settings.IDENTITY, identity)
    settings.put(tx.connection, settings.AWAITS_PULL, True)
    settings.put_scope_keys(tx.connection, keys)
    tx.topic("identity")


def pulled_once(tx: Tx) -> None:
    """The first full pull is done: what the province lacks may be sent."""
    settings.put(tx.connection, settings.AWAITS_PULL, False)
    tx.topic("identity")
