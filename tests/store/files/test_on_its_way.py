"""A piece of a file that comes home when its record is gone already: a stick brought an erasure meanwhile."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Fault
from commune_desk.store.exchange.file_replica import RegisterFiles
from commune_desk.store.files import file_queue
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from sync.file_wire import FileTask
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.erased import erase

SIZE = 100_000


class Fetching:
    """A child whose file another desk added: nothing of its content is here, and it is asked for."""

    def __init__(self, workplace: Workplace) -> None:
        self.workplace = workplace
        self.child = add_child(workplace.register)
        self.file = add_file(workplace.register, self.child, scan(SIZE))
        self.cipher = workplace.write(lambda tx: file_queue.ciphertext_of(tx.connection, self.file.sha256))[0] or b""
        workplace.write(self._as_a_colleagues)
        workplace.write(lambda tx: file_queue.ask_for(tx, self.file))
        self.files = RegisterFiles(workplace.register, lambda _changes: None)

    def _as_a_colleagues(self, tx: Tx) -> None:
        for table in ("file_piece", "file_queue"):
            tx.connection.execute(f"DELETE FROM {table}")
        tx.connection.execute("UPDATE change SET state='accepted'")

    def task(self) -> FileTask:
        task = self.files.next_task(())
        if task is None:
            raise Fault("nothing to carry")
        return task

    def kept(self) -> list[int]:
        names = ("file_piece", "file_queue")
        return [self.workplace.write(lambda tx, n=n: _count(tx, n))[0] for n in names]  # type: ignore[misc]


def _count(tx: Tx, table: str) -> int:
    return int(tx.connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


@pytest.fixture
def fetching(workplace: Workplace) -> Fetching:
    return Fetching(workplace)


def test_a_piece_of_an_erased_file_brings_nothing_back(fetching: Fetching) -> None:
    task = fetching.task()
    erase(fetching.workplace, "person", fetching.child)
    fetching.files.received(task, fetching.cipher[:50_000])
    assert fetching.kept() == [0, 0]


def test_nor_does_what_the_province_says_of_it(fetching: Fetching) -> None:
    """A row that nothing names would be asked for with every sync."""
    task = fetching.task()
    erase(fetching.workplace, "person", fetching.child)
    fetching.files.refused(task, "file_waits", for_good=False)
    assert fetching.kept() == [0, 0]


def test_a_piece_counts_only_where_the_file_ends_by_now(fetching: Fetching) -> None:
    """It was let go and is fetched anew: what came of the time before has no beginning."""
    first = fetching.task()
    fetching.files.received(first, fetching.cipher[:50_000])
    second = fetching.task()
    fetching.workplace.write(lambda tx: _begin_anew(tx, fetching.file.sha256))
    fetching.files.received(second, fetching.cipher[50_000:])
    assert fetching.task().reached == 0
    fetching.files.received(fetching.task(), fetching.cipher)
    got = fetching.workplace.write(lambda tx: file_queue.ciphertext_of(tx.connection, fetching.file.sha256))[0]
    assert got == fetching.cipher


def _begin_anew(tx: Tx, file: RecordId | str) -> None:
    tx.connection.execute("DELETE FROM file_piece WHERE sha256=?", (file,))
    tx.connection.execute("UPDATE file_queue SET reached=0 WHERE sha256=?", (file,))


def test_a_piece_that_is_named_is_kept(fetching: Fetching) -> None:
    """The twin of all three."""
    fetching.files.received(fetching.task(), fetching.cipher)
    assert fetching.kept() == [1, 1]
    assert fetching.files.next_task(()) is None
