"""A child told by several rows of one list: nothing of any row is lost, and nobody gets another family's home."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.lists.rows import TEXT_CUT, ListedChild
from commune_desk.domain.words.errors import Invalid
from commune_desk.store.lists import import_rows
from commune_desk.store.lists.import_rows import RowState
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_list import ListSaving
from commune_desk.usecases.lists.import_records import combined
from tests.helpers.builders import make_child, save_all
from tests.helpers.lists import bring_in, counts, list_of, read, rows_in, run, settle, the_child
from tests.helpers.workplaces import clock_of


def test_a_home_that_only_the_second_row_names_is_that_family_s_own(workplace: Workplace, tmp_path: Path) -> None:
    rows = (
        "Lý Thị Mẩy;Nữ;05/06/2016;;Khe Lặc;;;Tằng Thị Lan;;;;",
        "Lý Thị Mẩy;Nữ;05/06/2016;;Khe Lặc;Lý A Tài;Lý A Tài;Tằng Thị Lan;;;;",
        "Chìu Văn Sáng;Nam;07/08/2017;;Bản Cáu;;;Chìu Thị Mây;;;;",
        "Chìu Văn Sáng;Nam;07/08/2017;;Bản Cáu;Chìu A Phúc;;Chìu Thị Mây;;;;",
        "Lý Thị Sao;Nữ;09/10/2018;;Khe Lặc;Lý A Tài;Lý A Tài;Tằng Thị Lan;;;;",
    )
    bring_in(workplace, list_of(tmp_path, *rows))
    may, sang, sao = (the_child(workplace, name) for name in ("ly thi may", "chiu van sang", "ly thi sao"))
    homes = [child.household for child in (may, sang, sao)]
    assert [home.head_name if home else None for home in homes] == ["Lý A Tài", "Chìu A Phúc", "Lý A Tài"]
    assert homes[0] == homes[2]
    fathers = [[kin.person.id for kin in child.kin if kin.relation.relation == "father"] for child in (may, sao)]
    assert fathers[0] == fathers[1] != []


def test_rows_that_were_to_join_a_refused_row_stay_out_with_it_by_name(workplace: Workplace, tmp_path: Path) -> None:
    path = list_of(tmp_path, *["Lý Thị Mẩy;Nữ;01/10/2010;;;;;Tằng Thị Lan;;;;"] * 2, "Lý Thị Mùi;Nữ;2017;;;;;;;;;")
    import_id = read(workplace, path)
    settle(workplace, import_id)
    clock_of(workplace).pass_by(days=2)
    run(ListSaving(workplace, import_id))
    told = counts(workplace, import_id)
    assert (told.saved, told.joined, told.rejected) == (1, 0, 2)
    out = workplace.read(lambda c: import_rows.next_rows(c, import_id, RowState.REJECTED, 5))
    assert [(row.payload.name, bool(row.payload.problems)) for row in out] == [("Lý Thị Mẩy", True)] * 2


def test_notes_that_are_together_too_long_are_refused_and_not_cut() -> None:
    first = ListedChild(full_name="Lý Thị Mẩy", note="a" * 1500)
    with pytest.raises(Invalid) as refused:
        combined([first, msgspec.structs.replace(first, note="b" * 1500)])
    assert refused.value.text == TEXT_CUT
    assert combined([first, first]).note == first.note


def test_a_child_known_by_number_is_not_made_anew_for_a_namesake_in_the_list(
    workplace: Workplace, tmp_path: Path
) -> None:
    """An officer who says that the two rows are two children has not said that the register's is a third."""
    person, file = make_child("Lý Thị Mẩy", birth_date="2016-06-05", id_number="022316001234", village=None)
    workplace.write(save_all(person, file))
    rows = (
        "Lý Thị Mẩy;Nữ;05/06/2016;022316009999;Khe Lặc;;;Tằng Thị Lan;;;;",
        "Lý Thị Mẩy;Nữ;05/06/2016;022316001234;Bản Cáu;;;Tằng Thị Lan;;;;",
    )
    import_id = read(workplace, list_of(tmp_path, *rows))
    settle(workplace, import_id, "different")
    workplace.write(lambda tx: import_rows.decide(tx, import_id, [4], "same"))
    twins = workplace.read(lambda c: import_rows.twins(c, import_id))
    assert (4, 0, person.id, "same") in twins
    run(ListSaving(workplace, import_id))
    numbers = workplace.read(lambda c: c.execute("SELECT id_number FROM person WHERE id_number<>''").fetchall())
    assert sorted(numbers) == [("022316001234",), ("022316009999",)]
    assert rows_in(workplace, "child_file") == {"child_file": 2}
