"""The page that every form has: first field, keys, draft, what is told after a save."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.child.relation_form import RelationForm
from commune_desk.presenters.frame.entry_form import Editor
from commune_desk.presenters.frame.routes import Route, draft_route
from commune_desk.store.pages.children import kin_of_child, person_named
from commune_desk.ui.forms import draft_keeper
from commune_desk.ui.forms.entry_page import SAVE_KEYS, EntryPage
from commune_desk.ui.forms.field_editors import TickField, holds, raw_value
from commune_desk.ui.forms.shelter_forms import shelter_form
from commune_desk.ui.site import commune_form
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import open_drafts
from tests.helpers import shelter_house
from tests.helpers.builders import make_child, make_report, make_visit, save_all
from tests.helpers.pages import show
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import OFFICER, make_workplace

Control = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def commune(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path)
    yield made
    made.register.close()


@pytest.fixture
def child(commune: Workplace) -> RecordId:
    person, file = make_child()
    commune.write(save_all(person, file))
    return person.id


def shown(qtbot: QtBot, page: EntryPage) -> EntryPage:
    show(qtbot, page)
    page.setFocus()
    return page


def check_frame(page: EntryPage, went: list[Route]) -> None:
    """Each field as its presenter lists it, the first one ready for the keyboard, Escape leads back."""
    specs = {spec.name: spec for spec in page.presenter.fields()}
    assert list(page.fields) == list(specs)
    assert holds(page.fields[page.presenter.first_field()], QApplication.focusWidget())
    for name, spec in specs.items():
        row = page.form.row(name)
        assert spec.label in row.label.plain
        assert (spec.editor is Editor.TICK) == isinstance(page.fields[name], TickField)
        assert row.hint.plain == (page.presenter.state().hints.get(name) or spec.hint)
    assert SAVE_KEYS[0] in page.save.toolTip()
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, Qt.Key.Key_Escape)
    assert went == [page.presenter.way_back()]


@pytest.mark.parametrize("form", ["visit", "visit_correction", "report", "measures", "child", "relation", "group"])
def test_every_form_of_the_commune_has_the_same_frame(
    qtbot: QtBot, commune: Workplace, tasks: Tasks, child: RecordId, form: str
) -> None:
    visit, report = make_visit(child), make_report()
    commune.write(save_all(visit, report))
    record = {"visit_correction": visit.id, "measures": report.id, "report": ""}.get(form, child)
    went: list[Route] = []
    page = commune_form(Route("child", record, form), commune, tasks, went.append)
    assert page is not None
    check_frame(shown(qtbot, page), went)


@pytest.mark.parametrize("form", ["admit", "beds", "complete", "care_log", "outing", "bed", "discharge"])
def test_every_form_of_the_house_has_the_same_frame(qtbot: QtBot, house: Workplace, tasks: Tasks, form: str) -> None:
    stays = shelter_house.fill(house)
    went: list[Route] = []
    is_of_house = form in ("admit", "beds")
    route = Route("shelter", "", form) if is_of_house else Route("resident", stays["Hoa Sen"], form)
    page = shelter_form(route, house, tasks, went.append)
    assert page is not None
    check_frame(shown(qtbot, page), went)


@pytest.mark.parametrize("key", [Qt.Key.Key_S, Qt.Key.Key_Return, Qt.Key.Key_Enter])
def test_each_of_its_keys_saves_once_and_tells_so(
    qtbot: QtBot, commune: Workplace, tasks: Tasks, child: RecordId, key: Qt.Key
) -> None:
    went: list[Route] = []
    page = shown(qtbot, EntryPage(RelationForm(commune, child), commune, tasks, went.append))
    commit_text(page.fields["full_name"], "Đặng Văn Tư")
    page.presenter.take("relation", "paternal_uncle")
    page.render_state(page.presenter.state())
    with qtbot.waitSignal(page.saved) as said:
        for _twice in range(2):
            QTest.keyClick(page.fields["full_name"], key, Control)
    assert said.args == [page.presenter.notice()]
    assert went == [Route("child", child)]
    assert len(commune.read(lambda c: kin_of_child(c, child))) == 1


def test_the_draft_of_a_stored_relative_leads_back_to_that_relative(
    qtbot: QtBot, commune: Workplace, tasks: Tasks, child: RecordId
) -> None:
    form = RelationForm(commune, child)
    form.take("full_name", "Đặng Văn Tư")
    form.take("relation", "paternal_uncle")
    operation = form.submit()
    assert operation is not None
    relation, _changes = commune.write(operation)
    page = shown(qtbot, EntryPage(RelationForm(commune, child, relation), commune, tasks, lambda _route: None))
    commit_text(page.fields["occupation"], "Đi biển")
    keep = page.keeper.flush()
    assert keep is not None
    commune.write(keep)
    (draft,) = commune.read(lambda c: open_drafts(c, OFFICER))
    again = commune_form(draft_route(draft.form, draft.record), commune, tasks, lambda _route: None)
    assert again is not None
    qtbot.addWidget(again)
    assert (raw_value(again.fields["full_name"]), raw_value(again.fields["occupation"])) == ("Đặng Văn Tư", "Đi biển")


def test_who_never_pauses_is_kept_too(
    qtbot: QtBot, commune: Workplace, tasks: Tasks, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert draft_keeper.EVERY_MS <= 2_000
    monkeypatch.setattr(draft_keeper, "EVERY_MS", 200)
    page = shown(qtbot, EntryPage(RelationForm(commune, child), commune, tasks, lambda _route: None))
    kept: list[str] = []
    page.keeper.kept.connect(lambda: kept.append("kept"))
    for _keystroke in range(400):
        commit_text(page.fields["full_name"], "ư")
        qtbot.wait(5)
        if kept:
            break
    assert kept
    (draft,) = commune.read(lambda c: open_drafts(c, OFFICER))
    assert set(draft.payload["full_name"]) == {"ư"}


def test_options_that_follow_what_is_typed_keep_their_place_for_tab_and_enter(
    qtbot: QtBot, house: Workplace, tasks: Tasks
) -> None:
    shelter_house.fill(house)
    page = shelter_form(Route("shelter", "", "admit"), house, tasks, lambda _route: None)
    assert page is not None
    shown(qtbot, page)
    commit_text(page.fields["full_name"], "Mẫu Thị Sen")
    page.fields["birth_date"].setFocus()
    QTest.keyClick(page.fields["birth_date"], Qt.Key.Key_Tab)
    focused = QApplication.focusWidget()
    assert focused is not None
    assert holds(page.fields["same_person"], focused)
    QTest.keyClick(focused, Qt.Key.Key_Return)
    assert holds(page.fields["sex"], QApplication.focusWidget())


def test_a_code_that_this_program_does_not_know_stays_when_something_else_is_edited(
    qtbot: QtBot, commune: Workplace, tasks: Tasks
) -> None:
    person, file = make_child(ethnicity="new_in_2027", sex="new_too")
    commune.write(save_all(person, file))
    page = commune_form(Route("child", person.id, "child"), commune, tasks, lambda _route: None)
    assert page is not None
    shown(qtbot, page)
    assert raw_value(page.fields["ethnicity"]) == "new_in_2027"
    commit_text(page.fields["school"], "Lớp 4A")
    with qtbot.waitSignal(page.saved):
        page.submit()
    stored = commune.read(lambda db: person_named(db, person.id))
    assert stored is not None
    assert (stored.ethnicity, stored.sex) == ("new_in_2027", "new_too")
