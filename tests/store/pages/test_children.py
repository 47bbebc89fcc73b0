"""The register list and its search on real SQLCipher: who is found, in which order, and what a row holds."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.children import child_record, child_rows
from commune_desk.store.pages.history import child_history
from commune_desk.store.pages.search import (
    MOST_FOUND,
    Filters,
    all_names,
    list_children,
    search_children,
    villages,
)
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import (
    make_child,
    make_file,
    make_group,
    make_notice,
    make_person,
    make_relation,
    make_visit,
    save_all,
)
from tests.helpers.examples import examples
from tests.helpers.lists import count_children
from tests.helpers.workplaces import make_workplace

NAMES = ("Đặng Thị Hoà", "Đặng Thị Hoa", "Lý A Tài", "Trần Văn Đức", "Hoàng Thị Ngọc Ánh", "Tằng Dảu Sáng")


@pytest.fixture(scope="module")
def workplace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workplace]:
    made = make_workplace(tmp_path_factory.mktemp("list"))
    for place, name in enumerate(NAMES):
        village = ("thôn Khe Lạc", "thôn Nà Ếch")[place % 2]
        risk = (None, "low", "medium", "high")[place % 4]
        person, file = make_child(
            name, birth_date=f"{2011 + place}-05-17", id_number=f"0223120{place:05}", village=village, risk_level=risk
        )
        carer = make_person(f"Bàn Thị Mùi {place}", phone=f"09123456{place}8", sex="female", birth_date="1959")
        relation = make_relation(person.id, carer.id, "maternal_grandmother", is_caregiver=True)
        made.write(save_all(person, file, carer, relation))
    made.write(
        save_all(make_group(child_named(made, NAMES[0]), "HCDB01.3"), make_group(child_named(made, NAMES[2]), "NGCO01"))
    )
    made.write(save_all(make_visit(child_named(made, NAMES[0]), "2026-11-01", next_visit_on="2026-11-15")))
    moved, closed = make_child("Chíu Sau Mẩy", status="moved_away")
    made.write(save_all(moved, closed))
    yield made
    made.register.close()


def child_named(workplace: Workplace, name: str) -> RecordId:
    row = workplace.read(lambda c: c.execute("SELECT person FROM child_index WHERE name=?", (name,)).fetchone())
    return RecordId(row[0])


def found(workplace: Workplace, typed: str, **narrowed: Any) -> list[str]:
    hits = workplace.read(lambda c: search_children(c, typed, Filters(**({"status": ""} | narrowed))))
    return names(workplace, hits.ids)


def names(workplace: Workplace, ids: list[str]) -> list[str]:
    rows = {row.id: row.name for row in workplace.read(lambda c: child_rows(c, ids))}
    return [rows[one] for one in ids]


@pytest.mark.parametrize(
    ("typed", "first"),
    [
        ("dang thi hoa", NAMES[1]),  # without marks both are found, in the order of names
        ("Đặng Thị Hoà", NAMES[0]),
        ("đặng thị hòa", NAMES[0]),  # where the tone sits does not matter
        ("hoa dang", NAMES[1]),
        ("van duc", NAMES[3]),
        ("đức trần", NAMES[3]),
        ("tvd", NAMES[3]),
        ("0912345638", NAMES[3]),  # the carer's phone
        ("00003", NAMES[3]),  # the last digits of the ID number
        ("mui 3", NAMES[3]),  # the carer's name
        ("na ech tran", NAMES[3]),  # the village
        ("ly a tai", NAMES[2]),
    ],
)
def test_a_child_is_found_by_any_of_what_one_knows(workplace: Workplace, typed: str, first: str) -> None:
    assert found(workplace, typed)[0] == first


def test_exact_marks_come_first_but_the_others_are_shown_too(workplace: Workplace) -> None:
    hits = found(workplace, "thị hoà")
    assert hits.index(NAMES[0]) < hits.index(NAMES[1])


def test_a_second_try_finds_other_spellings_and_says_so(workplace: Workplace) -> None:
    strict = workplace.read(lambda c: search_children(c, "ly", Filters()))
    loose = workplace.read(lambda c: search_children(c, "lí tài", Filters()))
    assert not strict.is_loose
    assert loose.is_loose
    assert names(workplace, loose.ids) == [NAMES[2]]


def test_a_child_who_left_is_found_last_and_only_when_asked_for(workplace: Workplace) -> None:
    assert found(workplace, "chiu") == ["Chíu Sau Mẩy"]
    assert found(workplace, "chiu", status="active") == []
    assert names(workplace, workplace.read(lambda c: list_children(c, Filters(status="left")))) == ["Chíu Sau Mẩy"]


@given(typed=st.text(max_size=30))
@settings(max_examples=examples(80))
def test_nothing_that_is_typed_breaks_the_search(workplace: Workplace, typed: str) -> None:
    hits = workplace.read(lambda c: search_children(c, typed, Filters(status="")))
    assert len(hits.ids) <= MOST_FOUND


@pytest.mark.parametrize(
    ("narrowed", "expected"),
    [
        ({"group": "special"}, {NAMES[0]}),
        ({"group": "at_risk"}, {NAMES[2]}),
        ({"group": "HCDB01"}, {NAMES[0]}),
        ({"risk": 3}, {NAMES[3]}),
        ({"village": "Thôn  khe lạc"}, {NAMES[0], NAMES[2], NAMES[4]}),
        ({"due_before": "2026-11-23"}, {NAMES[0]}),
        ({"due_before": "2026-11-15"}, set()),
        ({"born_after": "2013-05-17", "born_until": "2015-05-17"}, {NAMES[3], NAMES[4]}),
    ],
)
def test_filters_narrow_the_list(workplace: Workplace, narrowed: dict[str, Any], expected: set[str]) -> None:
    ids = workplace.read(lambda c: list_children(c, Filters(**narrowed)))
    assert set(names(workplace, ids)) == expected


def test_names_stand_in_vietnamese_order_by_given_name(workplace: Workplace) -> None:
    ids = workplace.read(lambda c: list_children(c, Filters()))
    assert names(workplace, ids) == [NAMES[4], NAMES[3], NAMES[1], NAMES[0], NAMES[5], NAMES[2]]


def test_orders_by_risk_and_by_next_visit(workplace: Workplace) -> None:
    by_risk = names(workplace, workplace.read(lambda c: list_children(c, Filters(), "risk")))
    assert by_risk[:2] == [NAMES[3], NAMES[2]]
    assert names(workplace, workplace.read(lambda c: list_children(c, Filters(), "next_visit")))[0] == NAMES[0]


def test_a_row_holds_the_carer_and_the_groups(workplace: Workplace) -> None:
    (row,) = workplace.read(lambda c: child_rows(c, [child_named(workplace, NAMES[0])]))
    assert row.carer is not None
    assert (row.carer.name, row.carer.phone) == ("Bàn Thị Mùi 0", "0912345608")
    assert row.groups == ("HCDB01.3",)
    assert row.last_visit_on == "2026-11-01"


def test_rows_of_nobody_are_left_out(workplace: Workplace) -> None:
    assert workplace.read(lambda c: child_rows(c, ["0" * 32])) == []
    assert workplace.read(lambda c: child_record(c, "0" * 32)) is None


def test_villages_names_and_counts(workplace: Workplace) -> None:
    assert workplace.read(villages)[-2:] == ["thôn Khe Lạc", "thôn Nà Ếch"]
    assert set(NAMES) <= set(workplace.read(all_names))
    assert workplace.read(count_children) == len(NAMES)


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    yield made
    made.register.close()


def begin_import(connection: Connection, import_id: str) -> None:
    """A running import, whatever else its table asks for."""
    known = {"id": import_id, "state": "running"}
    columns = [(row[1], 0 if row[2] == "INTEGER" else "") for row in connection.execute("PRAGMA table_info(import)")]
    values = [known.get(name, empty) for name, empty in columns]
    connection.execute(f"INSERT INTO import VALUES ({','.join('?' * len(values))})", values)


def test_a_staged_import_is_not_shown_before_it_is_complete(own: Workplace) -> None:
    import_id = "0198c0de" * 4
    own.register.write(lambda tx: begin_import(tx.connection, import_id)).result()
    own.write(save_all(*make_child(import_id=import_id)))
    assert own.read(lambda c: list_children(c, Filters())) == []
    assert own.read(lambda c: search_children(c, "hoa", Filters())).ids == []
    assert own.read(villages) == []


def test_the_notice_of_a_stay_is_found_by_the_file_number(own: Workplace) -> None:
    person, file = make_child(case_number="QN-06838-2026-A1-0031")
    own.write(save_all(person, file))
    notice = make_notice(file.case_number or "")
    columns = ("id", "scope", "case_code", "status", "since_on", "stay_until")
    values = [getattr(notice, name) for name in columns]
    sql = f"INSERT INTO placement_notice ({', '.join(columns)}) VALUES (?,?,?,?,?,?)"
    own.register.write(lambda tx: tx.connection.execute(sql, values)).result()
    record = own.read(lambda c: child_record(c, person.id))
    assert record is not None
    assert [one.stay_until for one in record.notices] == ["2027-02-22"]


def test_history_tells_old_and_new_values_and_who(own: Workplace) -> None:
    person, file = make_child(phone="0912345678")
    own.write(save_all(person, file))
    own.write(save_all(msgspec.structs.replace(person, phone="0978111222")))
    first, _file, last = own.read(lambda c: child_history(c, person.id))
    assert first.is_first
    assert not last.is_first
    assert last.is_unsent
    assert last.officer == "Cán bộ Thử"
    (edit,) = last.edits
    assert (edit.field, edit.before, edit.after, edit.has_before) == ("phone", "0912345678", "0978111222", True)


def test_a_value_that_lost_is_kept_in_the_history(own: Workplace) -> None:
    person, file = make_child()
    own.write(save_all(person, file))
    own.register.write(
        lambda tx: tx.connection.execute("UPDATE change SET outcomes='{\"village\": \"conflict\"}' WHERE kind='person'")
    ).result()
    first = own.read(lambda c: child_history(c, person.id))[0]
    assert [edit.field for edit in first.edits if edit.is_lost] == ["village"]


def test_a_person_is_a_child_of_the_list_only_with_a_file(own: Workplace) -> None:
    person = make_person()
    own.write(save_all(person))
    assert own.read(lambda c: list_children(c, Filters())) == []
    own.write(save_all(make_file(person.id)))
    assert own.read(lambda c: list_children(c, Filters())) == [person.id]


def test_the_child_whose_own_name_was_typed_stands_before_those_whose_family_bears_it(workplace: Workplace) -> None:
    other, other_file = make_child("Hoàng Thị An")
    mother = make_person("Quách Thị Xoan", birth_date="1985-01-01")
    wanted, wanted_file = make_child("Quách Thị Xoan")
    workplace.write(save_all(mother, other, other_file, make_relation(other.id, mother.id), wanted, wanted_file))
    found = workplace.read(lambda db: search_children(db, "quach thi xoan", Filters()))
    assert found.ids == [wanted.id, other.id]


@pytest.mark.parametrize("typed", ["hoang thi hoa", "hoàng thị hoa", "hoang thi ho"])
def test_a_whole_name_finds_who_bears_it_before_all_whose_family_bears_parts_of_it(own: Workplace, typed: str) -> None:
    mother = make_person("Lý Thị Hoa")
    family = [make_child("Hoàng Văn An") for _ in range(MOST_FOUND + 1)]
    mothers = [make_relation(child.id, mother.id, "mother") for child, _file in family]
    named, file = make_child("Hoàng Thị Hoa")
    own.write(save_all(mother, *(record for child in family for record in child), *mothers, named, file))
    found = own.read(lambda c: search_children(c, typed, Filters()))
    assert found.has_more
    assert found.ids[0] == named.id
