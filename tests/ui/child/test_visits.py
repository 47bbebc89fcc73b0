"""The visit form as it is used: keyboard only, Vietnamese, drafts, and honest words after the save."""

from __future__ import annotations

import json

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.pages.visits import standing_visits
from commune_desk.store.writing.drafts import load_draft
from commune_desk.ui.forms.field_editors import raw_value
from commune_desk.ui.forms.visit_form import VisitFormPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import OFFICER


@pytest.fixture
def child(workplace: Workplace) -> RecordId:
    person, file = make_child(risk_level="low")
    before = make_visit(person.id, "2026-11-14", risk_level="low", present=("mother",), needs=("school",))
    workplace.write(save_all(person, file, before))
    return person.id


def shown(qtbot: QtBot, page: VisitFormPage) -> VisitFormPage:
    qtbot.addWidget(page)
    with qtbot.waitActive(page):
        page.show()
        page.activateWindow()
    page.setFocus()
    return page


def press(key: Qt.Key) -> None:
    focused = QApplication.focusWidget()
    assert focused is not None
    QTest.keyClick(focused, key)


def press_enter() -> None:
    press(Qt.Key.Key_Return)


def test_a_routine_visit_by_keyboard_alone(qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId) -> None:
    went: list[Route] = []
    page = shown(qtbot, VisitFormPage(workplace, tasks, went.append, person=child))
    assert page.fields["visited_on"].hasFocus()
    for _field in range(3):
        press_enter()
    for key in (Qt.Key.Key_Space, Qt.Key.Key_Right, Qt.Key.Key_Right):
        press(key)
    assert raw_value(page.fields["risk_level"]) == "high"
    press_enter()
    assert page.fields["observations"].hasFocus()
    commit_text(page.fields["observations"], "Cháu ở với bà ngoại, ẵm em cả ngày.")
    assert raw_value(page.fields["next_visit_on"]) == "30/11/2026"
    with qtbot.waitSignal(page.saved) as said:
        QTest.keyClick(page.fields["observations"], Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    visit = workplace.read(lambda c: standing_visits(c, child))[0]
    assert (visit.risk_level, visit.observations) == ("high", "Cháu ở với bà ngoại, ẵm em cả ngày.")
    assert said.args is not None
    assert "30/11/2026" in said.args[0]
    assert went == [Route("child", child)]


def test_every_field_is_reached_by_enter(qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId) -> None:
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None, person=child))
    for name, editor in page.fields.items():
        focused = QApplication.focusWidget()
        assert focused is not None, name
        assert editor is focused or editor.isAncestorOf(focused), name
        if name == "observations":
            QTest.keyClick(focused, Qt.Key.Key_Tab)
        else:
            press_enter()
    assert page.save.hasFocus()


def test_what_is_missing_is_shown_and_focused(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None, person=child))
    page.submit()
    assert page.form.row("risk_level").error
    assert page.form.row("observations").error
    focused = QApplication.focusWidget()
    assert focused is not None
    assert page.fields["risk_level"].isAncestorOf(focused)


def test_a_draft_is_kept_after_a_pause_and_comes_back_in_its_field(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None, person=child))
    page.fields["observations"].setFocus()
    with qtbot.waitSignal(page.keeper.kept, timeout=6_000):
        commit_text(page.fields["observations"], "Đang ghi dở")
    draft = workplace.read(lambda c: load_draft(c, "visit", OFFICER, child))
    assert draft is not None
    assert draft.focus == "observations"
    page.close()
    again = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None, person=child))
    assert raw_value(again.fields["observations"]) == "Đang ghi dở"
    assert again.fields["observations"].hasFocus()
    assert again.notice is not None


def test_lock_takes_what_was_typed_this_moment(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None, person=child))
    assert page.keeper.flush() is None
    commit_text(page.fields["next_step"], "Gọi cô giáo")
    keep = page.keeper.flush()
    assert keep is not None
    workplace.write(keep)
    draft = workplace.read(lambda c: load_draft(c, "visit", OFFICER, child))
    assert draft is not None
    assert (draft.payload["next_step"], draft.focus) == ("Gọi cô giáo", "next_step")
    assert page.keeper.flush() is None


def test_taking_everything_back_takes_the_draft_back(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None, person=child))
    for text in ("Gọi", ""):
        page.fields["next_step"].setText(text)  # type: ignore[union-attr]
        page.presenter.edit("next_step", text)
        operation = page.keeper.flush()
        assert operation is not None
        workplace.write(operation)
    assert workplace.read(lambda c: load_draft(c, "visit", OFFICER, child)) is None


def test_as_last_time_leaves_only_what_was_seen_to_write(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId
) -> None:
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None, person=child))
    QTest.keyClick(page.fields["visited_on"], Qt.Key.Key_F4)
    qtbot.waitUntil(lambda: raw_value(page.fields["present"]) == ("mother",), timeout=5_000)
    assert raw_value(page.fields["risk_level"]) == "low"
    assert page.fields["observations"].hasFocus()


def test_a_child_is_chosen_by_typing(qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId) -> None:
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None))
    assert page.picker.field.hasFocus()
    QTest.keyClicks(page.picker.field, "dang thi hoa")
    qtbot.waitUntil(lambda: len(page.picker.rows) == 1)
    QTest.keyClick(page.picker.field, Qt.Key.Key_Return)
    assert page.visit.person == child
    assert "Đặng Thị Hoà" in page.subtitle.plain
    assert not page.picker.isVisible()
    assert searches(workplace) == [1]


@pytest.mark.parametrize("leave", ["wait", "hide"])
def test_a_search_that_chose_nobody_is_written_down_once(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId, leave: str
) -> None:
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None))
    QTest.keyClicks(page.picker.field, "dang")
    qtbot.waitUntil(lambda: len(page.picker.rows) == 1)
    assert searches(workplace) == []
    if leave == "hide":
        page.hide()
    qtbot.waitUntil(lambda: searches(workplace) == [1], timeout=10_000)
    page.hide()
    assert searches(workplace) == [1]


def searches(workplace: Workplace) -> list[int]:
    """How many each search showed, as the audit says."""
    workplace.register.write(lambda tx: None).result()
    sql = "SELECT detail FROM audit WHERE action='search'"
    return [json.loads(row[0])["found"] for row in workplace.read(lambda c: c.execute(sql).fetchall())]


def test_a_correction_shows_what_it_corrects(qtbot: QtBot, workplace: Workplace, tasks: Tasks, child: RecordId) -> None:
    earlier = workplace.read(lambda c: standing_visits(c, child))[0]
    page = shown(qtbot, VisitFormPage(workplace, tasks, lambda _route: None, amends=earlier.id))
    assert "14/11/2026" in page.title.plain
    assert raw_value(page.fields["observations"]) == earlier.observations
