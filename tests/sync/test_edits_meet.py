"""A form is open, or lies as a draft, while a pull brings what a colleague wrote: nobody's words are written over."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.clock import SystemClock
from commune_desk.domain.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.child_form import ChildForm
from commune_desk.presenters.entry_form import EntryForm
from commune_desk.presenters.relation_form import RelationForm
from commune_desk.store.children import ChildRecord, Kin, child_record
from commune_desk.store.conflicts import open_conflicts
from commune_desk.usecases.children import join_group
from commune_desk.usecases.workplace import Workplace
from tests.helpers.builders import make_child, make_household, make_person, make_relation, save_all
from tests.helpers.workplaces import code_book
from tests.sync.real_desks import RealDesk, make_register
from tests.sync.real_province import OFFICE, real_province

OLD, NEW, OTHER = "0912345678", "0987000111", "0987000222"


class Colleague:
    """An officer at a desk of the commune."""

    def __init__(self, desk: RealDesk) -> None:
        self.desk = desk
        self.workplace = Workplace(desk.register, code_book())

    def file(self, child: str) -> ChildRecord:
        record = self.workplace.read(lambda c: child_record(c, child))
        assert record is not None
        return record

    def carer(self, child: str) -> Kin:
        return self.file(child).kin[0]

    def save(self, form: EntryForm[Any], **typed: object) -> None:
        for name, value in typed.items():
            form.edit(name, value)
            form.leave(name)
        operation = form.submit()
        assert operation is not None, form.state()
        self.workplace.write(operation)

    def write_phone(self, child: str, phone: str) -> None:
        self.save(RelationForm(self.workplace, child, self.carer(child).relation.id), phone=phone)
        self.desk.sync()

    def conflicts(self) -> list[tuple[str, list[object]]]:
        found = self.workplace.read(open_conflicts)
        return [(one.field, [side.value for side in one.sides]) for one in found]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    set_language("en")
    with real_province(tmp_path) as province:
        made = []
        for number in (0, 1):
            path = tmp_path / f"desk{number}.db"
            make_register(path, province.enrol(OFFICE))
            made.append(Colleague(RealDesk(path, SystemClock(), province.transport)))
        yield made[0], made[1]
        for one in made:
            one.desk.register.close()


@pytest.fixture
def child(office: tuple[Colleague, Colleague]) -> RecordId:
    """A child that both desks know, with a grandmother who looks after her."""
    here, there = office
    home = make_household(household_class="poor")
    person, file = make_child()
    carer = make_person("Bàn Thị Mùi", birth_date="1959", phone=OLD)
    relation = make_relation(person.id, carer.id, "maternal_grandmother", is_caregiver=True)
    here.workplace.write(save_all(home, person, file, carer, relation))
    here.desk.sync()
    there.desk.sync()
    return person.id


def child_form(at: Colleague, child: str) -> tuple[EntryForm[Any], str]:
    return ChildForm(at.workplace, child), "carer_phone"


def relation_form(at: Colleague, child: str) -> tuple[EntryForm[Any], str]:
    return RelationForm(at.workplace, child, at.carer(child).relation.id), "phone"


def from_draft(form: EntryForm[Any], again: EntryForm[Any]) -> EntryForm[Any]:
    """The form opened again later, with what was typed in it before."""
    again.restore(json.loads(json.dumps(form.payload())))
    return again


@pytest.mark.parametrize("is_draft", [False, True], ids=["open", "draft"])
@pytest.mark.parametrize(
    ("opened", "other"), [(child_form, {"carer_name": "Bàn Thị Mụi"}), (relation_form, {"occupation": "nông dân"})]
)
def test_what_a_colleague_wrote_while_a_form_was_open_stays(
    office: tuple[Colleague, Colleague], child: RecordId, opened: Any, other: dict[str, str], is_draft: bool
) -> None:
    here, there = office
    form, _phone = opened(here, child)
    there.write_phone(child, NEW)
    here.desk.sync()
    if is_draft:
        form = from_draft(form, opened(here, child)[0])
    here.save(form, **other)
    here.desk.sync()
    there.desk.sync()
    for one in office:
        assert one.carer(child).person.phone == NEW
        assert one.conflicts() == []
    ((name, value),) = other.items()
    person = there.carer(child).person
    assert (person.full_name if name == "carer_name" else person.occupation) == value


@pytest.mark.parametrize("is_draft", [False, True], ids=["open", "draft"])
@pytest.mark.parametrize("opened", [child_form, relation_form])
def test_two_who_write_one_field_leave_a_conflict_with_both_values(
    office: tuple[Colleague, Colleague], child: RecordId, opened: Any, is_draft: bool
) -> None:
    here, there = office
    form, phone = opened(here, child)
    form.edit(phone, OTHER)
    there.write_phone(child, NEW)
    here.desk.sync()
    if is_draft:
        form = from_draft(form, opened(here, child)[0])
    here.save(form)
    assert here.carer(child).person.phone == OTHER
    here.desk.sync()
    there.desk.sync()
    for one in office:
        assert one.conflicts() == [("phone", [NEW, OTHER])]
        assert one.carer(child).person.phone == NEW


def test_a_whole_record_read_earlier_writes_over_a_colleague(
    office: tuple[Colleague, Colleague], child: RecordId
) -> None:
    """The twin of the two tests above: saved whole, the old phone comes back, and nobody is asked."""
    here, there = office
    read = here.carer(child).person
    there.write_phone(child, NEW)
    here.desk.sync()
    here.workplace.write(save_all(msgspec.structs.replace(read, occupation="nông dân")))
    here.desk.sync()
    there.desk.sync()
    for one in office:
        assert one.carer(child).person.phone == OLD
        assert one.conflicts() == []


def test_two_who_write_the_same_agree(office: tuple[Colleague, Colleague], child: RecordId) -> None:
    here, there = office
    form, phone = child_form(here, child)
    form.edit(phone, NEW)
    there.write_phone(child, NEW)
    here.desk.sync()
    here.save(form)
    here.desk.sync()
    assert here.conflicts() == []
    assert here.carer(child).person.phone == NEW


def test_kinds_of_disability_of_two_officers_add_up(office: tuple[Colleague, Colleague], child: RecordId) -> None:
    here, there = office
    here.save(ChildForm(here.workplace, child), disability_types=("dt1", "dt2"))
    here.desk.sync()
    there.desk.sync()
    form = ChildForm(here.workplace, child)
    there.save(ChildForm(there.workplace, child), disability_types=("dt1", "dt2", "dt3"))
    there.desk.sync()
    here.desk.sync()
    here.save(form, disability_types=("dt2", "dt4"))
    assert set(here.file(child).file.disability_types) == {"dt2", "dt3", "dt4"}
    here.desk.sync()
    there.desk.sync()
    for one in office:
        assert set(one.file(child).file.disability_types) == {"dt2", "dt3", "dt4"}


def test_a_group_that_a_colleague_gave_meanwhile_does_not_end(
    office: tuple[Colleague, Colleague], child: RecordId
) -> None:
    here, there = office
    form = ChildForm(here.workplace, child)
    there.workplace.write(lambda tx: join_group(tx, child, "HCDB04", from_on="2026-11-01"))
    there.desk.sync()
    here.desk.sync()
    here.save(form, village="Nà Ếch")
    assert [(group.group_code, group.to_on) for group in here.file(child).groups] == [("HCDB04", None)]
