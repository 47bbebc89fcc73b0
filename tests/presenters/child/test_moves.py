"""Moving a child to another commune as its officers meet it: before, meanwhile, and when the province says no."""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.children import ChildFile
from commune_desk.domain.records.families import Person
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.child.form import ChildForm
from commune_desk.presenters.child.page import ChildPage
from commune_desk.presenters.child.relation_form import RelationForm
from commune_desk.store.engine import settings
from commune_desk.store.intake.departures import KEEPS_STUBS
from commune_desk.store.pages.children import child_record
from commune_desk.store.writing import leaving, transaction
from commune_desk.store.writing.leaving import moving_to
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import close_file, join_group
from commune_desk.usecases.records.moves import move_child
from tests.helpers.builders import make_child, make_person, make_relation, make_report, make_visit, save_all
from tests.helpers.child_views import view
from tests.helpers.moving import THERE, know_the_communes, set_aside, sql

MOTHER = make_person("Chìu Thị Mây", birth_date="1990", phone="0912345678")


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Chìu Văn Sáng", case_number="QN-06838-2026-TEST-0001")
    relation = make_relation(person.id, MOTHER.id, "mother", is_caregiver=True)
    workplace.write(save_all(person, file, MOTHER, relation))
    return person.id


def move(workplace: Workplace, child: RecordId) -> None:
    workplace.write(lambda tx: move_child(tx, child, THERE))


def test_without_other_communes_the_page_says_why_nobody_moves(workplace: Workplace, child: RecordId) -> None:
    assert "training register" in view(workplace, child).move.why_not
    know_the_communes(workplace)
    sql(workplace, "DELETE FROM setting WHERE name='directory'")
    assert "Sync first" in view(workplace, child).move.why_not
    know_the_communes(workplace)
    assert view(workplace, child).move.why_not == ""


def test_the_communes_of_the_province_by_name_without_ones_own(workplace: Workplace, child: RecordId) -> None:
    know_the_communes(workplace)
    page = ChildPage(workplace, child)
    page.view()
    offered = page.move().communes()
    assert (THERE, "Hà Tu Ward") in offered
    assert "C:06838" not in dict(offered)
    assert [name for _scope, name in offered] == sorted((name for _scope, name in offered), key=fold)


def test_what_will_happen_is_said_in_words(workplace: Workplace, child: RecordId) -> None:
    know_the_communes(workplace)
    page = ChildPage(workplace, child)
    page.view()
    said = page.move().consequences()
    assert "This PC keeps one line about the child: the case code QN-06838-2026-TEST-0001." in said
    assert page.move().question(THERE).title == "Move Chìu Văn Sáng to Hà Tu Ward?"
    assert page.move().warning() == ""
    workplace.write(lambda tx: settings.put(tx.connection, KEEPS_STUBS, False))
    assert "This PC keeps nothing of the child." in page.move().consequences()


def test_a_running_time_limit_is_warned_of(workplace: Workplace, child: RecordId) -> None:
    workplace.write(save_all(make_report(person=child)))
    page = ChildPage(workplace, child)
    page.view()
    assert "time limit" in page.move().warning()


def test_meanwhile_the_page_says_so_and_only_visits_are_written(workplace: Workplace, child: RecordId) -> None:
    know_the_communes(workplace)
    page = ChildPage(workplace, child)
    page.view()
    workplace.write(page.move().operation(THERE))
    seen = view(workplace, child)
    assert seen.move.under_way.startswith("Moving to Hà Tu Ward; still here until the province confirms.")
    assert (seen.can_write, seen.can_edit, seen.is_open) == (True, False, True)
    assert seen.timeline[0].heading == "Moved between communes"
    assert seen.timeline[0].body == "Bình Liêu Commune → Hà Tu Ward"
    visit = make_visit(child)
    workplace.write(save_all(visit))
    assert visit.id in {moment.key for moment in view(workplace, child).timeline}


def edit_person(workplace: Workplace, child: RecordId) -> Callable[[Tx], object]:
    return lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), phone="0912000111"))


def edit_form(workplace: Workplace, child: RecordId) -> Callable[[Tx], object]:
    form = ChildForm(workplace, child)
    form.edit("head_name", "Chìu Thị Mây")
    return form.operation()


def edit_mother(workplace: Workplace, child: RecordId) -> Callable[[Tx], object]:
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    form = RelationForm(workplace, child, record.kin[0].relation.id)
    form.edit("phone", "0912000111")
    return form.operation()


def close(workplace: Workplace, child: RecordId) -> Callable[[Tx], object]:
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    file = record.file.id
    return lambda tx: close_file(tx, file, "moved_away")


def join(workplace: Workplace, child: RecordId) -> Callable[[Tx], object]:
    return lambda tx: join_group(tx, child, "HCDB04", from_on="2026-11-01")


def move_again(workplace: Workplace, child: RecordId) -> Callable[[Tx], object]:
    return lambda tx: move_child(tx, child, THERE)


@pytest.mark.parametrize("edit", [edit_person, edit_form, edit_mother, close, join, move_again])
@pytest.mark.parametrize("is_confirmed", [False, True], ids=["asked", "confirmed"])
def test_what_would_be_a_conflict_there_is_refused_here(
    workplace: Workplace,
    child: RecordId,
    edit: Callable[[Workplace, RecordId], Callable[[Tx], object]],
    is_confirmed: bool,
) -> None:
    know_the_communes(workplace)
    operation = edit(workplace, child)
    move(workplace, child)
    if is_confirmed:
        sql(workplace, "UPDATE change SET seq=9, state='accepted' WHERE raw LIKE '%\"move\"%'")
        sql(workplace, "INSERT INTO departure VALUES (?,'person','m',?,'2026-11-23T01:00:00Z',NULL,0)", child, THERE)
        assert "has confirmed the move to Hà Tu Ward" in view(workplace, child).move.under_way
    with pytest.raises(Refusal, match="on its way"):
        workplace.write(operation)


def test_without_the_rule_the_edit_would_go_to_a_conflict(
    workplace: Workplace, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    know_the_communes(workplace)
    move(workplace, child)
    monkeypatch.setattr(transaction, "check_stays", lambda connection, kind, stored: None)
    workplace.write(edit_person(workplace, child))
    assert workplace.read(lambda c: c.execute("SELECT phone FROM person WHERE id=?", (child,)).fetchone()) == (
        "0912000111",
    )


@pytest.mark.parametrize(("code", "said"), [("moved", "elsewhere already"), ("scope", "Ask the province's IT officer")])
def test_a_move_that_was_set_aside_is_told_and_the_child_stays(
    workplace: Workplace, child: RecordId, code: str, said: str
) -> None:
    know_the_communes(workplace)
    move(workplace, child)
    set_aside(workplace, code)
    seen = view(workplace, child)
    assert said in seen.move.set_aside
    assert (seen.move.under_way, seen.can_edit) == ("", True)
    assert seen.timeline[0].chip == "set aside by the province"
    workplace.write(edit_person(workplace, child))
    move(workplace, child)
    seen = view(workplace, child)
    assert (seen.move.set_aside, seen.can_edit) == ("", False)


def test_a_closed_file_and_a_chair_move_nobody(workplace: Workplace, child: RecordId) -> None:
    know_the_communes(workplace)
    workplace.write(close(workplace, child))
    with pytest.raises(Refusal, match="whose file is open"):
        move(workplace, child)
    assert workplace.read(lambda c: moving_to(c, child)) is None


def test_relatives_and_a_household_of_another_commune_are_told_of_and_break_nothing(
    workplace: Workplace, child: RecordId
) -> None:
    absent = make_person("Ở lại")
    uncle = make_relation(child, absent.id, "paternal_uncle")
    workplace.write(save_all(uncle))
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    file = msgspec.structs.replace(record.file, household=make_person().id)
    workplace.write(save_all(file))
    seen = view(workplace, child)
    row = next(one for one in seen.family if not one.is_here)
    assert (row.name, row.second, row.has_file) == ("Uncle, father's younger brother", "not in this register", False)
    assert ("Household", "not in this register") in [(fact.label, fact.value) for fact in seen.facts]
    form = ChildForm(workplace, child)
    form.edit("school", "Lớp 3")
    workplace.write(form.operation())
    stored = workplace.write(lambda tx: tx.existing(ChildFile, record.file.id))[0]
    assert (stored.household, stored.school) == (file.household, "Lớp 3")
    page = ChildPage(workplace, child)
    page.view()
    workplace.write(page.end_relation(uncle.id))
    assert next(one for one in view(workplace, child).family if not one.is_here).is_past


def test_a_visit_of_a_child_that_leaves_is_no_edit(workplace: Workplace, child: RecordId) -> None:
    """The rule looks at stored records alone: what is new goes along."""
    know_the_communes(workplace)
    move(workplace, child)
    assert workplace.read(lambda c: leaving.is_on_its_way(c, child))
    workplace.write(save_all(make_visit(child), make_report(person=child)))
