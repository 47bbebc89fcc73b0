"""Joining two records of one child, as widgets and by keyboard alone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import JOIN, Route
from commune_desk.store.writing.joined import kept_of
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.dialogs.message import MessageDialog
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.join import JoinPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.builders import make_child, make_file, make_person, make_relation, make_visit, save_all
from tests.helpers.dialogs import answer, when_asked
from tests.helpers.joined import join, refuse
from tests.helpers.pages import bars, show
from tests.helpers.typing_vietnamese import commit_text
from tests.story.cut_texts import cut_texts


@pytest.fixture
def first(workplace: Workplace) -> RecordId:
    person = make_person("Chìu Văn Sáng")
    file = make_file(person.id, case_number="QN-06838-2025-TEST-0001", opened_on="2025-03-02")
    workplace.write(save_all(person, file, make_visit(person.id)))
    return person.id


@pytest.fixture
def second(workplace: Workplace) -> RecordId:
    person = make_person("Chìu Văn Sáng", phone="0912000111", village="Nà Làng")
    file = make_file(person.id, case_number="QN-06838-2026-TEST-0007", opened_on="2026-05-05", school="TH Bình Liêu")
    workplace.write(save_all(person, file))
    return person.id


def page(qtbot: QtBot, workplace: Workplace, tasks: Tasks, route: Route, routes: list[Route]) -> JoinPage:
    made = JoinPage(workplace, tasks, routes.append, route)
    show(qtbot, made, height=800)
    return made


def test_two_records_are_joined_by_keyboard_alone(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, first: RecordId, second: RecordId, routes: list[Route]
) -> None:
    made = page(qtbot, workplace, tasks, Route("child", second, f"{JOIN}:{first}"), routes)
    assert not cut_texts(made)
    assert made.keep.value() == first, "the older one is proposed"
    assert made.table is not None
    assert made.table.decision() == {
        "person.phone": "other",
        "person.village": "kept",
        "child_file.opened_on": "kept",
        "child_file.school": "other",
    }
    made.table.choose("person.village", "other")
    said: list[str] = []

    def listen(dialog: MessageDialog) -> None:
        said.extend([dialog.accessibleName(), dialog.accessibleDescription()])
        QTest.keyClick(dialog, Qt.Key.Key_Return)  # Enter changes nothing

    when_asked(MessageDialog, listen)
    made.go.setFocus()
    QTest.keyClick(made.go, Qt.Key.Key_Return)
    assert said[0].startswith("Chìu Văn Sáng (QN-06838-2025-TEST-0001) và Chìu Văn Sáng (QN-06838-2026-TEST-0007) có")
    assert "không bao giờ tách lại được" in said[1]
    assert workplace.read(lambda c: kept_of(c, second)) == second
    answer("accept")
    with qtbot.waitSignal(made.saved):
        QTest.keyClick(made.go, Qt.Key.Key_Return)
    assert routes == [Route("child", first)]
    assert workplace.read(lambda c: kept_of(c, second)) == first
    row = workplace.read(lambda c: c.execute("SELECT phone, village FROM person WHERE id=?", (first,)).fetchone())
    assert row == ("0912000111", "Nà Làng")


def test_the_other_one_is_kept_when_the_officer_says_so(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, first: RecordId, second: RecordId, routes: list[Route]
) -> None:
    made = page(qtbot, workplace, tasks, Route("child", second, f"{JOIN}:{first}"), routes)
    made.keep.setFocus()
    QTest.keyClick(made.keep.focusProxy() or made.keep, Qt.Key.Key_Down)
    assert made.keep.value() == second
    focused = QApplication.focusWidget()
    assert focused is not None
    assert made.keep.isAncestorOf(focused)
    assert made.table is not None
    assert set(made.table.decision()) == {"person.village", "child_file.opened_on"}, "the kept one is the fuller one"


def test_who_looks_alike_is_offered_and_any_other_is_found_by_name(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, first: RecordId, second: RecordId, routes: list[Route]
) -> None:
    person, file = make_child("Lục Thị Ngân", birth_date="2015-05-05")
    workplace.write(save_all(person, file))
    made = page(qtbot, workplace, tasks, Route("child", second, JOIN), routes)
    qtbot.waitUntil(made.alike.isVisible)
    assert next(row.accessibleName() for row in made.alike.rows).startswith("Chìu Văn Sáng")
    commit_text(made.picker.field, "Lục Thị Ngân")
    qtbot.waitUntil(lambda: bool(made.picker.rows))
    QTest.keyClick(made.picker.field, Qt.Key.Key_Return)
    assert made.form is not None
    assert {code for code, _text in made.form.view().records} == {second, person.id}
    made.compare(second)
    qtbot.waitUntil(lambda: bars(made) == ["Đây chính là hồ sơ này. Hãy chọn hồ sơ khác."])


def test_the_childs_page_says_that_there_may_be_a_second_record_and_leads_there(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, first: RecordId, second: RecordId, routes: list[Route]
) -> None:
    made = ChildPage(workplace, tasks, routes.append, second)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    qtbot.waitUntil(lambda: bars(made) == ["Trong sổ có hồ sơ khác có thể cũng là của trẻ này."])
    (bar,) = [one for one in made.findChildren(NoticeBar) if one.isVisible()]
    bar.acted.emit()
    made.tabs.choose("details")
    (button,) = [one for one in made.details.findChildren(SecondaryButton) if one.text() == "Gộp với hồ sơ khác…"]
    button.click()
    assert routes == [Route("child", second, f"{JOIN}:{first}"), Route("child", second, JOIN)]


def test_what_is_told_of_a_joining_stands_above_the_page_that_it_leads_to(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, first: RecordId, second: RecordId
) -> None:
    window.navigate(Route("child", second, f"{JOIN}:{first}"))
    made = window.shell.stack.currentWidget()
    assert isinstance(made, JoinPage)
    answered = answer("accept")
    made.go.click()
    assert answered
    qtbot.waitUntil(lambda: isinstance(window.shell.stack.currentWidget(), ChildPage), timeout=10_000)
    assert any("thành một" in notice.accessibleName() for notice in window.shell.notices)


def test_a_page_that_stands_open_goes_to_the_record_that_is_kept(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, first: RecordId, second: RecordId, routes: list[Route]
) -> None:
    made = ChildPage(workplace, tasks, routes.append, second)
    qtbot.addWidget(made)
    made.resize(1100, 700)
    made.show()
    tasks.run(lambda: workplace.write(lambda tx: join(tx, second, first)))
    qtbot.waitUntil(lambda: routes == [Route("child", first)])


def test_what_may_not_be_joined_says_why_and_its_button_cannot_be_pressed(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, first: RecordId, second: RecordId, routes: list[Route]
) -> None:
    workplace.write(save_all(make_relation(first, second, "older_brother")))
    made = page(qtbot, workplace, tasks, Route("child", second, f"{JOIN}:{first}"), routes)
    assert bars(made)[0].startswith("Hai em đang được ghi là người thân của nhau.")
    assert not made.go.isEnabled()


def test_a_joining_that_was_refused_is_told_with_what_it_left_and_that_is_put_back(
    qtbot: QtBot, workplace: Workplace, tasks: Tasks, first: RecordId, second: RecordId
) -> None:
    workplace.write(lambda tx: join(tx, second, first, {"person": ["phone"], "child_file": ["school"]}))
    workplace.write(refuse)
    made = ChildPage(workplace, tasks, lambda _route: None, first)
    qtbot.addWidget(made)
    made.resize(1100, 800)
    made.show()
    assert not cut_texts(made)
    (bar,) = [one for one in made.findChildren(NoticeBar) if "Tỉnh không gộp" in one.accessibleName()]
    said = bar.accessibleName()
    assert "vẫn ghi ở đây: Điện thoại; Trường, lớp. " in said, "the values come with the question"
    answered: list[str] = []

    def say_yes(dialog: MessageDialog) -> None:
        answered.append(dialog.accessibleDescription())
        dialog.accept()

    when_asked(MessageDialog, say_yes)
    (button,) = [one for one in bar.findChildren(QAbstractButton) if one.text() == "Trả lại như cũ…"]
    button.click()
    assert "Điện thoại: 0912 000 111 (trước đó để trống)" in answered[0]
    assert "Trường, lớp: TH Bình Liêu (trước đó để trống)" in answered[0]
    phone = "SELECT phone FROM person WHERE id=?"
    qtbot.waitUntil(lambda: workplace.read(lambda c: c.execute(phone, (first,)).fetchone()) == (None,))
    qtbot.waitUntil(lambda: any("Tỉnh không gộp" in one and "0912" not in one for one in bars(made)))
