"""Lists from file to register: the demo's, with what was planted, and what becomes of a row."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import is_id, uuid7
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.words.errors import DeskError, Fault, Refusal
from commune_desk.store.lists import import_rows, imports
from commune_desk.store.lists.import_rows import RowState
from commune_desk.store.pages.history import child_history
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving, start
from commune_desk.usecases.lists.import_reading import ListReading
from commune_desk.usecases.lists.import_records import row_id
from commune_desk.usecases.lists.import_source import look_into, mapping_for, source_of
from commune_desk.usecases.records.moves import move_child
from tests.helpers.lists import (
    CURRENT,
    DEMO,
    OLD,
    bring_in,
    counts,
    found,
    list_of,
    read,
    run,
    settle,
    shown,
    the_child,
    undo,
)
from tests.helpers.moving import THERE, know_the_communes
from tests.helpers.workplaces import clock_of, make_workplace

ERRORS = ("already_sixteen", "date_does_not_exist", "id_of_13_digits", "name_missing")


def test_the_demo_lists_come_in_with_exactly_what_was_planted(workplace: Workplace) -> None:
    planted = json.loads((DEMO / "manifest.json").read_text("utf-8"))["files"]
    facts = planted[CURRENT.name]
    defects = facts["defects"]
    rejected = sum(defects[one] for one in ERRORS)
    repeated = defects["repeated_with_id"] + defects["repeated_without_id"]
    first = read(workplace, CURRENT)
    assert counts(workplace, first).undecided == defects["repeated_without_id"]
    settle(workplace, first)
    run(ListSaving(workplace, first))
    told = counts(workplace, first)
    assert (told.total, told.errors, told.duplicates) == (facts["child_rows"], rejected, repeated)
    assert (told.saved, told.joined, told.rejected) == (facts["child_rows"] - rejected - repeated, repeated, rejected)
    second = bring_in(workplace, OLD)
    told = counts(workplace, second)
    in_both = planted[OLD.name]["defects"]["also_in_current_list"]
    assert (told.saved, told.filled) == (planted[OLD.name]["child_rows"] - in_both, in_both)
    assert shown(workplace) == counts(workplace, first).saved + told.saved
    assert len(found(workplace, "dang thi hoa")) >= 1


def test_a_row_becomes_child_household_parents_carer_and_dated_groups(workplace: Workplace, tmp_path: Path) -> None:
    path = list_of(
        tmp_path,
        "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;Lý A Sài;Lý A Tài;Chíu Thị Múi;Lý Thị Sáu;Bà nội;0912345678"
        ";Mồ côi cha, hộ nghèo",
    )
    bring_in(workplace, path)
    child = the_child(workplace, "ly thi may")
    assert (child.person.birth_date, child.person.sex, child.person.id_number) == (
        "2016-06-05",
        "female",
        "022316001234",
    )
    assert child.household is not None
    assert (child.household.head_name, child.household.household_class) == ("Lý A Sài", "poor")
    kin = {one.relation.relation: one for one in child.kin}
    assert set(kin) == {"father", "mother", "paternal_grandmother"}
    carer = kin["paternal_grandmother"]
    assert carer.relation.is_caregiver
    assert carer.person.phone == "0912345678"
    assert {(g.group_code, g.from_on, g.basis) for g in child.groups} == {
        ("NGCO03", "2026-09-30", "Danh sách trẻ em năm 2026"),
        ("NGCO01", "2026-09-30", "Danh sách trẻ em năm 2026"),
    }


def test_a_carer_who_is_a_parent_is_one_person_with_the_parent(workplace: Workplace, tmp_path: Path) -> None:
    bring_in(
        workplace, list_of(tmp_path, "Lý Thị Mẩy;Nữ;2016;;Khe Lặc;;Lý A Tài;Chíu Thị Múi;Chíu Thị Múi;Mẹ;0912345678;")
    )
    child = the_child(workplace, "ly thi may")
    kin = {one.relation.relation: one for one in child.kin}
    assert set(kin) == {"father", "mother"}
    assert kin["mother"].relation.is_caregiver
    assert kin["mother"].person.phone == "0912345678"


def test_siblings_share_parents_and_household_but_namesakes_do_not(workplace: Workplace, tmp_path: Path) -> None:
    path = list_of(
        tmp_path,
        "Lý A Một;Nam;2015;;Khe Lặc;Lý A Sài;Lý A Tài;Chíu Thị Múi;;;;",
        "Lý A Hai;Nam;2017;;Khe Lặc;Lý A Sài;Lý A Tài;Chíu Thị Múi;;;;",
        "Lý A Ba;Nam;2018;;Khe Lặc;Lý A Sính;Lý A Tài;Bàn Thị Mùi;;;;",
    )
    bring_in(workplace, path)
    one, two, three = (the_child(workplace, name) for name in ("ly a mot", "ly a hai", "ly a ba"))
    parents = [{kin.relation.relation: kin.person.id for kin in child.kin} for child in (one, two, three)]
    assert parents[0] == parents[1]
    assert not set(parents[2].values()) & set(parents[0].values())
    assert one.household == two.household != three.household


def test_undecided_repetitions_stop_the_import_and_decided_ones_do_what_was_said(
    workplace: Workplace, tmp_path: Path
) -> None:
    rows = (
        "Lý Thị Mẩy;Nữ;05/06/2016;;Khe Lặc;;;Chíu Thị Múi;;;;",
        "Lý Thị Mẩy;Nữ;05/06/2016;;Khe Lặc;;;Chíu Thị Múi;Lý A Sài;Ông nội;0912345678;hộ nghèo",
    )
    import_id = read(workplace, list_of(tmp_path, *rows))
    with pytest.raises(Refusal) as refused:
        workplace.write(lambda tx: start(tx, import_id))
    assert refused.value.params == {"count": 1}
    settle(workplace, import_id, "same")
    run(ListSaving(workplace, import_id))
    child = the_child(workplace, "ly thi may")
    assert {kin.relation.relation for kin in child.kin} == {"mother", "paternal_grandfather"}
    assert [group.group_code for group in child.groups] == ["NGCO01"]
    again = bring_in(workplace, list_of(tmp_path, rows[0]), "different")
    assert counts(workplace, again).saved == 1
    assert len(found(workplace, "ly thi may")) == 2


def test_three_rows_of_one_child_all_reach_the_child_of_the_register(workplace: Workplace, tmp_path: Path) -> None:
    row = "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;;Chíu Thị Múi;;;;"
    bring_in(workplace, list_of(tmp_path, row))
    import_id = bring_in(workplace, list_of(tmp_path, row, row, row))
    assert (counts(workplace, import_id).saved, counts(workplace, import_id).filled) == (0, 3)
    assert len(found(workplace, "ly thi may")) == 1


def test_a_child_on_its_way_to_another_commune_is_left_alone(workplace: Workplace, tmp_path: Path) -> None:
    bring_in(workplace, list_of(tmp_path, "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;;;;;;;;"))
    child = the_child(workplace, "ly thi may").person.id
    know_the_communes(workplace)
    workplace.write(lambda tx: move_child(tx, child, THERE))
    row = "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;;Chíu Thị Múi;;;;"
    import_id = bring_in(workplace, list_of(tmp_path, row))
    assert counts(workplace, import_id).filled == 1
    still = the_child(workplace, "ly thi may")
    assert (still.person.village, still.kin) == (None, ())


def test_the_same_number_under_two_names_is_left_to_a_person(workplace: Workplace, tmp_path: Path) -> None:
    rows = ("Lý Thị Mẩy;Nữ;2016;022316001234;;;;;;;;", "Lý Thị Mùi;Nữ;2016;022316001234;;;;;;;;")
    import_id = read(workplace, list_of(tmp_path, *rows))
    assert counts(workplace, import_id).undecided == 1


def test_what_the_register_says_is_never_overwritten(workplace: Workplace, tmp_path: Path) -> None:
    bring_in(workplace, list_of(tmp_path, "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Khe Lặc;;;;;;;"))
    bring_in(workplace, list_of(tmp_path, "Lý Thị Mẩy;Nữ;06/06/2016;022316001234;Bản Cáu;;Lý A Tài;;;;;"))
    child = the_child(workplace, "ly thi may")
    assert (child.person.birth_date, child.person.village) == ("2016-06-05", "Khe Lặc")
    assert [kin.relation.relation for kin in child.kin] == ["father"]


def test_a_child_who_turned_sixteen_since_the_reading_stays_out_with_the_reason(
    workplace: Workplace, tmp_path: Path
) -> None:
    path = list_of(tmp_path, "Lý Thị Mẩy;Nữ;01/10/2010;;;;;;;;;", "Lý Thị Mùi;Nữ;2017;;;;;;;;;")
    import_id = read(workplace, path)
    clock_of(workplace).pass_by(days=2)
    run(ListSaving(workplace, import_id))
    told = counts(workplace, import_id)
    assert (told.saved, told.rejected) == (1, 1)
    (row,) = workplace.read(lambda c: import_rows.next_rows(c, import_id, RowState.REJECTED, 5))
    assert row.payload.problems


def test_what_columns_mean_is_remembered_for_the_same_titles(workplace: Workplace, tmp_path: Path) -> None:
    path = list_of(tmp_path, "Lý Thị Mẩy;Nữ;2016;;;;;;;;;")
    head = look_into(path)
    assert head.header is not None
    header = head.header
    mapping = workplace.read(lambda c: mapping_for(c, header)) | {4: "note"}
    reading = ListReading(workplace, source_of(head, mapping))
    reading.step()
    assert workplace.read(lambda c: mapping_for(c, header))[4] == "note"


def test_a_list_without_children_says_so_and_leaves_nothing(workplace: Workplace, tmp_path: Path) -> None:
    with pytest.raises(Fault):
        read(workplace, list_of(tmp_path))
    (left,) = workplace.read(imports.unfinished)
    undo(workplace, left.id)
    assert workplace.read(imports.unfinished) == []


def test_who_may_not_write_children_may_not_bring_in_a_list(tmp_path: Path) -> None:
    chair = make_workplace(tmp_path, role="chair")
    try:
        with pytest.raises(DeskError):
            read(chair, list_of(tmp_path, "Lý Thị Mẩy;Nữ;2016;;;;;;;;;"))
        assert chair.read(imports.unfinished) == []
    finally:
        chair.register.close()


def test_ids_of_a_row_are_the_same_each_time_and_no_two_alike() -> None:
    import_id = uuid7()
    ids = {row_id(import_id, row, part) for row in range(1, 2000) for part in ("person", "file", "father")}
    assert len(ids) == 3 * 1999
    assert all(is_id(one) and one[12] == "7" and one[16] in "89ab" for one in ids)
    assert row_id(import_id, 7, "person") == row_id(import_id, 7, "person") < row_id(import_id, 8, "file")


def test_an_import_can_be_told_from_its_history(workplace: Workplace, tmp_path: Path) -> None:
    import_id = bring_in(workplace, list_of(tmp_path, "Lý Thị Mẩy;Nữ;2016;;;;;;;;;"))
    child = the_child(workplace, "ly thi may")
    assert child.file.import_id == import_id
    assert workplace.read(lambda c: child_history(c, child.person.id))
    file = workplace.write(lambda tx: tx.existing(ChildFile, child.file.id))[0]
    assert file.case_number


def test_a_ditto_takes_the_value_above_but_not_across_the_heading_of_a_village(
    workplace: Workplace, tmp_path: Path
) -> None:
    path = list_of(
        tmp_path,
        "Thôn Pắc Liềng;;;;;;;;;;;",
        "Lý Thị Mẩy;Nữ;2016;;Khu 1;Lý A Sáng;Lý A Sáng;Chìu Thị Múi;;;;",
        "Lý Văn Sơn;Nam;2018;;nt;nt;-nt-;″;;;;",
        "Lý Văn Tài;Nam;2020;;nt;nt;nt;nt;;;;",
        "Thôn Nà Nhái;;;;;;;;;;;",
        "Vi Văn An;Nam;2017;;nt;;;;;;;",
    )
    import_id = read(workplace, path)
    rows = workplace.read(lambda c: import_rows.next_rows(c, import_id, RowState.STAGED, 9))
    told = [(r.payload.child.village, r.payload.child.mother_name) for r in rows if r.payload.child]
    assert told == [*[("Khu 1", "Chìu Thị Múi")] * 3, ("Thôn Nà Nhái", None)]
