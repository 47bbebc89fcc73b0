"""A list whose children are in the register already when a lock or a power cut breaks it off: the rest follows."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.lists import imports
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from tests.helpers.builders import make_child, save_all
from tests.helpers.lists import list_of, read, run, settle, shown, the_child, undo

ROWS = (
    "Bàn Thị Ngân;Nữ;02/01/2015;022315000111;Khe Lặc;;;Tằng Thị Lan;;;;hộ nghèo",
    "Lý Thị Mẩy;Nữ;05/06/2016;;Khe Lặc;;;Chíu Thị Múi;;;;",
    "Lý Thị Mẩy;Nữ;05/06/2016;;Khe Lặc;;;Chíu Thị Múi;;;;hộ nghèo",
    "Vi Văn An;Nam;07/02/2016;;Nà Ếch;;;;;;0912 345 678, 0987 654 321;",
)


@pytest.fixture
def known(workplace: Workplace) -> RecordId:
    """A child of whom the list knows more than the register."""
    person, file = make_child("Bàn Thị Ngân", birth_date="2015-01-02", id_number="022315000111", village=None)
    workplace.write(save_all(person, file))
    return person.id


def broken_off_when_shown(workplace: Workplace, folder: Path) -> str:
    import_id = read(workplace, list_of(folder, *ROWS))
    settle(workplace, import_id)
    saving = ListSaving(workplace, import_id)
    while not saving.is_shown:
        saving.step()
    return import_id


def copies(workplace: Workplace) -> list[tuple[int, str, int]]:
    """Row, state and level of each row that is still kept as it was read."""
    sql = "SELECT row, state, level FROM import_row WHERE payload<>'' ORDER BY row"
    return workplace.read(lambda c: c.execute(sql).fetchall())


def test_what_the_list_knows_more_of_a_child_is_filled_in_after_the_next_start(
    workplace: Workplace, known: RecordId, tmp_path: Path
) -> None:
    import_id = broken_off_when_shown(workplace, tmp_path)
    assert the_child(workplace, "ban thi ngan").person.village is None
    assert [one.id for one in workplace.read(imports.unsettled)] == [import_id]
    run(ListSaving(workplace, import_id))
    assert the_child(workplace, "ban thi ngan").person.village == "Khe Lặc"
    assert workplace.read(imports.unsettled) == []


def test_no_copy_of_a_row_outlives_that_it_is_in_the_register(
    workplace: Workplace, known: RecordId, tmp_path: Path
) -> None:
    """But of those with something to look at, and of those that still wait."""
    import_id = broken_off_when_shown(workplace, tmp_path)
    assert [state for _row, state, _level in copies(workplace)] == ["filling", "saved"]
    assert [level for _row, state, level in copies(workplace) if state == "saved"] == [1]
    run(ListSaving(workplace, import_id))
    assert [state for _row, state, _level in copies(workplace)] == ["filled", "saved"]
    assert shown(workplace) == 3


def test_taken_back_it_waits_for_nothing(workplace: Workplace, known: RecordId, tmp_path: Path) -> None:
    import_id = broken_off_when_shown(workplace, tmp_path)
    undo(workplace, import_id)
    assert workplace.read(imports.unsettled) == []
    assert shown(workplace) == 1
