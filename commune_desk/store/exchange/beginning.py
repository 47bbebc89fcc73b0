"""One scope brought to a snapshot of it, in many transactions: what a stick or the line brings may fall between two.

A beginning that was broken off or overtaken is done once more, with a snapshot of then: what was written of it on both
sides of another's pages is neither what stood before them nor what stands behind.
"""

from __future__ import annotations

from commune_desk.store.desk import versions
from commune_desk.store.exchange import feeds
from commune_desk.store.intake import comparing, erasing, restating
from commune_desk.store.intake.standing import Step
from commune_desk.store.writing.transaction import Tx
from sync.change import FeedPosition


class Beginning:
    """From `start` over the records of the snapshot to `end`; each in a transaction of its own."""

    def __init__(self, scope: str, position: FeedPosition) -> None:
        self._scope = scope
        self._position = position
        self._stood: FeedPosition | None = None
        self._told: set[str] = set()
        """The records that the snapshot tells of."""
        self.is_overtaken = False
        """The register moved on meanwhile: nothing more of this snapshot is written, and it is to be begun anew."""

    def start(self, tx: Tx) -> bool:
        """False where the register stands beyond it by now, in the same feed: it would be set back."""
        self._stood = comparing.cursor_of(tx.connection, self._scope)
        is_to_begin = self._scope in versions.to_begin_anew(tx.connection)
        if self._stood is not None and self._stood.seq > self._position.seq and not is_to_begin:
            return False
        versions.note_to_begin(tx, self._scope)
        restating.unplace(tx.connection, self._scope)
        return True

    def restate(self, tx: Tx, records: list[list[Step]]) -> None:
        if self._is_still_there(tx):
            feeds.restate(tx, records)
            self._told.update(lines[0][1].change.record for lines in records)

    def end(self, tx: Tx) -> None:
        """The scope's standing lines were all heard: its feed goes on behind them."""
        if self._is_still_there(tx):
            self._close_what_was_not_told(tx)
            erasing.erase_again(tx)
            feeds.end_beginning(tx, self._scope, self._position)

    def _close_what_was_not_told(self, tx: Tx) -> None:
        """Of a record that the province does not have here nobody is asked: it may have been put back.

        Whoever wrote it sends it again, and what meets then is opened once more.
        """
        asked = "SELECT id, record FROM conflict WHERE scope=? AND state='open'"
        rows = tx.connection.execute(asked, (self._scope,)).fetchall()
        gone = [(conflict,) for conflict, record in rows if record not in self._told]
        if gone:
            tx.connection.executemany("UPDATE conflict SET state='closed' WHERE id=?", gone)
            tx.topic("conflicts")

    def _is_still_there(self, tx: Tx) -> bool:
        if comparing.cursor_of(tx.connection, self._scope) != self._stood:
            self.is_overtaken = True
            versions.note_to_begin(tx, self._scope)  # whoever overtook may have begun it by another snapshot
        return not self.is_overtaken
