"""The visit form without a window."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.child.picker import find_options
from commune_desk.presenters.child.visit_form import VisitForm
from commune_desk.store.pages.visits import child_brief, standing_visits
from commune_desk.store.writing.drafts import load_draft
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import save_draft
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.workplaces import OFFICER, clock_of


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child(risk_level="low")
    before = make_visit(
        person.id, "2026-11-14", risk_level="low", present=("child", "mother"), needs=("school",), next_step="Gặp cô."
    )
    workplace.write(save_all(person, file, before))
    return person.id


def fill(form: VisitForm, **values: object) -> None:
    for name, value in values.items():
        form.edit(name, value)


def test_a_new_form_is_of_today_and_shows_the_visit_before(workplace: Workplace, child: RecordId) -> None:
    state = VisitForm(workplace, child).state()
    assert state.values["visited_on"] == "23/11/2026"
    assert state.subtitle == "Đặng Thị Hoà · aged 14 · Khe Lạc"
    assert state.previous is not None
    assert state.previous.heading.startswith("14/11/2026")
    assert dict(state.previous.lines)["Next step"] == "Gặp cô."
    assert not state.errors


@pytest.mark.parametrize(("level", "day"), [("high", "30/11/2026"), ("medium", "07/12/2026"), ("low", "23/12/2026")])
def test_the_level_suggests_the_next_day(workplace: Workplace, child: RecordId, level: str, day: str) -> None:
    state = VisitForm(workplace, child).edit("risk_level", level)
    assert state.values["next_visit_on"] == day
    assert "next_visit_on" in state.hints


def test_a_day_written_by_hand_stays(workplace: Workplace, child: RecordId) -> None:
    form = VisitForm(workplace, child)
    fill(form, risk_level="high", next_visit_on="25/11/2026")
    assert form.edit("risk_level", "low").values["next_visit_on"] == "25/11/2026"


def test_as_last_time_repeats_all_but_what_was_seen(workplace: Workplace, child: RecordId) -> None:
    state = VisitForm(workplace, child).repeat_previous()
    assert state.values["present"] == ("child", "mother")
    assert (state.values["risk_level"], state.values["next_step"]) == ("low", "Gặp cô.")
    assert state.values["observations"] == ""
    assert state.values["next_visit_on"] == "23/12/2026"


def test_as_last_time_takes_no_answer_of_today_away(workplace: Workplace, child: RecordId) -> None:
    form = VisitForm(workplace, child)
    fill(form, risk_level="high", next_step="Đưa đi khám mắt.")
    values = form.repeat_previous().values
    assert (values["risk_level"], values["next_step"]) == ("high", "Đưa đi khám mắt.")
    assert values["present"] == ("child", "mother"), "what nobody has said yet"
    assert values["next_visit_on"] == "30/11/2026"


def test_a_routine_visit_is_saved_and_its_draft_is_gone(workplace: Workplace, child: RecordId) -> None:
    form = VisitForm(workplace, child)
    workplace.write(lambda tx: save_draft(tx, "visit", child, "observations", form.payload()))
    form.repeat_previous()
    fill(form, observations="Cháu khoẻ.", visited_at="8h20", risk_level="high")
    operation = form.submit()
    assert operation is not None
    workplace.write(operation)
    visit = workplace.read(lambda c: standing_visits(c, child))[0]
    assert (visit.visited_on, visit.visited_at, visit.next_visit_on) == ("2026-11-23", "08:20", "2026-11-30")
    brief = workplace.read(lambda c: child_brief(c, child))
    assert brief is not None
    assert brief.risk_level == "high"
    assert workplace.read(lambda c: load_draft(c, "visit", OFFICER, child)) is None
    assert "30/11/2026" in form.notice()


def test_what_is_missing_is_told_at_saving_not_before(workplace: Workplace, child: RecordId) -> None:
    form = VisitForm(workplace, child)
    assert form.leave("observations").errors == {}
    assert form.submit() is None
    assert set(form.state().errors) == {"risk_level", "observations"}
    assert set(form.edit("observations", "Cháu khoẻ.").errors) == {"risk_level"}


@pytest.mark.parametrize(
    ("field", "typed"), [("visited_on", "24/11/2026"), ("visited_on", "31/02/2026"), ("visited_at", "25h")]
)
def test_a_wrong_day_or_hour_is_told_when_the_field_is_left(
    workplace: Workplace, child: RecordId, field: str, typed: str
) -> None:
    form = VisitForm(workplace, child)
    assert field not in form.edit(field, typed).errors
    assert field in form.leave(field).errors


def test_a_changed_level_and_a_late_entry_are_pointed_out(workplace: Workplace, child: RecordId) -> None:
    form = VisitForm(workplace, child)
    assert "low" in form.edit("risk_level", "high").hints["risk_level"]
    hints = form.edit("visited_on", "10/11/2026").hints
    assert "14/11/2026" in hints["visited_on"]
    assert "risk_level" not in hints


def test_a_correction_starts_from_the_earlier_visit_and_takes_its_place(workplace: Workplace, child: RecordId) -> None:
    earlier = workplace.read(lambda c: standing_visits(c, child))[0]
    form = VisitForm(workplace, amends=earlier.id)
    assert (form.form, form.record, form.person) == ("visit_correction", earlier.id, child)
    assert form.state().previous is None
    set_language("vi")
    assert form.state().title == "Đính chính lần thăm ngày 14/11/2026", "the word of the link that leads here"
    form.edit("observations", "Đúng ra: cháu ốm.")
    operation = form.submit()
    assert operation is not None
    saved, _changes = workplace.write(operation)
    assert [v.id for v in workplace.read(lambda c: standing_visits(c, child, 5))] == [saved]


def test_a_draft_comes_back_whole(workplace: Workplace, child: RecordId) -> None:
    form = VisitForm(workplace)
    form.choose_child(child)
    fill(form, present=["mother"], risk_level="high", next_visit_on="25/11/2026", observations="Đang gõ dở")
    again = VisitForm(workplace)
    state = again.restore(form.payload() | {"of a later version": 1})
    assert state.values == form.state().values
    assert (again.person, state.must_choose_child) == (child, False)
    assert again.edit("risk_level", "low").values["next_visit_on"] == "25/11/2026"


def test_without_a_child_one_must_be_chosen(workplace: Workplace, child: RecordId) -> None:
    form = VisitForm(workplace)
    fill(form, risk_level="low", observations="Cháu khoẻ.")
    assert form.submit() is None
    assert "person" in form.state().errors
    assert form.choose_child(child).subtitle.startswith("Đặng Thị Hoà")
    assert form.submit() is not None


def test_days_follow_the_clock_of_the_desk(workplace: Workplace, child: RecordId) -> None:
    clock_of(workplace).pass_by(hours=17)
    assert VisitForm(workplace, child).state().values["visited_on"] == "24/11/2026"


def test_children_to_choose_from_show_age_and_village(workplace: Workplace, child: RecordId) -> None:
    found = find_options(workplace, "dang hoa")
    assert [(one.id, one.detail) for one in found] == [(child, "aged 14 · Khe Lạc")]
    assert find_options(workplace, "") == []
