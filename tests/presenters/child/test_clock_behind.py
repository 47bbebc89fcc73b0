"""A PC whose clock has fallen years behind, after the province told its hour: no work is refused, no day is of then."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.move import ChildMove
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.child.relation_form import GroupForm, RelationForm
from commune_desk.presenters.child.visit_form import VisitForm
from commune_desk.presenters.day.today import TodayPage
from commune_desk.presenters.reports.form import MeasuresForm, ReportForm
from commune_desk.presenters.window.desk_window import place
from commune_desk.store.engine import settings
from commune_desk.store.pages.children import ChildRecord, child_record
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.reports import acknowledge_report
from tests.helpers.builders import make_child, make_group, make_person, make_relation, make_report, save_all
from tests.helpers.lists import bring_in, counts, list_of
from tests.helpers.moving import know_the_communes
from tests.helpers.workplaces import MORNING, clock_of, fall_behind


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child(birth_date="2015-03-02")
    mother = make_person("Chíu Thị Lan", birth_date="1988")
    group = make_group(person.id, from_on="2026-11-02")
    workplace.write(save_all(person, file, mother, make_relation(person.id, mother.id), group))
    fall_behind(workplace)
    return person.id


def record(workplace: Workplace, child: str) -> ChildRecord:
    found = workplace.read(lambda c: child_record(c, child))
    assert found is not None
    return found


def new_child(workplace: Workplace) -> Callable[[Tx], str]:
    """What saves the form of a child of six."""
    form = ChildForm(workplace)
    for name, value in {
        "full_name": "Lò Thị Hai",
        "birth_date": "5/6/2020",
        "carer_name": "Lò Thị Ba",
        "carer_relation": "mother",
        "household_class": "poor",
    }.items():
        form.edit(name, value)
        form.leave(name)
    operation = form.submit()
    assert operation is not None, form.state()
    return operation


def test_a_child_leaves_a_group(workplace: Workplace, child: RecordId) -> None:
    (membership,) = record(workplace, child).groups
    workplace.write(ChildPage(workplace, child).leave_group(membership.id))
    assert [group.to_on for group in record(workplace, child).groups] == ["2026-11-23"]


def test_a_child_joins_a_group_and_has_a_young_brother(workplace: Workplace, child: RecordId) -> None:
    group = GroupForm(workplace, child)
    assert group.state().values["from_on"] == "23/11/2026"
    group.edit("group_code", "NGCO01")
    group.edit("from_on", "20/11/2026")
    assert not group.check()
    brother = RelationForm(workplace, child)
    brother.edit("birth_date", "01/11/2026")
    assert "birth_date" not in brother.check()


def test_a_task_has_a_day_to_come(workplace: Workplace, child: RecordId) -> None:
    assert not isinstance(TodayPage(workplace).new_task("Gặp nhà trường", "27/11/2026"), str)


def test_a_list_tells_children_of_today(workplace: Workplace, child: RecordId, tmp_path: Path) -> None:
    import_id = bring_in(workplace, list_of(tmp_path, "Lò Văn Một;Nam;05/06/2020;;Nà Ếch;;;;;;;"))
    told = counts(workplace, import_id)
    assert (told.saved, told.errors) == (1, 0)
    opened = "SELECT opened_on FROM child_file WHERE import_id IS NOT NULL"
    assert workplace.read(lambda c: c.execute(opened).fetchall()) == [("2026-11-23",)]


def test_a_relative_is_taken_away_as_of_the_day_that_the_province_told(workplace: Workplace, child: RecordId) -> None:
    (kin,) = record(workplace, child).kin
    workplace.write(ChildPage(workplace, child).end_relation(kin.relation.id))
    ended = "SELECT ended_on FROM relation WHERE person=?"
    assert workplace.read(lambda c: c.execute(ended, (child,)).fetchall()) == [("2026-11-23",)]


def test_a_new_child_has_a_case_code_of_this_year(workplace: Workplace, child: RecordId) -> None:
    entered = record(workplace, workplace.write(new_child(workplace))[0])
    assert entered.file.opened_on == "2026-11-23"
    assert "-2026-" in (entered.file.case_number or "")
    assert [group.from_on for group in entered.groups] == ["2026-11-23"]


def test_a_birth_date_that_nobody_touched_is_no_edit(workplace: Workplace, child: RecordId) -> None:
    form = ChildForm(workplace, child)

    def corrected(person: Person) -> Person:
        return msgspec.structs.replace(person, birth_date="2015-03-20")

    workplace.write(lambda tx: tx.save(corrected(tx.existing(Person, child))))
    form.edit("village", "Nà Ếch")
    operation = form.submit()
    assert operation is not None, form.state()
    workplace.write(operation)
    person = record(workplace, child).person
    assert (person.village, person.birth_date) == ("Nà Ếch", "2015-03-20")


def test_a_visit_is_of_the_day_that_the_province_told(workplace: Workplace, child: RecordId) -> None:
    assert VisitForm(workplace, child).state().values["visited_on"] == "23/11/2026"


def test_what_was_done_is_written_down_as_the_form_offers_it(workplace: Workplace, child: RecordId) -> None:
    assert ReportForm(workplace).state().values["received_at"] == "23/11/2026 08:00"
    report = make_report(id=new_record_id(), person=child, received_at="2026-11-23T00:30:00Z", status="acknowledged")
    workplace.write(save_all(report))
    form = MeasuresForm(workplace, report.id)
    form.edit("measures", "Đã đến nhà.")
    operation = form.submit()
    assert operation is not None, form.state()
    workplace.write(operation)


def test_a_report_is_taken_up_in_this_year(workplace: Workplace, child: RecordId) -> None:
    report = make_report(person=child, received_at="2026-11-23T00:30:00Z", status="waiting")
    workplace.write(save_all(report))
    workplace.write(lambda tx: acknowledge_report(tx, report.id))
    taken = "SELECT acknowledged_at FROM report"
    assert workplace.read(lambda c: c.execute(taken).fetchall()) == [("2026-11-23T01:00:00Z",)]


def test_a_child_can_move_to_the_communes_of_today(workplace: Workplace, child: RecordId) -> None:
    know_the_communes(workplace)
    others = len(workplace.codes.communes) - 1
    assert len(ChildMove(workplace, record(workplace, child)).communes()) == others
    assert place(workplace) != workplace.actor.scope.partition(":")[2]


def test_who_joined_a_group_by_a_clock_that_ran_ahead_can_leave_it(workplace: Workplace, child: RecordId) -> None:
    ahead = make_group(child, "NGCO01", from_on="2099-12-31")
    workplace.write(save_all(ahead))
    workplace.write(ChildPage(workplace, child).leave_group(ahead.id))
    assert all(group.to_on for group in record(workplace, child).groups if group.id == ahead.id)


def test_what_a_province_of_2099_told_is_no_day_of_work(workplace: Workplace, child: RecordId) -> None:
    """Its clock was wrong for an hour, and this PC's is right: no child is grown up, and no visit of that year."""
    clock_of(workplace).at = MORNING
    workplace.write(lambda tx: settings.put(tx.connection, settings.CONTACT_AT, "2099-12-31T16:00:00Z"))
    assert VisitForm(workplace, child).state().values["visited_on"] == "23/11/2026"
    entered = record(workplace, workplace.write(new_child(workplace))[0])
    assert entered.file.opened_on == "2026-11-23"
    assert "-2026-" in (entered.file.case_number or "")


def test_the_word_of_the_province_counts_where_a_clock_is_hours_behind(workplace: Workplace, child: RecordId) -> None:
    clock_of(workplace).at = MORNING - timedelta(hours=9)
    assert VisitForm(workplace, child).state().values["visited_on"] == "23/11/2026"
