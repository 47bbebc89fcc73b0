"""An import broken off at any place: nobody sees it, it goes on, or it is taken back as a whole."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.attachments import PDF
from commune_desk.domain.records.families import Household, Person
from commune_desk.domain.words.errors import Refusal
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import View
from commune_desk.store.lists.imports import ImportState
from commune_desk.store.pages.children import child_record, file_of, kin_of_child
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.usecases.records.attachments import Prepared, attach
from commune_desk.usecases.records.children import join_group
from commune_desk.usecases.records.moves import move_child
from commune_desk.usecases.records.visits import record_visit
from tests.helpers.attached import FACTS, scan
from tests.helpers.builders import make_child, make_relation, make_visit, save_all
from tests.helpers.lists import (
    CURRENT,
    bring_in,
    count_staged,
    counts,
    found,
    list_of,
    read,
    rows_in,
    run,
    settle,
    shown,
    state,
    the_child,
    undo,
)
from tests.helpers.moving import THERE, know_the_communes

RECORDS = ("person", "child_file", "household", "relation", "group_membership", "child_index", "change")


def test_nothing_is_seen_or_numbered_before_the_last_row(workplace: Workplace) -> None:
    import_id = read(workplace, CURRENT)
    settle(workplace, import_id)
    saving = ListSaving(workplace, import_id)
    for _ in range(3):
        saving.step()
    assert rows_in(workplace, "child_file")["child_file"] > 0
    assert shown(workplace) == 0
    assert found(workplace, "dang thi hoa") == []
    numbered = workplace.read(
        lambda c: c.execute("SELECT count(*) FROM change WHERE kind='child_file' AND n>0").fetchone()
    )
    assert numbered == (0,)
    run(saving)
    assert shown(workplace) == counts(workplace, import_id).saved
    assert workplace.read(count_staged) == 0


def test_an_import_broken_off_goes_on_with_the_same_people(workplace: Workplace) -> None:
    import_id = read(workplace, CURRENT)
    settle(workplace, import_id)
    broken = ListSaving(workplace, import_id)
    for _ in range(4):
        broken.step()
    (waiting,) = workplace.read(imports.unfinished)
    assert (waiting.id, waiting.state) == (import_id, ImportState.RUNNING)
    run(ListSaving(workplace, import_id))
    assert workplace.read(imports.unfinished) == []
    once = rows_in(workplace, *RECORDS)
    undo(workplace, import_id)
    other = bring_in(workplace, CURRENT)
    assert shown(workplace) == counts(workplace, other).saved == once["child_file"]


def test_what_was_broken_off_can_be_discarded_without_a_trace(workplace: Workplace) -> None:
    before = rows_in(workplace, *RECORDS)
    import_id = read(workplace, CURRENT)
    settle(workplace, import_id)
    saving = ListSaving(workplace, import_id)
    for _ in range(4):
        saving.step()
    undo(workplace, import_id)
    assert rows_in(workplace, *RECORDS, "import_row") == before | {"import_row": 0}
    assert rows_in(workplace, "child_search")["child_search"] == 0
    assert state(workplace, import_id) is ImportState.UNDONE


def test_an_import_with_numbers_is_taken_back_by_withdrawing_its_files(workplace: Workplace, tmp_path: Path) -> None:
    person, file = make_child("Bàn Thị Ngân", birth_date="2015-01-02", id_number="022315000111", village=None)
    workplace.write(save_all(person, file))
    rows = (
        "Bàn Thị Ngân;Nữ;02/01/2015;022315000111;Khe Lặc;;;Tằng Thị Lan;;;;hộ nghèo",
        "Lý Thị Mẩy;Nữ;2016;;Khe Lặc;;;;;;;",
    )
    import_id = bring_in(workplace, list_of(tmp_path, *rows))
    filled = the_child(workplace, "ban thi ngan")
    assert (filled.person.village, [k.person.full_name for k in filled.kin]) == ("Khe Lặc", ["Tằng Thị Lan"])
    mai = the_child(workplace, "ly thi may")
    undo(workplace, import_id)
    assert state(workplace, import_id) is ImportState.UNDONE
    assert found(workplace, "ly thi may") == []
    withdrawn = workplace.read(lambda c: child_record(c, mai.person.id))
    assert withdrawn is not None
    assert withdrawn.file.status == "withdrawn"
    kept = the_child(workplace, "ban thi ngan")
    assert kept.person.village is None
    assert all(kin.relation.ended_on for kin in kept.kin)
    assert all(group.to_on for group in kept.groups)
    assert workplace.read(count_staged) == 0


def test_a_list_is_taken_back_while_a_child_it_told_more_of_is_on_the_way(workplace: Workplace, tmp_path: Path) -> None:
    person, file = make_child("Bàn Thị Ngân", birth_date="2015-01-02", id_number="022315000111", village=None)
    workplace.write(save_all(person, file))
    know_the_communes(workplace)
    rows = ("Bàn Thị Ngân;Nữ;02/01/2015;022315000111;Khe Lặc;;;;;;;", "Lý Thị Mẩy;Nữ;2016;;;;;;;;;")
    import_id = bring_in(workplace, list_of(tmp_path, *rows))
    workplace.write(lambda tx: move_child(tx, person.id, THERE))
    undo(workplace, import_id)
    assert state(workplace, import_id) is ImportState.UNDONE
    assert found(workplace, "ly thi may") == []
    assert the_child(workplace, "ban thi ngan").person.village == "Khe Lặc"


LISTED = ("Lý Thị Mẩy;Nữ;2016;;;Lý A Sáng;;Chíu Thị Lan;;;;", "Lý Thị Mùi;Nữ;2017;;;;;;;;;")


def _edit(tx: Tx, person: RecordId) -> None:
    tx.save(msgspec.structs.replace(tx.existing(Person, person), phone="0912000111"))


def _visit(tx: Tx, person: RecordId) -> None:
    record_visit(tx, make_visit(person, "2026-09-30"))


def _relate(tx: Tx, person: RecordId) -> None:
    other, file = make_child("Lý A Khác")
    save_all(other, file, make_relation(person, other.id))(tx)


def _group(tx: Tx, person: RecordId) -> None:
    join_group(tx, person, "NGCO02", from_on="2026-09-30")


def _scan(tx: Tx, person: RecordId) -> None:
    attach(tx, person, Prepared(PDF, scan(1000)), FACTS)


def _phone_the_mother(tx: Tx, person: RecordId) -> None:
    (kin,) = kin_of_child(tx.connection, person)
    tx.save(msgspec.structs.replace(kin.person, phone="0912000222"))


def _class_the_household(tx: Tx, person: RecordId) -> None:
    file = file_of(tx.connection, person)
    assert file is not None
    home = tx.existing(Household, file.household or "")
    tx.save(msgspec.structs.replace(home, household_class="poor", class_year=2026))


WORK = [_edit, _visit, _relate, _group, _scan, _phone_the_mother, _class_the_household]


@pytest.mark.parametrize("work", WORK)
def test_a_list_that_people_worked_on_is_not_taken_back(
    workplace: Workplace, tmp_path: Path, work: Callable[[Tx, RecordId], None]
) -> None:
    import_id = bring_in(workplace, list_of(tmp_path, *LISTED))
    person = the_child(workplace, "ly thi may").person.id
    workplace.write(lambda tx: work(tx, person))
    with pytest.raises(Refusal) as refused:
        undo(workplace, import_id)
    assert refused.value.params == {"count": 1}
    assert state(workplace, import_id) is ImportState.COMPLETE
    assert found(workplace, "ly thi mui")


def test_a_save_between_two_batches_waits_for_one_batch_only(workplace: Workplace) -> None:
    import_id = read(workplace, CURRENT)
    settle(workplace, import_id)
    saving = ListSaving(workplace, import_id)
    saving.step()
    saving.step()
    person, file = make_child("Người Đang Gõ")
    workplace.write(save_all(person, file))
    assert found(workplace, "nguoi dang go") == [person.id]
    run(saving)
    undo(workplace, import_id)
    assert found(workplace, "nguoi dang go") == [person.id]


def test_copies_of_rows_do_not_stay_once_the_children_are_in(workplace: Workplace) -> None:
    import_id = bring_in(workplace, CURRENT)
    kept = workplace.read(lambda c: import_rows.rows_numbered(c, import_id, _numbers(workplace, import_id, View.FINE)))
    assert all(not row.payload.name for row in kept)


def _numbers(workplace: Workplace, import_id: str, view: View) -> Sequence[int]:
    return workplace.read(lambda c: import_rows.row_numbers(c, import_id, view))[:100]
