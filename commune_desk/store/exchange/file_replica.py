"""The register's files as the sync session sees them."""

from __future__ import annotations

from collections.abc import Collection

from commune_desk.domain.time.clock import local_day, to_iso
from commune_desk.store.exchange.one_desk import OneDesk
from commune_desk.store.files import day_budget, file_queue
from commune_desk.store.intake import departures
from commune_desk.store.writing.transaction import Tx
from sync.file_wire import FileTask


class RegisterFiles(OneDesk):
    """Implements `sync.client.files.FileStore` on the open register; `changed` hears when a file is over or refused.

    Pieces on the way are not told: pages would read themselves again for each.
    """

    def next_task(self, passed_over: Collection[str]) -> FileTask | None:
        return self._write(lambda tx: file_queue.next_task(tx.connection, local_day(tx.present()), passed_over))

    def piece(self, file: str, offset: int, most: int) -> bytes:
        return self._ask(lambda db: file_queue.piece_from(db, file, offset, most))

    def sent(self, task: FileTask, reached: int, at: str, spent: int) -> None:
        def note(tx: Tx) -> None:
            file_queue.note_sent(tx.connection, task.file, reached, at)
            self._spend(tx, spent)
            if at:
                file_queue.keep_longer(tx.connection, task.file, tx.ledger.desk)
                departures.settle(tx)
                self._tell(tx)

        self._write(note)

    def received(self, task: FileTask, data: bytes) -> None:
        def take(tx: Tx) -> None:
            self._spend(tx, len(data))
            if file_queue.take_piece(tx.connection, task, data, to_iso(tx.ledger.now())):
                self._tell(tx)

        self._write(take)

    def refused(self, task: FileTask, code: str, *, for_good: bool) -> None:
        def note(tx: Tx) -> None:
            file_queue.note_refused(tx.connection, task, code, for_good=for_good)
            departures.settle(tx)
            self._tell(tx)

        self._write(note)

    def _spend(self, tx: Tx, more: int) -> None:
        if more:
            day_budget.spend(tx.connection, local_day(tx.present()), more)

    def _tell(self, tx: Tx) -> None:
        tx.topic(file_queue.FILES)
        tx.topic("sync")


class SentOnly(RegisterFiles):
    """Of a desk that the province serves no more: what was added here still goes up, and nothing comes."""

    def next_task(self, passed_over: Collection[str]) -> FileTask | None:
        left_out = set(passed_over)
        while (task := super().next_task(left_out)) is not None and not task.is_up:
            left_out.add(task.file)
        return task
