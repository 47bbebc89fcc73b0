"""The child page and its forms as widgets."""

from __future__ import annotations

import msgspec
import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.child.relation_form import GroupForm, RelationForm
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.pages.children import child_record
from commune_desk.store.pages.search import Filters, list_children
from commune_desk.ui.forms.child_form import ChildFormPage
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.subject import SubjectHeader
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Avatar
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.options import RadioRow
from commune_desk.ui.widgets.text import line_height
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import ChildEntry, KinEntry, register_child
from tests.helpers.builders import make_child, make_person, make_visit, save_all
from tests.helpers.dialogs import answer
from tests.helpers.typing_vietnamese import commit_text, compose
from tests.helpers.workplaces import asked_by_the_screen
from tests.story.cut_texts import cut_texts


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child("Đặng Thị Hoà", risk_level="high")
    carer = make_person("Bàn Thị Mùi", phone="0912345678")
    kin = (KinEntry(person=carer, relation="maternal_grandmother", is_caregiver=True),)
    entry = ChildEntry(person=person, file=file, kin=kin, groups=("HCDB04",))
    entered, _changes = workplace.write(lambda tx: register_child(tx, entry))
    return entered


def show_page(qtbot: QtBot, page: ChildPage | EntryPage) -> None:
    qtbot.addWidget(page)
    page.resize(1120, 640)
    with qtbot.waitExposed(page):
        page.show()


@pytest.fixture
def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route], child: RecordId) -> ChildPage:
    made = ChildPage(workplace, tasks, routes.append, child)
    show_page(qtbot, made)
    return made


def test_the_page_shows_the_child_and_its_tabs_move_by_arrow_keys(qtbot: QtBot, page: ChildPage) -> None:
    assert page.header.name.plain == "Đặng Thị Hoà"
    page.tabs.setFocus()
    QTest.keyClick(page.tabs, Qt.Key.Key_Right)
    assert page.details.isVisible()
    QTest.keyClick(page.tabs, Qt.Key.Key_Right)
    assert page.family.isVisible()
    assert not page.details.isVisible()


def test_actions_lead_to_the_forms(page: ChildPage, routes: list[Route], child: RecordId) -> None:
    page.visit.click()
    page.edit.click()
    assert routes == [Route("child", child, "visit"), Route("child", child, "child")]


def test_a_visit_saved_elsewhere_appears_in_the_timeline(
    qtbot: QtBot, page: ChildPage, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    before = len(page.timeline.children())
    tasks.run(lambda: workplace.write(save_all(make_visit(child, "2026-11-23"))))
    qtbot.waitUntil(lambda: len(page.timeline.children()) != before)


def test_a_visit_of_the_timeline_is_corrected(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    visit = make_visit(child, "2026-11-20")
    workplace.write(save_all(visit))
    made = ChildPage(workplace, tasks, routes.append, child)
    show_page(qtbot, made)
    (correct,) = [link for link in made.timeline.findChildren(LinkButton) if "20/11" in link.accessibleName()]
    correct.click()
    assert routes == [Route("child", visit.id, "visit_correction")]


def closing(page: ChildPage) -> SecondaryButton:
    """The first of the buttons that close the file."""
    return next(one for one in page.details.findChildren(SecondaryButton) if one.text() == "Chuyển ra ngoài tỉnh…")


def test_closing_the_file_asks_first(qtbot: QtBot, page: ChildPage, workplace: Workplace, tasks: Tasks) -> None:
    page.tabs.choose("details")
    button = closing(page)
    reasons = [one.text() for one in page.details.findChildren(SecondaryButton)][-4:]
    assert reasons == ["Chuyển ra ngoài tỉnh…", "Đủ 16 tuổi…", "Đã mất…", "Lý do khác…"]
    asked = answer("reject")
    button.click()
    assert asked == ["Đóng hồ sơ: Chuyển ra ngoài tỉnh?"]
    answer("accept")
    closing(page).click()
    qtbot.waitUntil(lambda: workplace.read(lambda c: list_children(c, Filters())) == [])
    qtbot.waitUntil(lambda: not page.visit.isVisible())


def test_a_group_is_left_and_a_relative_taken_away(
    qtbot: QtBot, page: ChildPage, workplace: Workplace, child: RecordId
) -> None:
    page.tabs.choose("groups")
    answer("accept")
    page.groups.findChildren(LinkButton)[-1].click()
    page.tabs.choose("family")
    answer("accept")
    page.family.findChildren(LinkButton)[-1].click()

    def both_ended() -> bool:
        record = workplace.read(lambda c: child_record(c, child))
        return (
            record is not None and all(g.to_on for g in record.groups) and all(k.relation.ended_on for k in record.kin)
        )

    qtbot.waitUntil(both_ended)


def test_a_child_without_a_file_says_so(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route]) -> None:
    made = ChildPage(workplace, tasks, routes.append, "0" * 32)
    show_page(qtbot, made)
    assert not made.edit.isVisible()
    assert not made.visit.isVisible()
    assert not made.header.findChildren(Avatar)


@pytest.fixture
def form(qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route]) -> ChildFormPage:
    made = ChildFormPage(workplace, tasks, routes.append)
    show_page(qtbot, made)
    return made


def type_in(form: EntryPage, name: str, text: str) -> None:
    field = form.fields[name]
    assert isinstance(field, LineEdit)
    commit_text(field, text)


def test_a_child_typed_in_vietnamese_is_saved(
    qtbot: QtBot, form: ChildFormPage, workplace: Workplace, routes: list[Route]
) -> None:
    type_in(form, "full_name", "Đặng Thị Hoà")
    type_in(form, "birth_date", "3/2/2012")
    form.submit()
    qtbot.waitUntil(lambda: bool(routes))
    (person,) = workplace.read(lambda c: list_children(c, Filters()))
    assert routes == [Route("child", person)]
    record = workplace.read(lambda c: child_record(c, person))
    assert record is not None
    assert (record.person.full_name, record.person.birth_date) == ("Đặng Thị Hoà", "2012-02-03")


def test_nothing_is_rewritten_while_it_is_composed(form: ChildFormPage) -> None:
    field = form.fields["full_name"]
    assert isinstance(field, LineEdit)
    commit_text(field, "  Đặng  Thị")
    compose(field, "Hoa")
    assert field.text() == "  Đặng  Thị"


def test_an_empty_form_goes_to_the_field_that_is_missing(
    qtbot: QtBot, form: ChildFormPage, routes: list[Route]
) -> None:
    form.activateWindow()
    form.submit()
    assert form.form.row("full_name").error
    assert routes == []


def test_a_twin_is_shown_and_must_be_answered(
    qtbot: QtBot, child: RecordId, form: ChildFormPage, routes: list[Route]
) -> None:
    type_in(form, "full_name", "Đặng Thị Hòa")
    type_in(form, "birth_date", "3/2/2012")
    form.submit()
    qtbot.waitUntil(lambda: form.notice is not None)  # by then the answer to what was typed has come too
    assert form.child.state().must_confirm
    assert routes == []
    question = form.notice
    assert question is not None
    qtbot.waitUntil(question.isVisible)
    assert form.focusWidget() is form.other
    QTest.keyClick(form.other, Qt.Key.Key_Space)
    assert not question.isVisible()
    assert form.focusWidget() is form.other
    form.submit()
    qtbot.waitUntil(lambda: bool(routes))
    assert routes[0].record != child


def test_a_draft_that_comes_back_shows_who_the_child_may_be(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, form: ChildFormPage
) -> None:
    type_in(form, "full_name", "Đặng Thị Hòa")
    type_in(form, "birth_date", "3/2/2012")
    form.keeper.save()
    qtbot.waitUntil(lambda: tasks.is_idle)
    again = ChildFormPage(workplace, tasks, lambda _route: None)
    show_page(qtbot, again)
    qtbot.waitUntil(lambda: again.child.state().must_confirm)
    assert not again.other.isChecked()
    qtbot.waitUntil(lambda: tasks.is_idle)


def test_the_screen_never_waits_for_the_search_for_twins(
    qtbot: QtBot, workplace: Workplace, child: RecordId, form: ChildFormPage, routes: list[Route]
) -> None:
    with asked_by_the_screen(workplace) as asked:
        type_in(form, "full_name", "Đặng Thị Hòa")
        type_in(form, "birth_date", "3/2/2012")
        form.fields["village"].setFocus()
        qtbot.waitUntil(lambda: bool(form.child.state().twins))
        form.submit()
        qtbot.waitUntil(form.save.isEnabled)
    assert form.child.state().must_confirm
    assert [sql for sql in asked if "child_index" in sql] == []
    assert routes == []


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_stored_file_is_edited_and_villages_are_offered_in_a_popup(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route], child: RecordId
) -> None:
    made = ChildFormPage(workplace, tasks, routes.append, child)
    show_page(qtbot, made)
    field = made.fields["village"]
    assert isinstance(field, LineEdit)
    field.setFocus()
    field.clear()
    type_in(made, "village", "thôn Nà Ếch")
    made.submit()
    qtbot.waitUntil(lambda: routes == [Route("child", child)])
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    assert record.person.village == "thôn Nà Ếch"


def test_leaving_keeps_the_draft_for_the_next_time(
    qtbot: QtBot, form: ChildFormPage, workplace: Workplace, tasks: Tasks, routes: list[Route]
) -> None:
    type_in(form, "full_name", "Trần Văn Đức")
    form.leave()
    qtbot.waitUntil(lambda: routes == [Route("register")])
    again = ChildFormPage(workplace, tasks, routes.append)
    show_page(qtbot, again)
    field = again.fields["full_name"]
    assert isinstance(field, LineEdit)
    assert field.text() == "Trần Văn Đức"


def test_a_relative_is_added_from_the_keyboard(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route], child: RecordId
) -> None:
    made = EntryPage(RelationForm(workplace, child), workplace, tasks, routes.append)
    show_page(qtbot, made)
    made.submit()
    assert routes == []
    type_in(made, "full_name", "Đặng Văn Tư")
    relation = made.fields["relation"]
    assert isinstance(relation, Choice)
    relation.set_value("paternal_uncle")
    made.submit()
    qtbot.waitUntil(lambda: routes == [Route("child", child)])
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    assert "Đặng Văn Tư" in [kin.person.full_name for kin in record.kin]


def test_a_group_is_joined(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, routes: list[Route], child: RecordId
) -> None:
    made = EntryPage(GroupForm(workplace, child), workplace, tasks, routes.append)
    show_page(qtbot, made)
    group = made.fields["group_code"]
    assert isinstance(group, Choice)
    group.set_value("HCDB01.3")
    made.submit()
    qtbot.waitUntil(lambda: routes == [Route("child", child)])


def test_every_field_of_the_form_is_reached_by_tab(qtbot: QtBot, form: ChildFormPage) -> None:
    form.activateWindow()
    form.fields["full_name"].setFocus()
    reached = set()
    for _step in range(90):
        focused = QApplication.focusWidget()
        if focused is None:
            break
        reached |= {name for name, field in form.fields.items() if field is focused or field.isAncestorOf(focused)}
        QTest.keyClick(focused, Qt.Key.Key_Tab)
    assert reached == set(form.fields)
    assert isinstance(form.save, PrimaryButton)


def test_a_person_edited_elsewhere_is_read_again(
    qtbot: QtBot, page: ChildPage, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    record = workplace.read(lambda c: child_record(c, child))
    assert record is not None
    renamed = msgspec.structs.replace(record.person, full_name="Đặng Thị Hoa")
    tasks.run(lambda: workplace.write(save_all(renamed)))
    qtbot.waitUntil(lambda: page.header.name.plain == "Đặng Thị Hoa")


def test_the_longest_name_stands_whole_above_the_file(qtbot: QtBot) -> None:
    header = SubjectHeader()
    qtbot.addWidget(header)
    header.show_subject("TH", ("Công Tằng Tôn Nữ Kiều Diễm " * 5)[:120], "nữ · 14 tuổi", ())
    header.resize(600, 120)
    header.show()
    assert cut_texts(header) == []
    assert header.name.height() > line_height(header.name.font())


def test_an_answer_taken_back_in_a_form_is_saved_as_none(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, routes: list[Route]
) -> None:
    def sex() -> str | None:
        record = workplace.read(lambda c: child_record(c, child))
        assert record is not None
        return record.person.sex

    assert sex()
    form = ChildFormPage(workplace, tasks, routes.append, person=child)
    show_page(qtbot, form)
    field = form.fields["sex"]
    assert isinstance(field, RadioRow)
    QTest.keyClick(field.buttons[field.value()], Qt.Key.Key_Delete)
    form.submit()
    qtbot.waitUntil(lambda: bool(routes))
    assert not sex()
