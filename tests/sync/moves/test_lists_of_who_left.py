"""A child that came in by a list and moves away: the copy of its row that the list's page keeps goes along."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.i18n import set_language
from commune_desk.presenters.lists.page import ImportPage
from commune_desk.program_files import code_book
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import Payload, RowState, StagedRow, View
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.lists import list_of, read, run, settle
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


def test_a_row_of_it_is_told_as_what_it_is_and_not_as_an_error(two: Two, child: RecordId, tmp_path: Path) -> None:
    """Read and decided, while a colleague hands the child over."""
    set_language("en")
    two.old.edit(Person, child, birth_date="2016-06-05", id_number="022316001234")
    two.sync()
    workplace = Workplace(two.late.register, code_book())
    page = ImportPage(workplace)
    rows = ("Chìu Văn Sáng;Nam;05/06/2016;022316001234;Khe Lặc;;;;;;;", "Lý Thị Hoa;Nữ;2016;;Khe Lặc;;;;;;;")
    page.was_read(import_id := read(workplace, list_of(tmp_path, *rows)), View.ALL)
    settle(workplace, import_id)
    move(two.old, child)
    two.sync()
    view = page.check_view()
    assert (view.import_text, view.hint) == (
        "Import 1 rows",
        "1 row is about a child who has left this register meanwhile, and stays out.",
    )
    assert [(row.name, row.state.text) for row in page.rows(view.ids)] == [
        ("(has left meanwhile)", "Stays out"),
        ("Lý Thị Hoa", "Fine"),
    ]
    run(page.saving())
    told = [(count, text) for _tone, count, text in page.result_view().lines]
    assert told == [
        ("1", "children are new in the register"),
        ("1", "rows are about children who have left this register meanwhile; they stay out"),
    ]
    assert not page.result_view().has_rejects
