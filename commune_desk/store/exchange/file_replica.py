"""The register's files as the sync session sees them."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TypeVar

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.time.clock import local_day, to_iso
from commune_desk.store.desk.register import Register
from commune_desk.store.exchange.replica import EnrolledAnew
from commune_desk.store.files import file_queue
from commune_desk.store.writing.transaction import Tx
from sync.file_wire import FileTask

T = TypeVar("T")


class RegisterFiles:
    """Implements `sync.client.files.FileStore` on the open register; `changed` hears when a file is over or refused.

    Pieces on the way are not told: pages would read themselves again for each.
    """

    def __init__(self, register: Register, changed: Callable[[ChangeSet], None]) -> None:
        self._register = register
        self._changed = changed
        self._desk = register.identity.desk

    def _write(self, operation: Callable[[Tx], T]) -> T:
        def as_the_same_desk(tx: Tx) -> T:
            if tx.ledger.desk != self._desk:  # another province may lack what the former one said it had
                raise EnrolledAnew
            return operation(tx)

        result, changes = self._register.write(as_the_same_desk).result()
        if changes:
            self._changed(changes)
        return result

    def next_task(self, passed_over: Collection[str]) -> FileTask | None:
        return self._write(lambda tx: file_queue.next_task(tx.connection, local_day(tx.ledger.now()), passed_over))

    def piece(self, file: str, offset: int, most: int) -> bytes:
        return self._write(lambda tx: file_queue.piece_from(tx.connection, file, offset, most))

    def sent(self, task: FileTask, reached: int, at: str, spent: int) -> None:
        def note(tx: Tx) -> None:
            file_queue.note_sent(tx.connection, task.file, reached, at)
            self._spend(tx, spent)
            if at:
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
            self._tell(tx)

        self._write(note)

    def _spend(self, tx: Tx, more: int) -> None:
        if more:
            file_queue.spend(tx.connection, local_day(tx.ledger.now()), more)

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
