"""Erasure by law, as the province orders it: what the register holds of the records goes at once, with no stub.

Of this desk's own changes the digest stays, so that its chain holds: where the words were not sent yet, the digest is
sent in their stead. Verbs of place keep their bytes: they name ids and scopes alone, and what came by them may be here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from commune_desk.domain.audit_actions import AuditAction
from commune_desk.domain.clock import stamp_instant, to_iso
from commune_desk.domain.erasure import ABOUT
from commune_desk.domain.kinds import KINDS
from commune_desk.store import departures, file_queue, snapshot_parts
from commune_desk.store.database import Connection
from commune_desk.store.journal import ERASED
from commune_desk.store.transaction import Tx
from sync import seal
from sync.change import WITHOUT_FIELDS, Change

Named = dict[str, str]
"""Records: the kind of each by its id."""


class Erased(msgspec.Struct, frozen=True):
    """How many records were erased here by order of the province, and when the last of it was ordered (ISO)."""

    records: int = 0
    at: str = ""


def carry_out(tx: Tx, change: Change, named: Iterable[tuple[str, str]]) -> Named:
    """Erase the records that the province's change names, and what speaks of them here; all of them, by id."""
    db = tx.connection
    gone = _all_about(db, {record: kind for kind, record in named if kind in KINDS})
    held = sum(_erase(tx, kind, record) for record, kind in gone.items())
    snapshot_parts.drop(db)
    tx.scrub()
    if db.execute("SELECT 1 FROM erasure WHERE change=?", (change.id,)).fetchone() is None:
        db.execute("INSERT INTO erasure VALUES (?,?,?)", (change.id, to_iso(stamp_instant(change.stamp)), held))
        departures.sign_receipt(tx, change.id, held)
        tx.audit(AuditAction.ERASE, detail={"change": change.id, "records": held})
    for topic in ("arrivals", "conflicts", "departures", file_queue.FILES):
        tx.topic(topic)
    return gone


def drop_refused(tx: Tx, change_id: str, desk: str) -> None:
    """The province signed that a change of ours speaks of what was erased: it brings nothing back here either."""
    row = tx.connection.execute("SELECT kind, record FROM change WHERE id=? AND desk=?", (change_id, desk)).fetchone()
    if row is not None and row[0] in KINDS:
        _erase(tx, *row)
        tx.scrub()
        tx.connection.execute("UPDATE change SET state=?, code=NULL WHERE id=?", (ERASED, change_id))


def erased_here(connection: Connection) -> Erased:
    """What the register was told to erase, as far as it held it."""
    row = connection.execute("SELECT total(records), max(at) FROM erasure WHERE records>0").fetchone()
    return Erased(int(row[0]), row[1] or "")


def _all_about(db: Connection, named: Named) -> Named:
    """What speaks of the records here, also what was written since the province looked."""
    found, fresh = dict(named), dict(named)
    while fresh:
        spoken = dict(_speaking_of(db, list(fresh)))
        fresh = {record: kind for record, kind in spoken.items() if record not in found}
        found |= fresh
    return found


def _speaking_of(db: Connection, records: list[str]) -> Iterator[tuple[str, str]]:
    for name, fields in ABOUT.items():
        for field in fields:
            for record in records:
                rows = db.execute(f"SELECT id FROM {name} WHERE {field}=?", (record,)).fetchall()  # noqa: S608
                yield from ((found, name) for (found,) in rows)


def _erase(tx: Tx, kind: str, record: str) -> int:
    """Whether the record was here, as 1 or 0."""
    db = tx.connection
    files = []
    if kind == "attachment":
        files = db.execute("SELECT sha256 FROM attachment WHERE id=?", (record,)).fetchall()
    tx.forget(kind, record)
    held = db.execute(f"DELETE FROM {kind} WHERE id=?", (record,)).rowcount  # noqa: S608 - declared names only
    for (sha256,) in files:
        file_queue.drop(db, sha256)
    for table in ("shadow", "conflict", "draft", "arrival", "departure"):
        db.execute(f"DELETE FROM {table} WHERE record=?", (record,))  # noqa: S608 - our own names
    rows = db.execute("SELECT id, desk, n, raw FROM change WHERE record=? AND length(raw)>0", (record,)).fetchall()
    for row in rows:
        _empty(tx, *row)
    return held


def _empty(tx: Tx, change: str, desk: str, n: int | None, raw: Any) -> None:
    if msgspec.json.decode(raw, type=Change).verb in WITHOUT_FIELDS:
        return
    if desk != tx.ledger.desk or n is None:
        tx.connection.execute("DELETE FROM change WHERE id=?", (change,))
        return
    tx.connection.execute(
        "UPDATE change SET raw=x'', signature=NULL, outcomes=NULL, seq=NULL, import_id=NULL, digest=?,"
        " state=CASE WHEN state IN ('waiting', 'sent') THEN state ELSE ? END WHERE id=?",
        (seal.sha256(bytes(raw)), ERASED, change),
    )
