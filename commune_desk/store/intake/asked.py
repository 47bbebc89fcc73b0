"""What the province has people asked about: conflicts that its events open and close, kept for the cards to show."""

from __future__ import annotations

from collections.abc import Sequence

from commune_desk.store.writing.transaction import Tx
from sync import protocol
from sync.change import Change, Line

_OPEN_CONFLICT = (
    "INSERT INTO conflict VALUES (?,?,?,?,?,?,?,?,?,'open',NULL) ON CONFLICT(id) DO UPDATE SET scope=excluded.scope,"
    " base=excluded.base, ours=excluded.ours, theirs=excluded.theirs, opened_seq=excluded.opened_seq,"
    " state='open' WHERE state='closed' AND closed_by IS NULL"
)


def note(tx: Tx, event: protocol.Event, change: Change) -> None:
    """Keep the conflicts that the event opens, and close those that it closes.

    One that no feed closed, but a beginning anew at a province that had lost its edit, is open again. What a feed
    closed stays so: the event that opened it may come once more by another feed.
    """
    _end_decided(tx, change)
    if not (event.opened or event.closed):
        return
    for opened in event.opened:
        sides = opened.base, opened.ours, opened.theirs
        row = (opened.id, event.scope, change.kind, change.record, opened.field, *sides, event.seq)
        tx.connection.execute(_OPEN_CONFLICT, row)
    tx.connection.executemany(
        "UPDATE conflict SET state='closed', closed_by=? WHERE id=?", [(change.id, one) for one in event.closed]
    )
    tx.topic("conflicts")


def _end_decided(tx: Tx, change: Change) -> None:
    """No conflict that a decision names is open behind it. One that it did not close there was not open either: a
    province that was put back may hear the other side later, and opens it anew then."""
    named = [(one,) for ids in change.resolves.values() for one in ids]
    tx.connection.executemany("UPDATE conflict SET state='closed' WHERE id=? AND state='deciding'", named)


def restate(tx: Tx, record: str, steps: Sequence[tuple[protocol.Event, Line]]) -> None:
    """Those of the lines are open, all others of the record are not any more: whoever decided them."""
    open_ones = {one.id for event, _ in steps for one in event.opened}
    for (conflict,) in tx.connection.execute(
        "SELECT id FROM conflict WHERE record=? AND state<>'closed'", (record,)
    ).fetchall():
        if conflict not in open_ones:
            tx.connection.execute("UPDATE conflict SET state='closed' WHERE id=?", (conflict,))
            tx.topic("conflicts")
    for event, line in steps:
        note(tx, event, line.change)
    reopened = "UPDATE conflict SET state='open', closed_by=NULL WHERE id=? AND state='closed'"
    tx.connection.executemany(reopened, [(one,) for one in open_ones])
