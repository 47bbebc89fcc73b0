"""A child that came in by a list and moves away: the copy of its row that the list's page keeps goes along."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import Payload, RowState, StagedRow
from commune_desk.store.writing.transaction import Tx
from tests.sync.actors.two_communes import Two, move, words_in

pytestmark = pytest.mark.usefixtures("store_engine")


def read_in(two: Two, child: RecordId) -> None:
    """A row of the child with a warning, another that waits to fill it in, and one of somebody else."""

    def run(tx: Tx) -> None:
        imports.begin(tx, "list", file_digest="", title="Danh sách", columns=["Họ tên"])
        name, cells = "Chìu Văn Sáng", ("Chìu Văn Sáng", "Mẹ: Chìu Thị Mây")
        rows = [
            StagedRow(row=1, payload=Payload(name=name, cells=cells), level=1, state=RowState.SAVED),
            StagedRow(row=2, payload=Payload(name=name, cells=cells), state=RowState.FILLING),
            StagedRow(row=3, payload=Payload(name="Lý Thị Hoa", cells=("Lý Thị Hoa",)), level=1, state=RowState.SAVED),
        ]
        import_rows.add_rows(tx, "list", rows)
        import_rows.set_twin(tx, "list", 2, person=child, score=1.0)

    two.late.register.write(run).result()


def left(two: Two, child: RecordId) -> None:
    read_in(two, child)
    move(two.old, child)
    two.sync()
    assert two.late.ask("SELECT count(*) FROM person WHERE id=?", child) == [(0,)]


def test_no_word_of_it_stays_in_the_list(two: Two, child: RecordId) -> None:
    left(two, child)
    rows = two.late.ask("SELECT row, payload<>'', twin_person<>'', state FROM import_row ORDER BY row")
    assert rows == [(1, 0, 0, "saved"), (2, 0, 0, "rejected"), (3, 1, 0, "saved")]
    assert "Chìu" not in words_in(two.late)


def test_the_records_alone_would_leave_the_copy(two: Two, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(import_rows, "forget_person", lambda connection, person: None)
    left(two, child)
    assert "Chìu" in words_in(two.late)
