"""A form is open, or lies as a draft, while a pull brings what a colleague wrote: nobody's words are written over."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.relation_form import RelationForm
from commune_desk.presenters.child.timeline import Timeline
from commune_desk.presenters.frame.entry_form import EntryForm
from commune_desk.presenters.frame.moments import Moment
from commune_desk.store.intake.conflicts import open_conflicts
from commune_desk.store.pages.children import ChildRecord, Kin, child_record
from commune_desk.store.pages.history import child_history
from commune_desk.usecases.records.children import join_group
from commune_desk.usecases.sync.conflicts import decide_conflict
from tests.helpers.builders import make_child, make_household, make_person, make_relation, save_all
from tests.sync.actors.colleagues import Colleague, from_draft, two_colleagues
from tests.sync.actors.real_province import OFFICE

pytestmark = pytest.mark.usefixtures("store_engine")

OLD, NEW, OTHER = "0912345678", "0987000111", "0987000222"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    set_language("en")
    with two_colleagues(tmp_path, OFFICE) as both:
        yield both


def file_of(at: Colleague, child: str) -> ChildRecord:
    record = at.workplace.read(lambda c: child_record(c, child))
    assert record is not None
    return record


def carer_of(at: Colleague, child: str) -> Kin:
    return file_of(at, child).kin[0]


def write_phone(at: Colleague, child: str, phone: str) -> None:
    at.save(RelationForm(at.workplace, child, carer_of(at, child).relation.id), phone=phone)
    at.sync()


@pytest.fixture
def child(office: tuple[Colleague, Colleague]) -> RecordId:
    """A child that both desks know, with a grandmother who looks after her."""
    here, there = office
    home = make_household(household_class="poor")
    person, file = make_child()
    carer = make_person("Bàn Thị Mùi", birth_date="1959", phone=OLD)
    relation = make_relation(person.id, carer.id, "maternal_grandmother", is_caregiver=True)
    here.workplace.write(save_all(home, person, file, carer, relation))
    here.sync()
    there.sync()
    return person.id


def child_form(at: Colleague, child: str) -> tuple[EntryForm[Any], str]:
    return ChildForm(at.workplace, child), "carer_phone"


def relation_form(at: Colleague, child: str) -> tuple[EntryForm[Any], str]:
    return RelationForm(at.workplace, child, carer_of(at, child).relation.id), "phone"


@pytest.mark.parametrize("is_draft", [False, True], ids=["open", "draft"])
@pytest.mark.parametrize(
    ("opened", "other"), [(child_form, {"carer_name": "Bàn Thị Mụi"}), (relation_form, {"occupation": "nông dân"})]
)
def test_what_a_colleague_wrote_while_a_form_was_open_stays(
    office: tuple[Colleague, Colleague], child: RecordId, opened: Any, other: dict[str, str], is_draft: bool
) -> None:
    here, there = office
    form, _phone = opened(here, child)
    write_phone(there, child, NEW)
    here.sync()
    if is_draft:
        form = from_draft(form, opened(here, child)[0])
    here.save(form, **other)
    here.sync()
    there.sync()
    for one in office:
        assert carer_of(one, child).person.phone == NEW
        assert one.conflicts() == []
    ((name, value),) = other.items()
    person = carer_of(there, child).person
    assert (person.full_name if name == "carer_name" else person.occupation) == value


@pytest.mark.parametrize("is_draft", [False, True], ids=["open", "draft"])
@pytest.mark.parametrize("opened", [child_form, relation_form])
def test_two_who_write_one_field_leave_a_conflict_with_both_values(
    office: tuple[Colleague, Colleague], child: RecordId, opened: Any, is_draft: bool
) -> None:
    here, there = office
    form, phone = opened(here, child)
    form.edit(phone, OTHER)
    write_phone(there, child, NEW)
    here.sync()
    if is_draft:
        form = from_draft(form, opened(here, child)[0])
    here.save(form)
    assert carer_of(here, child).person.phone == OTHER
    here.sync()
    there.sync()
    for one in office:
        assert one.conflicts() == [("phone", [NEW, OTHER])]
        assert carer_of(one, child).person.phone == NEW


@pytest.mark.parametrize(("value", "lost"), [(NEW, [OTHER]), (OTHER, []), (OLD, [OTHER])])
def test_the_history_calls_a_value_kept_only_while_another_one_stands(
    office: tuple[Colleague, Colleague], child: RecordId, value: str, lost: list[str]
) -> None:
    here, there = office
    form, phone = relation_form(here, child)
    form.edit(phone, OTHER)
    write_phone(there, child, NEW)
    here.save(form)
    here.sync()
    assert lost_values(here, child) == [OTHER]
    (conflict,) = here.workplace.read(open_conflicts)
    carer = conflict.record
    here.workplace.write(
        lambda tx: decide_conflict(tx, kind="person", record=carer, field="phone", ids=conflict.ids, value=value)
    )
    assert lost_values(here, child) == lost
    here.sync()
    there.sync()
    for one in office:
        assert carer_of(one, child).person.phone == value
        assert lost_values(one, child) == lost
        decided, *_edits = edits_of(one, child)
        assert decided.heading == "Conflict decided"


def lost_values(at: Colleague, child: str) -> list[object]:
    history = at.workplace.read(lambda c: child_history(c, child))
    return [edit.after for entry in history for edit in entry.edits if edit.is_lost]


def edits_of(at: Colleague, child: str) -> list[Moment]:
    """What was edited, as the child's page tells it: newest first."""
    history = at.workplace.read(lambda c: child_history(c, child))
    told = Timeline(at.workplace.codes, at.workplace.today(), file_of(at, child), history).moments()
    return [moment for moment in told if "decided" in moment.heading or "edited" in moment.heading]


def test_a_whole_record_read_earlier_writes_over_a_colleague(
    office: tuple[Colleague, Colleague], child: RecordId
) -> None:
    """The twin of the two tests above: saved whole, the old phone comes back, and nobody is asked."""
    here, there = office
    read = carer_of(here, child).person
    write_phone(there, child, NEW)
    here.sync()
    here.workplace.write(save_all(msgspec.structs.replace(read, occupation="nông dân")))
    here.sync()
    there.sync()
    for one in office:
        assert carer_of(one, child).person.phone == OLD
        assert one.conflicts() == []


def test_two_who_write_the_same_agree(office: tuple[Colleague, Colleague], child: RecordId) -> None:
    here, there = office
    form, phone = child_form(here, child)
    form.edit(phone, NEW)
    write_phone(there, child, NEW)
    here.sync()
    here.save(form)
    here.sync()
    assert here.conflicts() == []
    assert carer_of(here, child).person.phone == NEW


def test_kinds_of_disability_of_two_officers_add_up(office: tuple[Colleague, Colleague], child: RecordId) -> None:
    here, there = office
    here.save(ChildForm(here.workplace, child), disability_types=("dt1", "dt2"))
    here.sync()
    there.sync()
    form = ChildForm(here.workplace, child)
    there.save(ChildForm(there.workplace, child), disability_types=("dt1", "dt2", "dt3"))
    there.sync()
    here.sync()
    here.save(form, disability_types=("dt2", "dt4"))
    assert set(file_of(here, child).file.disability_types) == {"dt2", "dt3", "dt4"}
    here.sync()
    there.sync()
    for one in office:
        assert set(file_of(one, child).file.disability_types) == {"dt2", "dt3", "dt4"}


def test_a_group_that_a_colleague_gave_meanwhile_does_not_end(
    office: tuple[Colleague, Colleague], child: RecordId
) -> None:
    here, there = office
    form = ChildForm(here.workplace, child)
    there.workplace.write(lambda tx: join_group(tx, child, "HCDB04", from_on="2026-11-01"))
    there.sync()
    here.sync()
    here.save(form, village="Nà Ếch")
    assert [(group.group_code, group.to_on) for group in file_of(here, child).groups] == [("HCDB04", None)]
