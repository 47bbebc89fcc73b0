"""Erasure by law, as the province orders it: what the register holds of the records goes at once, with no stub.

Of this desk's own changes the digest stays, so that its chain holds: where the words were not sent yet, the digest is
sent in their stead. Verbs of place keep their bytes: they name ids and scopes alone, and what came by them may be here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from commune_desk.domain.limits.erasure import ABOUT
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.changes.journal import ERASED, LEFT, UNSENT
from commune_desk.store.engine.database import Connection
from commune_desk.store.files import file_queue
from commune_desk.store.intake import departures, moved_along, snapshot_parts
from commune_desk.store.lists import import_rows
from commune_desk.store.writing import drafts, joining
from commune_desk.store.writing.transaction import Tx
from sync import protocol, seal
from sync.change import WITHOUT_FIELDS, Change, Verb
from sync.erased import order_of

Named = dict[str, str]
"""Records: the kind of each by its id."""


def carry_out(tx: Tx, change: Change, named: Iterable[tuple[str, str]]) -> None:
    """Erase the records that the province's change names, and what speaks of them here.

    Of kinds that only a newer program knows their changes lie here, kept for the update: they go too.

    Raises Malformed for a change that is not the province's own: nobody else orders an erasure.
    """
    if change.desk != protocol.PROVINCE_DESK:
        raise protocol.Malformed
    ordered = {record: kind for kind, record in named}
    _part(tx, ordered)
    gone = _all_about(tx.connection, ordered)
    for record, kind in gone.items():
        _erase(tx, kind, record)
    snapshot_parts.drop_all(tx.connection)
    tx.scrub()
    _write_down(tx, change, gone)
    for topic in ("arrivals", "conflicts", "departures", file_queue.FILES):
        tx.topic(topic)


def erase_again(tx: Tx) -> None:
    """Whom an order took away goes once more, where a snapshot of before it brought them back: an old stick has one.

    Of what this desk alone had taken for theirs the province may still have the record, and that may come again.
    """
    db = tx.connection
    ordered = "SELECT c.record, c.kind FROM erasure e JOIN change c ON c.id=e.change"
    people = "SELECT record, kind FROM erased_record WHERE kind='person' AND change<>''"
    back = {record: kind for record, kind in db.execute(f"{ordered} UNION {people}") if _is_here(db, kind, record)}
    if not back:
        return
    for record, kind in _all_about(db, back).items():
        _erase(tx, kind, record)
    tx.scrub()
    for topic in ("arrivals", "conflicts", file_queue.FILES):
        tx.topic(topic)


def _is_here(db: Connection, kind: str, record: str) -> bool:
    here = f"SELECT 1 FROM {kind} WHERE id=?"  # noqa: S608 - declared names only
    return kind in KINDS and db.execute(here, (record,)).fetchone() is not None


def drop_refused(tx: Tx, change_id: str, desk: str) -> None:
    """The province signed that a change of ours speaks of what was erased: it brings nothing back here either."""
    db = tx.connection
    asked = "SELECT kind, record, n, raw, state FROM change WHERE id=? AND desk=?"
    row = db.execute(asked, (change_id, desk)).fetchone()
    if row is None or row[0] not in KINDS:
        return
    kind, record, n, raw, state = row
    if raw:
        db.execute("INSERT OR IGNORE INTO erased_unsent VALUES (?)", (change_id,))
    if raw and msgspec.json.decode(raw, type=Change).verb == Verb.ALIAS:
        _empty(tx, change_id, desk, n, raw, state)  # it names who is erased; whose record it is may stay
    elif raw or _was_erased(db, record):
        _erase(tx, kind, record)
    tx.scrub()
    db.execute("UPDATE change SET state=?, code=NULL WHERE id=?", (ERASED, change_id))


def _was_erased(db: Connection, record: str) -> bool:
    return db.execute("SELECT 1 FROM erased_record WHERE record=?", (record,)).fetchone() is not None


def _part(tx: Tx, ordered: Named) -> None:
    """Whom this desk alone joined with somebody who is erased is another at the province, and stays there and here."""
    for person, kept in joining.joined_by(tx.connection).items():
        if (person in ordered) != (kept in ordered):
            asked = "SELECT id, desk, n, raw, state FROM change WHERE id=? AND length(raw)>0"
            for row in tx.connection.execute(asked, (joining.part(tx, person),)).fetchall():
                _empty(tx, *row)
    tx.settle()


def _write_down(tx: Tx, change: Change, gone: Named) -> None:
    """Whose order it was and what of it was here, once; and a signed statement for the province."""
    db = tx.connection
    if db.execute("SELECT 1 FROM erasure WHERE change=?", (change.id,)).fetchone() is not None:
        return
    db.executemany(
        "UPDATE erased_record SET change=? WHERE record=? AND change=''", [(change.id, record) for record in gone]
    )
    db.executemany("UPDATE erased_record SET about='' WHERE about=?", [(record,) for record in gone])
    (held,) = db.execute("SELECT count(*) FROM erased_record WHERE change=?", (change.id,)).fetchone()
    at = to_iso(stamp_instant(change.stamp))
    db.execute("INSERT INTO erasure VALUES (?,?,?,?,?)", (change.id, at, *order_of(change), held))
    departures.sign_statement(tx, change.id, held)
    tx.audit(AuditAction.ERASE, detail={"change": change.id, "records": held})


def _all_about(db: Connection, named: Named) -> Named:
    """What speaks of the records here, also what was written since the province looked."""
    found, fresh, left = dict(named), dict(named), _kept_of_left(db)
    while fresh:
        spoken = dict(_speaking_of(db, list(fresh)))
        spoken |= {one.record: one.kind for one in left if any(one.set.get(f) in fresh for f in ABOUT[one.kind])}
        fresh = {record: kind for record, kind in spoken.items() if record not in found}
        found |= fresh
    return found


def _kept_of_left(db: Connection) -> list[Change]:
    """What this desk keeps of records that left, though no row is here: some were never in a feed of this place."""
    kept = "SELECT raw FROM change WHERE state=? AND length(raw)>0"
    changes = (msgspec.json.decode(raw, type=Change) for (raw,) in db.execute(kept, (LEFT,)))
    return [change for change in changes if change.kind in ABOUT]


def _speaking_of(db: Connection, records: list[str]) -> Iterator[tuple[str, str]]:
    for name, fields in ABOUT.items():
        for field in fields:
            for record in records:
                rows = db.execute(f"SELECT id FROM {name} WHERE {field}=?", (record,)).fetchall()  # noqa: S608
                yield from ((found, name) for (found,) in rows)


def _erase(tx: Tx, kind: str, record: str) -> None:
    """Take the record away wherever it stands, and write down that it was here."""
    db = tx.connection
    if kind in KINDS:
        _erase_row(tx, kind, record)
    drafts.drop_naming(db, record)
    moved_along.forget(db, record)
    for table in ("shadow", "conflict", "arrival", "departure"):
        db.execute(f"DELETE FROM {table} WHERE record=?", (record,))  # noqa: S608 - our own names
    asked = "SELECT id, desk, n, raw, state FROM change WHERE record=? AND length(raw)>0"
    for row in db.execute(asked, (record,)).fetchall():
        _empty(tx, *row)


def _erase_row(tx: Tx, kind: str, record: str) -> None:
    db = tx.connection
    _remember(db, kind, record)
    files = file_queue.contents_of(db, record) if kind == "attachment" else ()
    if kind == "person":
        import_rows.forget_person(db, record)
    tx.forget(kind, record)
    db.execute(f"DELETE FROM {kind} WHERE id=?", (record,))  # noqa: S608 - declared names only
    for file in files:
        file_queue.drop(db, file)


def _remember(db: Connection, kind: str, record: str) -> None:
    about = KINDS[kind].belongs_to
    named = f"COALESCE({about}, '')" if about else "''"
    db.execute(
        f"INSERT OR IGNORE INTO erased_record SELECT id, ?, '', {named} FROM {kind} WHERE id=?",  # noqa: S608 - declared names only
        (kind, record),
    )


def _empty(tx: Tx, change: str, desk: str, n: int | None, raw: Any, state: str) -> None:
    if msgspec.json.decode(raw, type=Change).verb in WITHOUT_FIELDS:
        return
    if state in UNSENT:
        tx.connection.execute("INSERT OR IGNORE INTO erased_unsent VALUES (?)", (change,))
    if desk != tx.ledger.desk or n is None:
        tx.connection.execute("DELETE FROM change WHERE id=?", (change,))
        return
    tx.connection.execute(
        "UPDATE change SET raw=x'', signature=NULL, outcomes=NULL, seq=NULL, import_id=NULL, digest=?,"
        " state=CASE WHEN state='waiting' THEN state ELSE ? END WHERE id=?",
        (seal.sha256(bytes(raw)), ERASED, change),
    )
