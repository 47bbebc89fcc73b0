"""The child form without a window: what stops a save, what only warns, what is written, and the drafts."""

from __future__ import annotations

from typing import Any

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.child.form import ChildForm, ChildFormState
from commune_desk.presenters.child.relation_form import GroupForm, RelationForm
from commune_desk.store.pages.children import ChildRecord, child_record
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import load_draft, save_draft

HOA = {
    "full_name": "Đặng Thị Hoà",
    "sex": "female",
    "birth_date": "3/2/2012",
    "ethnicity": "09",
    "village": "thôn Khe Lạc",
    "carer_name": "Bàn Thị Mùi",
    "carer_relation": "maternal_grandmother",
    "carer_phone": "912.345.678",
    "mother_name": "Chíu Thị Lan",
    "mother_status": "dead",
    "household_class": "poor",
}


def fill(form: ChildForm, values: dict[str, Any]) -> None:
    for name, value in values.items():
        form.edit(name, value)
        form.leave(name)


def save(workplace: Workplace, form: ChildForm) -> ChildRecord:
    operation = form.submit()
    assert operation is not None, form.state()
    person, _changes = workplace.write(operation)
    record = workplace.read(lambda c: child_record(c, person))
    assert record is not None
    return record


def look(form: ChildForm) -> ChildFormState:
    """Ask who of the register may be the child entered."""
    question = form.twin_question()
    assert question is not None
    return form.found(question())


@pytest.fixture
def hoa(workplace: Workplace) -> RecordId:
    form = ChildForm(workplace)
    fill(form, HOA)
    return save(workplace, form).person.id


def test_a_new_child_is_saved_as_typed(workplace: Workplace) -> None:
    form = ChildForm(workplace)
    fill(form, HOA | {"full_name": "  Đặng  Thị Hoà ", "id_number": "22312000111"})
    record = save(workplace, form)
    assert record.person.full_name == "Đặng Thị Hoà"
    assert record.person.birth_date == "2012-02-03"
    assert record.person.id_number == "022312000111"
    assert record.household is not None
    assert record.household.head_name == "Chíu Thị Lan"
    kin = {one.relation.relation: one for one in record.kin}
    assert kin["maternal_grandmother"].person.phone == "0912345678"
    assert kin["maternal_grandmother"].relation.is_caregiver
    assert kin["mother"].person.life_status == "dead"
    assert [group.group_code for group in record.groups] == ["NGCO01"]


def test_a_mother_who_is_the_carer_is_asked_for_once(workplace: Workplace) -> None:
    form = ChildForm(workplace)
    fill(form, {"full_name": "Lý A Tài", "carer_name": "La Thị Hiền", "carer_relation": "mother"})
    assert form.state().hidden == {"mother_name"}
    (kin,) = save(workplace, form).kin
    assert (kin.relation.relation, kin.relation.is_caregiver, kin.person.sex) == ("mother", True, "female")


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"full_name": " "}, "full_name", "Please write the child's name."),
        ({"birth_date": "31/2/2012"}, "birth_date", "The date does not exist."),
        ({"birth_date": "hôm kia"}, "birth_date", "Write the date as 17/05/2014, 05/2014, 2014 or “about 9 years”."),
        ({"birth_date": "1/1/2008"}, "birth_date", "This person is 16 or older and is not entered as a child."),
        ({"id_number": "0223"}, "id_number", "The ID number must have exactly 12 digits."),
        ({"carer_name": ""}, "carer_name", "Please write the carer's name."),
        ({"carer_relation": ""}, "carer_relation", "What is the carer to the child?"),
        ({"village": "x" * 81}, "village", "The text has 81 characters; at most 80 fit here."),
    ],
)
def test_what_stops_a_save(workplace: Workplace, values: dict[str, str], field: str, sentence: str) -> None:
    form = ChildForm(workplace)
    fill(form, HOA | values)
    assert form.submit() is None
    assert dict(form.state().errors) == {field: sentence}


@pytest.mark.parametrize(
    ("values", "field", "sentence"),
    [
        ({"id_number": "022212000111"}, "id_number", "The ID number belongs to the other sex."),
        ({"id_number": "022314000111"}, "id_number", "The ID number belongs to another year of birth."),
        ({"birth_date": ""}, "birth_date", "Without a birth date the program cannot tell when the child turns 16."),
        ({"carer_phone": "+86 138"}, "carer_phone", "This is no Vietnamese phone number; it is kept as written."),
    ],
)
def test_what_only_warns(workplace: Workplace, values: dict[str, str], field: str, sentence: str) -> None:
    form = ChildForm(workplace)
    fill(form, HOA | values)
    assert form.state().hints[field] == sentence
    save(workplace, form)


def test_an_error_shows_only_once_the_field_is_left(workplace: Workplace) -> None:
    form = ChildForm(workplace)
    assert form.edit("birth_date", "31/2").errors == {}
    assert set(form.leave("birth_date").errors) == {"birth_date"}
    assert form.edit("birth_date", "31/3/2012").errors == {}


def test_who_may_be_in_the_register_is_shown_before_saving(workplace: Workplace, hoa: RecordId) -> None:
    form = ChildForm(workplace)
    fill(form, HOA | {"full_name": "Dang Thi Hoa", "village": ""})
    state = look(form)
    assert state.must_confirm
    assert [(twin.person, twin.sign) for twin in state.twins] == [(hoa, "Same name, birth date and mother")]
    lines = {line.label: (line.entered, line.stored) for line in state.twins[0].lines}
    assert lines["Full name"] == ("Dang Thi Hoa", "Đặng Thị Hoà")
    assert lines["Village"] == ("", "thôn Khe Lạc")
    assert form.submit() is None
    form.say_other(True)
    form.edit("birth_date", "3/2/2012")  # leaving a field without a change takes nothing back
    assert save(workplace, form).person.id != hoa


def test_a_changed_name_is_compared_anew(workplace: Workplace, hoa: RecordId) -> None:
    form = ChildForm(workplace)
    fill(form, HOA)
    form.say_other(True)
    form.edit("full_name", "Trần Văn Đức")
    assert not look(form).twins
    form.edit("full_name", "Đặng Thị Hoà")
    assert look(form).must_confirm


def test_an_answer_about_another_name_comes_too_late(workplace: Workplace, hoa: RecordId) -> None:
    form = ChildForm(workplace)
    fill(form, HOA)
    question = form.twin_question()
    assert question is not None
    answer = question()
    form.edit("full_name", "Trần Văn Đức")
    assert not form.found(answer).twins
    form.edit("full_name", HOA["full_name"])
    assert form.submit() is None, "a save looks for itself where nobody asked"
    assert form.state().must_confirm


def test_a_stored_file_opens_as_it_was_and_saving_it_writes_nothing(workplace: Workplace, hoa: RecordId) -> None:
    form = ChildForm(workplace, hoa)
    values = form.state().values
    assert (values["full_name"], values["birth_date"], values["carer_phone"]) == (
        "Đặng Thị Hoà",
        "03/02/2012",
        "0912 345 678",
    )
    before = workplace.read(lambda c: c.execute("SELECT count(*) FROM change").fetchone())
    save(workplace, form)
    assert workplace.read(lambda c: c.execute("SELECT count(*) FROM change").fetchone()) == before


def test_one_edit_is_one_change(workplace: Workplace, hoa: RecordId) -> None:
    form = ChildForm(workplace, hoa)
    fill(form, {"carer_phone": "0978 111 222"})
    operation = form.submit()
    assert operation is not None
    _person, changes = workplace.write(operation)
    assert set(changes.records) == {"person"}


def test_another_carer_takes_over_and_the_former_stays_family(workplace: Workplace, hoa: RecordId) -> None:
    form = ChildForm(workplace, hoa)
    fill(form, {"carer_name": "Đặng Văn Tư", "carer_relation": "paternal_uncle", "carer_phone": ""})
    kin = {one.relation.relation: one.relation.is_caregiver for one in save(workplace, form).kin}
    assert kin == {"paternal_uncle": True, "maternal_grandmother": False, "mother": False}


def test_a_relative_is_not_lost_by_emptying_a_field(workplace: Workplace, hoa: RecordId) -> None:
    form = ChildForm(workplace, hoa)
    fill(form, {"mother_name": ""})
    assert form.submit() is None
    assert set(form.state().errors) == {"mother_name"}


def test_a_draft_comes_back_and_goes_with_the_save(workplace: Workplace) -> None:
    form = ChildForm(workplace)
    fill(form, HOA | {"groups_special": ("HCDB01",)})
    workplace.write(lambda tx: save_draft(tx, "child", "", "village", form.payload()))
    officer = workplace.actor.officer
    draft = workplace.read(lambda c: load_draft(c, "child", officer, ""))
    assert draft is not None
    again = ChildForm(workplace)
    again.restore(draft.payload | {"field_of_another_version": "x"})
    assert again.payload() == form.payload()
    save(workplace, again)
    assert workplace.read(lambda c: load_draft(c, "child", officer, "")) is None


def test_options_put_the_frequent_groups_first(workplace: Workplace) -> None:
    form = ChildForm(workplace)
    assert [code for code, _name in form.options("ethnicity")][:2] == ["01", "09"]
    assert len(form.options("groups_special")) == 14
    assert {code for code, _name in form.options("carer_relation")} >= {"paternal_grandmother", "maternal_grandmother"}
    assert form.suggestions("village") == []


def test_villages_are_offered_by_what_is_typed(workplace: Workplace, hoa: RecordId) -> None:
    form = ChildForm(workplace)
    for typed in ("", "khe", "thon k", "Lạc"):
        form.edit("village", typed)
        assert form.suggestions("village") == ["thôn Khe Lạc"]
    for typed in ("thôn Khe Lạc", "nà"):
        form.edit("village", typed)
        assert form.suggestions("village") == []


def test_a_family_member_is_added_and_edited(workplace: Workplace, hoa: RecordId) -> None:
    form = RelationForm(workplace, hoa)
    assert form.submit() is None
    assert set(form.state().errors) == {"full_name", "relation"}
    for name, value in {"full_name": "Đặng Văn Tư", "relation": "paternal_uncle", "is_guardian": True}.items():
        form.edit(name, value)
    operation = form.submit()
    assert operation is not None
    relation, _changes = workplace.write(operation)
    again = RelationForm(workplace, hoa, relation)
    assert again.state().values["is_guardian"] is True
    again.edit("phone", "0912 345")
    assert set(again.state().hints) == {"phone"}


def test_a_group_is_joined_from_a_day(workplace: Workplace, hoa: RecordId) -> None:
    form = GroupForm(workplace, hoa)
    assert form.state().values["from_on"] == "23/11/2026"
    assert "NGCO01" not in {code for code, _name in form.options("group_code")}
    assert form.submit() is None
    form.edit("group_code", "HCDB04.1")
    form.edit("from_on", "10/2026")
    assert form.submit() is None
    assert set(form.state().errors) == {"from_on"}
    form.edit("from_on", "1/10/2026")
    operation = form.submit()
    assert operation is not None
    workplace.write(operation)
    assert "HCDB04.1" not in {code for code, _name in GroupForm(workplace, hoa).options("group_code")}


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"mother_status": "dead"}, "mother_name"),
        ({"father_status": "away", "carer_name": "Tằng Thị Lan", "carer_relation": "mother"}, "father_name"),
        ({"household_class": "poor"}, "household_class"),
    ],
)
def test_what_is_said_of_nobody_is_asked_about_and_not_dropped(
    workplace: Workplace, values: dict[str, str], field: str
) -> None:
    form = ChildForm(workplace)
    fill(form, {"full_name": "Lý Thị Mẩy", "birth_date": "2016"} | values)
    assert form.submit() is None
    assert set(form.state().errors) == {field}


def test_how_a_parent_is_who_is_the_carer_or_was_is_kept(workplace: Workplace) -> None:
    form = ChildForm(workplace)
    carer = {"carer_name": "Tằng Thị Lan", "carer_relation": "mother", "mother_status": "unable"}
    fill(form, {"full_name": "Lý Thị Mẩy", "birth_date": "2016"} | carer)
    record = save(workplace, form)
    assert [(one.person.full_name, one.person.life_status) for one in record.kin] == [("Tằng Thị Lan", "unable")]
    again = ChildForm(workplace, record.person.id)
    taken_over = {"carer_name": "Lò Thị Bà", "carer_relation": "maternal_grandmother"}
    fill(again, taken_over | {"mother_name": "Tằng Thị Lân", "mother_status": "dead"})
    kin = {one.relation.relation: one for one in save(workplace, again).kin}
    mother, grandmother = kin["mother"], kin["maternal_grandmother"]
    assert (mother.person.full_name, mother.person.life_status) == ("Tằng Thị Lân", "dead")
    assert (mother.relation.is_caregiver, grandmother.relation.is_caregiver) == (False, True)
    assert len(kin) == 2
