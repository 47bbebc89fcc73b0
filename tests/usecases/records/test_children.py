"""Entering, editing and closing a child's file, and who may be in the register already."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.time.dates import may_be_born_together
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.program_files import code_book
from commune_desk.store.pages.children import ChildRecord, child_record, open_memberships
from commune_desk.store.writing.opened import open_records
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import (
    ChildEntry,
    KinEntry,
    close_file,
    edit_child,
    end_relation,
    groups_suggested,
    join_group,
    leave_group,
    register_child,
    reopen_file,
    save_kin,
)
from commune_desk.usecases.records.duplicates import Sign, alike, find_twins, similar_names
from tests.helpers.builders import make_child, make_household, make_person, save_all
from tests.helpers.workplaces import clock_of, make_workplace


def carer(**values: str) -> KinEntry:
    person = make_person("Bàn Thị Mùi", birth_date="1959", phone="0912345678", **values)
    return KinEntry(person=person, relation="maternal_grandmother", is_caregiver=True)


def entry(**values: object) -> ChildEntry:
    person, file = make_child()
    whole = ChildEntry(
        person=person,
        file=msgspec.structs.replace(file, opened_on=None),
        household=make_household(household_class="poor"),
        kin=(carer(),),
        groups=("HCDB01.3", "NGCO01"),
    )
    return msgspec.structs.replace(whole, **values)


def stored(workplace: Workplace, person: str) -> ChildRecord:
    record = workplace.read(lambda c: child_record(c, person))
    assert record is not None
    return record


def move_to_na_ech(workplace: Workplace, record: ChildRecord) -> tuple[RecordId, ChangeSet]:
    """Edit the village in the file as it was read."""
    opened = workplace.read(lambda c: open_records(c, record.person, record.file))
    before = ChildEntry(person=record.person, file=record.file)
    after = msgspec.structs.replace(before, person=msgspec.structs.replace(record.person, village="Nà Ếch"))
    return workplace.write(lambda tx: edit_child(tx, opened, before, after))


def test_a_child_is_entered_with_family_household_and_groups(workplace: Workplace) -> None:
    one = entry()
    person, changes = workplace.write(lambda tx: register_child(tx, one))
    record = stored(workplace, person)
    assert record.file.opened_on == "2026-11-23"
    assert record.household == one.household
    assert [(kin.person.full_name, kin.relation.is_caregiver) for kin in record.kin] == [("Bàn Thị Mùi", True)]
    assert {group.group_code for group in record.groups} == {"HCDB01.3", "NGCO01"}
    assert changes.touches("person", "child_file", "household", "relation", "group_membership")


def test_file_numbers_are_unique_and_say_commune_year_and_desk(workplace: Workplace) -> None:
    numbers = []
    for name in ("Lê Thị Một", "Lê Thị Hai"):
        one = entry(person=make_person(name))
        person, _ = workplace.write(lambda tx, one=one: register_child(tx, one))  # type: ignore[misc]
        numbers.append(stored(workplace, person).file.case_number)
    assert numbers == ["QN-06838-2026-ST01-0001", "QN-06838-2026-ST01-0002"]


def test_who_is_sixteen_is_not_entered_as_a_child(workplace: Workplace) -> None:
    with pytest.raises(Invalid) as caught:
        workplace.write(lambda tx: register_child(tx, entry(person=make_person(birth_date="2010-11-23"))))
    assert set(caught.value.fields) == {"birth_date"}


def test_the_day_before_the_sixteenth_birthday_still_counts(workplace: Workplace) -> None:
    person, _ = workplace.write(lambda tx: register_child(tx, entry(person=make_person(birth_date="2010-11-24"))))
    assert stored(workplace, person).file.status == "active"


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"full_name": ""}, "full_name"),
        ({"full_name": "12345"}, "full_name"),
        ({"id_number": "02231200011"}, "id_number"),
    ],
)
def test_a_child_without_name_or_with_a_short_id_is_refused(
    workplace: Workplace, values: dict[str, str], field: str
) -> None:
    person = msgspec.structs.replace(make_person(), **values)
    with pytest.raises(Invalid) as caught:
        workplace.write(lambda tx: register_child(tx, entry(person=person)))
    assert set(caught.value.fields) == {field}


def test_nobody_is_entered_twice_under_one_identity(workplace: Workplace) -> None:
    one = entry()
    workplace.write(lambda tx: register_child(tx, one))
    with pytest.raises(Refusal):
        workplace.write(lambda tx: register_child(tx, one))


def test_editing_writes_only_what_changed(workplace: Workplace) -> None:
    one = entry()
    person, _ = workplace.write(lambda tx: register_child(tx, one))
    record = stored(workplace, person)
    _, changes = move_to_na_ech(workplace, record)
    assert set(changes.records) == {"person"}
    assert {group.to_on for group in stored(workplace, person).groups} == {None}


def test_an_edit_is_put_on_what_stands_by_now(workplace: Workplace) -> None:
    person, _ = workplace.write(lambda tx: register_child(tx, entry()))
    record = stored(workplace, person)
    workplace.write(save_all(msgspec.structs.replace(record.person, phone="0987111222")))
    move_to_na_ech(workplace, record)
    kept = stored(workplace, person).person
    assert (kept.phone, kept.village) == ("0987111222", "Nà Ếch")


def test_a_grown_up_file_can_still_be_corrected(workplace: Workplace) -> None:
    person, _ = workplace.write(lambda tx: register_child(tx, entry()))
    clock_of(workplace).pass_by(days=365 * 3)
    move_to_na_ech(workplace, stored(workplace, person))
    assert stored(workplace, person).person.village == "Nà Ếch"


def test_a_relative_is_edited_and_taken_away_but_stays_in_the_history(workplace: Workplace) -> None:
    person, _ = workplace.write(lambda tx: register_child(tx, entry()))
    kin = stored(workplace, person).kin[0]
    workplace.write(lambda tx: end_relation(tx, kin.relation.id, on="2026-11-23"))
    (left,) = stored(workplace, person).kin
    assert (left.relation.ended_on, left.relation.is_caregiver) == ("2026-11-23", False)


def test_a_child_is_not_its_own_relative(workplace: Workplace) -> None:
    person, _ = workplace.write(lambda tx: register_child(tx, entry()))
    itself = KinEntry(person=stored(workplace, person).person, relation="mother")
    with pytest.raises(Invalid):
        workplace.write(lambda tx: save_kin(tx, person, itself))


def test_a_group_is_joined_once_and_left_not_before_it_began(workplace: Workplace) -> None:
    person, _ = workplace.write(lambda tx: register_child(tx, entry(groups=())))
    workplace.write(lambda tx: join_group(tx, person, "HCDB04.1", from_on="2026-10-01", basis="Giấy xác nhận 12"))
    with pytest.raises(Refusal):
        workplace.write(lambda tx: join_group(tx, person, "HCDB04.1", from_on="2026-11-01"))
    (membership,) = workplace.read(lambda c: open_memberships(c, person))
    with pytest.raises(Invalid):
        workplace.write(lambda tx: leave_group(tx, membership.id, to_on="2026-09-30"))
    workplace.write(lambda tx: leave_group(tx, membership.id, to_on="2026-11-23"))
    assert workplace.read(lambda c: open_memberships(c, person)) == ()


def test_a_file_is_closed_reopened_and_not_closed_twice(workplace: Workplace) -> None:
    person, _ = workplace.write(lambda tx: register_child(tx, entry()))
    file: ChildFile = stored(workplace, person).file
    workplace.write(lambda tx: close_file(tx, file.id, "moved_away"))
    with pytest.raises(Refusal):
        workplace.write(lambda tx: close_file(tx, file.id, "died"))
    workplace.write(lambda tx: reopen_file(tx, file.id))
    assert stored(workplace, person).file.status == "active"


def test_a_poor_household_suggests_its_group() -> None:
    assert groups_suggested(code_book(), "poor") == ("NGCO01",)
    assert groups_suggested(code_book(), "average") == ()


def twins(workplace: Workplace, person: Person, mother: str = "") -> list[tuple[str, Sign]]:
    found = workplace.read(lambda c: find_twins(c, person, mother))
    return [(twin.row.name, twin.sign) for twin in found]


@pytest.fixture
def hoa(workplace: Workplace) -> RecordId:
    person = make_person("Đặng Thị Hoà", id_number="022312000111")
    mother = KinEntry(person=make_person("Chíu Thị Lan", birth_date="1988"), relation="mother")
    entered, _ = workplace.write(lambda tx: register_child(tx, entry(person=person, kin=(mother,))))
    return entered


@pytest.mark.parametrize(
    ("values", "mother", "sign"),
    [
        ({"full_name": "Ai Đó", "birth_date": "2015", "id_number": "022312000111"}, "", Sign.SAME_ID),
        ({"full_name": "đặng thị hòa"}, "Chíu Thị  Lan", Sign.SAME_NAME_BIRTH_MOTHER),
        ({"full_name": "Dang Thi Hoa"}, "", Sign.SAME_NAME_BIRTH),
        ({"full_name": "Đặng Thị Hoạ", "birth_date": "2012"}, "", Sign.ALIKE),
        ({"full_name": "Đặng Thi Hoaf"}, "", Sign.ALIKE),
    ],
)
def test_the_same_child_is_recognised(
    workplace: Workplace, hoa: RecordId, values: dict[str, str], mother: str, sign: Sign
) -> None:
    assert twins(workplace, make_person(**values), mother) == [("Đặng Thị Hoà", sign)]


@pytest.mark.parametrize(
    "values", [{"full_name": "Đặng Thị Hoà", "birth_date": "2016-01-01"}, {"full_name": "Trần Văn Đức"}]
)
def test_another_child_is_left_in_peace(workplace: Workplace, hoa: RecordId, values: dict[str, str]) -> None:
    assert twins(workplace, make_person(**values)) == []


def test_nobody_is_a_twin_of_oneself(workplace: Workplace, hoa: RecordId) -> None:
    assert twins(workplace, stored(workplace, hoa).person) == []


@given(st.dates(date(2009, 1, 1), date(2026, 1, 1)), st.sampled_from(["{:%Y-%m-%d}", "{:%Y-%m}", "{:%Y}", "~{:%Y}"]))
@settings(max_examples=60)
def test_a_date_can_mean_the_same_day_as_itself_said_less_exactly(day: date, shape: str) -> None:
    assert may_be_born_together(shape.format(day), day.isoformat())
    assert may_be_born_together(None, day.isoformat())


def test_names_alike_and_slips() -> None:
    assert alike("Nguyễn Thị Lý", "nguyen thi li")
    assert not alike("Nguyễn Thị Lý", "Trần Văn Đức")
    assert similar_names(["Trần Văn Đức", "Đặng Thị Hoà"], "dang thj hoa")[0] == "Đặng Thị Hoà"
    assert similar_names(["Trần Văn Đức"], "zq") == []


def test_an_empty_form_finds_nobody(workplace: Workplace, hoa: RecordId) -> None:
    assert twins(workplace, make_person("", birth_date=None)) == []


def test_a_chair_reads_but_does_not_write(tmp_path: Path) -> None:
    (tmp_path / "chair").mkdir()
    chair = make_workplace(tmp_path / "chair", role="chair")
    with pytest.raises(Refusal):
        chair.write(lambda tx: register_child(tx, entry()))
    assert chair.read(lambda c: c.execute("SELECT count(*) FROM person").fetchone()) == (0,)
    chair.write(save_all())
    chair.register.close()
