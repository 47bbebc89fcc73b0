"""What the province signed for: receipts kept, and this desk's changes accepted, set aside or waiting again by them."""

from __future__ import annotations

from collections.abc import Iterable

import msgspec

from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import to_iso
from commune_desk.store.changes import numbers
from commune_desk.store.changes.journal import ERASED, OPEN
from commune_desk.store.desk import audit_mark
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange import courier
from commune_desk.store.files import file_queue
from commune_desk.store.intake import comparing, departures, erasing
from commune_desk.store.intake.incoming import Incoming
from commune_desk.store.writing.transaction import Tx
from sync import protocol
from sync.change import Change, Verb

_SET_ASIDE = (
    "UPDATE change SET state='quarantined', code=?, seq=NULL, outcomes=NULL"
    " WHERE id=? AND desk=? AND n<=? AND (seq IS NULL OR state='waiting')"
)
"""What no feed brought, or what waits again: where that stood in the feed of before a restore says nothing."""
# By this index: the numbers would lead through everything that was ever accepted.
_ACCEPT = (
    "UPDATE change INDEXED BY change_open SET state=CASE WHEN length(raw)>0 THEN 'accepted' ELSE 'erased' END"  # noqa: S608
    f" WHERE {OPEN} AND desk=? AND n<=? AND state='waiting'"
)
USED_ID = "id"
"""The province's code for what it has under this id from another desk, or from this one by another name."""
_SEND_AGAIN = (
    "UPDATE change SET state='waiting', code=NULL"
    " WHERE desk=? AND n>=? AND state IN ('accepted', 'quarantined', 'erased')"
)


def last(connection: Connection) -> tuple[bytes, bytes]:
    """The exact bytes of the last receipt and the province's signature; empty before the first."""
    receipt = numbers.last_receipt(connection)
    return receipt[1:] if receipt else (b"", b"")


def named_up_to(connection: Connection, desk: str, receipt: protocol.Receipt) -> int:
    """The last number of the changes that the receipt names and that are all of them the desk's own; else 0."""
    ids = {result.id for result in receipt.results}
    found: tuple[int, int] = connection.execute(
        f"SELECT count(*), COALESCE(max(n), 0) FROM change WHERE desk=? AND id IN ({','.join('?' * len(ids))})",  # noqa: S608
        (desk, *ids),
    ).fetchone()
    return found[1] if found[0] == len(ids) else 0


def acknowledge(tx: Tx, receipt: protocol.Receipt, up_to: int, body: bytes, signature: bytes) -> bool:
    """Keep the receipt: the province holds every change up to `up_to`, what it set aside apart from the rest.

    False, and nothing done, where the register follows another epoch: a province that was put back may lack all of it.
    """
    db = tx.connection
    if _is_of_another_time(db, receipt):
        return False
    aside = [result for result in receipt.results if result.status == "quarantined"]
    refused = [result for result in aside if not _is_held_of_a_former_name(db, result)]
    _set_aside(tx, [result for result in refused if result.code != ERASED], receipt.desk, up_to)
    db.execute(_ACCEPT, (receipt.desk, up_to))
    db.execute(
        "INSERT OR REPLACE INTO receipt VALUES (?,?,?,?,?)",
        (up_to, receipt.durable_n, to_iso(tx.ledger.now()), body, signature),
    )
    for result in refused:
        if result.code == ERASED:
            open_again(tx, result.id, ERASED)
            erasing.drop_refused(tx, result.id, receipt.desk)
            comparing.ask(tx)
    departures.settle(tx)
    departures.forget_durable(db, receipt.desk, receipt.durable_n)
    audit_mark.compare(tx, receipt.audit_head)
    tx.topic("sync")
    return True


def _is_held_of_a_former_name(connection: Connection, result: protocol.Result) -> bool:
    """Whether it was written for another place, and the province has it from this PC under its former name.

    No feed that is heard here says so: it is offered again, and known by its id.
    """
    own = settings.identity(connection)
    if result.code != USED_ID or not own.former:
        return False
    elsewhere = "SELECT 1 FROM change WHERE id=? AND scope<>?"
    return connection.execute(elsewhere, (result.id, own.scope)).fetchone() is not None


def _is_of_another_time(connection: Connection, receipt: protocol.Receipt) -> bool:
    """An older program's province names no epoch in its receipts."""
    return receipt.epoch not in ("", settings.identity(connection).epoch)


def _set_aside(tx: Tx, refused: Iterable[protocol.Result], desk: str, up_to: int) -> None:
    rows = [(result.code, result.id, desk, up_to) for result in refused]
    tx.connection.executemany(_SET_ASIDE, rows)
    for _code, change_id, _desk, _n in rows:
        open_again(tx, change_id)


def open_again(tx: Tx, change_id: str, code: str = "") -> None:
    """A decision that the province set aside decides nothing: its conflicts wait for a person again.

    Two records that it did not join are two, and what it did not tie to somebody who has left is about nobody known.
    """
    state = "accepted" if code == ERASED else "quarantined"
    row = tx.connection.execute(
        "SELECT raw FROM change WHERE id=? AND state=? AND length(raw)>0", (change_id, state)
    ).fetchone()
    change = msgspec.json.decode(row[0], type=Change) if row else None
    if change is None or not (_says_who(change) or (change.resolves and not code)):
        return
    Incoming(tx, {}).put_back(change)
    ids = [(one,) for conflicts in change.resolves.values() for one in conflicts]
    tx.connection.executemany("UPDATE conflict SET state='open' WHERE id=? AND state='deciding'", ids)
    tx.topic("conflicts")


def _says_who(change: Change) -> bool:
    """Whether it says of two records that they are one, or of a record that was nobody's whose it is."""
    return change.verb == Verb.ALIAS or (change.kind in KINDS and KINDS[change.kind].belongs_to in change.base)


def resend_from(tx: Tx, n: int) -> None:
    """The province lacks everything from `n` on: those changes are pending again, set aside or not."""
    desk = tx.ledger.desk
    departures.send_again(tx.connection, desk, n)
    tx.connection.execute(_SEND_AGAIN, (desk, n))
    file_queue.offer_again(tx)
    departures.tell_again(tx)
    courier.forget_written(tx)
