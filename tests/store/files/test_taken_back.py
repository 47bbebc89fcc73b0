"""A file that was taken back, and is not here or went nowhere, is waited for by nobody."""

from __future__ import annotations

from datetime import date

import pytest

from commune_desk.domain.records.attachments import Attachment
from commune_desk.store.files import file_queue
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.attachments import fetch, take_back
from sync.file_wire import FileTask
from tests.helpers.attached import add_child, add_file, scan
from tests.helpers.workplaces import work_for_real

TODAY = date(2026, 11, 23)


@pytest.fixture
def file(workplace: Workplace) -> Attachment:
    workplace.write(work_for_real)
    return add_file(workplace.register, add_child(workplace.register), scan(500))


def counted(workplace: Workplace) -> tuple[int, ...]:
    """What waits, with how many bytes, and what was refused."""
    return workplace.read(file_queue.waiting)


def carried(workplace: Workplace) -> FileTask | None:
    return workplace.write(lambda tx: file_queue.next_task(tx.connection, TODAY))[0]


def come_from_a_colleague(tx: Tx, file: Attachment) -> None:
    """It was added at a PC that never sent its content."""
    tx.connection.execute("DELETE FROM file_piece")
    tx.connection.execute("DELETE FROM file_queue")
    tx.connection.execute("UPDATE change SET state='accepted'")


def test_what_never_came_is_asked_for_no_more(workplace: Workplace, file: Attachment) -> None:
    workplace.write(lambda tx: come_from_a_colleague(tx, file))
    workplace.write(lambda tx: fetch(tx, file.id))
    assert (counted(workplace), bool(carried(workplace))) == ((1, file.size, 0), True)
    workplace.write(lambda tx: take_back(tx, file.id, "unreadable"))
    assert (counted(workplace), carried(workplace)) == ((0, 0, 0), None)


@pytest.mark.parametrize("code", ["file_damaged", "file_too_large"])
def test_what_the_province_does_not_take_troubles_nobody(workplace: Workplace, file: Attachment, code: str) -> None:
    """Its officer was told to add it again, and did."""
    task = FileTask(file.scope, file.sha256, file.size, True, 0, file.size)
    workplace.write(lambda tx: file_queue.note_refused(tx.connection, task, code, for_good=True))
    assert counted(workplace) == (0, 0, 1)
    workplace.write(lambda tx: take_back(tx, file.id, "repeated"))
    assert counted(workplace) == (0, 0, 0)


def test_what_waits_to_be_sent_goes_all_the_same(workplace: Workplace, file: Attachment) -> None:
    workplace.write(lambda tx: take_back(tx, file.id, "wrong_file"))
    assert counted(workplace) == (1, file.size, 0)
