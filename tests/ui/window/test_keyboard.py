"""The whole window by keyboard alone: find a child, record a visit, go back, and lose nothing on the way."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QApplication, QPushButton, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.pages.visits import standing_visits
from commune_desk.store.writing.drafts import load_draft
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.forms.field_editors import holds, raw_value
from commune_desk.ui.pages.child import ChildPage
from commune_desk.ui.pages.register import RegisterPage
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.buttons import LinkButton
from commune_desk.ui.widgets.page import Page
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.children import end_relation
from commune_desk.usecases.records.drafts import save_draft
from commune_desk.usecases.sync.agent import SyncStatus
from tests.helpers.builders import make_child, make_person, make_relation, make_report, make_visit, save_all
from tests.helpers.in_conflict import in_conflict
from tests.helpers.keys import focused, press, top_of
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import OFFICER, work_for_real
from tests.ui.samples.opened import opened_windows

Key = Qt.Key
Control, Alt = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
Nothing = Qt.KeyboardModifier.NoModifier

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def find_hoa(qtbot: QtBot, window: DeskWindow) -> ChildPage:
    press(Key.Key_F, Control)
    commit_text(focused(), "dang thi hoa")
    press(Key.Key_Return)
    shown = top_of(window)
    assert isinstance(shown, ChildPage)
    return shown


def open_visit(qtbot: QtBot, window: DeskWindow) -> EntryPage:
    press(Key.Key_V, Alt)
    qtbot.waitUntil(lambda: isinstance(top_of(window), EntryPage))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    return form


def fill_in(form: EntryPage) -> None:
    """A middle risk and what was seen, from the first field on."""
    for _field in ("visited_on", "visited_at", "present"):
        press(Key.Key_Return)
    press(Key.Key_Space)
    press(Key.Key_Right)
    press(Key.Key_Return)
    assert holds(form.fields["observations"], focused())
    commit_text(focused(), "Cháu ở với bà ngoại, ẵm em cả ngày.")


def test_a_routine_visit_from_search_to_save(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId
) -> None:
    page = find_hoa(qtbot, window)
    assert page.person == hoa
    form = open_visit(qtbot, window)
    fill_in(form)
    press(Key.Key_S, Control)
    qtbot.waitUntil(lambda: top_of(window) is page)
    visit = workplace.read(lambda c: standing_visits(c, hoa))[0]
    assert (visit.risk_level, visit.observations) == ("medium", "Cháu ở với bà ngoại, ẵm em cả ngày.")
    assert window.shell.notices
    press(Key.Key_Escape)
    assert isinstance(top_of(window), RegisterPage)


@pytest.mark.parametrize("left_by", ["another page", "a receipt"])
def test_not_sent_yet_is_said_on_the_page_after_the_save_and_only_while_it_is_true(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId, left_by: str
) -> None:
    workplace.register.write(work_for_real).result()
    page = find_hoa(qtbot, window)
    form = open_visit(qtbot, window)
    fill_in(form)
    press(Key.Key_S, Control)
    qtbot.waitUntil(lambda: top_of(window) is page)
    window.show_status(SyncStatus())
    assert ["chưa gửi" in notice.accessibleName() for notice in window.shell.notices] == [True]
    if left_by == "another page":
        press(Key.Key_1, Alt)
    else:
        workplace.register.write(lambda tx: tx.connection.execute("UPDATE change SET state='accepted'")).result()
        window.show_status(SyncStatus())
    assert window.shell.notices == []


def test_escape_goes_back_step_by_step_and_keeps_what_was_typed(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId
) -> None:
    page = find_hoa(qtbot, window)
    form = open_visit(qtbot, window)
    form.fields["observations"].setFocus()
    commit_text(focused(), "Đang ghi dở")
    press(Key.Key_Escape)
    qtbot.waitUntil(lambda: top_of(window) is page)
    assert workplace.read(lambda c: load_draft(c, "visit", OFFICER, hoa)) is not None
    again = open_visit(qtbot, window)
    assert raw_value(again.fields["observations"]) == "Đang ghi dở"
    assert holds(again.fields["observations"], focused())
    commit_text(focused(), " rồi")
    assert raw_value(again.fields["observations"]) == "Đang ghi dở rồi", "one types on, and not before it"


@pytest.mark.parametrize("is_crash", [False, True], ids=["lock", "crash"])
def test_the_rail_says_where_the_form_that_comes_back_belongs(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId, is_crash: bool
) -> None:
    workplace.write(lambda tx: save_draft(tx, "visit", hoa, "observations", {"observations": "Đang ghi dở"}))
    window.navigate(Route("register"))
    window.navigate(Route("child", hoa, "visit"))
    window.show(QSize(1366, 768), None if is_crash else window.state())
    assert window.shell.current_page == "today"
    qtbot.waitUntil(lambda: isinstance(top_of(window), EntryPage))
    assert window.shell.current_page == "register"


@pytest.mark.parametrize("leave", ["rail key", "search", "another record"])
def test_what_was_typed_this_moment_is_kept_whichever_way_one_goes(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId, leave: str
) -> None:
    window.navigate(Route("child", hoa, "visit"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    commit_text(form.fields["observations"], "Đang ghi dở")
    if leave == "rail key":
        press(Key.Key_1, Alt)
    elif leave == "search":
        press(Key.Key_K, Control)
        commit_text(focused(), "tran")
        press(Key.Key_Down)
    else:
        window.navigate(Route("child", hoa))
    assert top_of(window) is not form
    qtbot.waitUntil(lambda: workplace.read(lambda c: load_draft(c, "visit", OFFICER, hoa)) is not None)
    draft = workplace.read(lambda c: load_draft(c, "visit", OFFICER, hoa))
    assert draft is not None
    assert draft.payload["observations"] == "Đang ghi dở"


def test_each_page_begins_where_one_works(qtbot: QtBot, window: DeskWindow) -> None:
    today = top_of(window)
    assert today.isAncestorOf(focused())
    press(Key.Key_2, Alt)
    assert focused() is window.shell.top.search
    for _row in range(2):
        press(Key.Key_Down)
    register = top_of(window)
    assert isinstance(register, RegisterPage)
    second = register.model.id_at(1)
    assert register.table.current_id == second
    press(Key.Key_Return)
    child = top_of(window)
    assert isinstance(child, ChildPage)
    assert child.person == second
    assert focused() is child.tabs


@pytest.mark.parametrize("again", ["Ctrl+K", "typing", "Alt+2"])
def test_the_same_search_done_twice_opens_the_same_child(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, again: str
) -> None:
    workplace.write(save_all(*make_child("Trần Văn Đức")))
    opened: list[str] = []
    for turn in range(2):
        if again == "Alt+2" and turn:
            press(Key.Key_2, Alt)
        else:
            press(Key.Key_K, Control)
        if again == "typing" and turn:
            window.shell.top.search.deselect()
            press(Key.Key_Backspace)
            commit_text(focused(), "c")
        elif again == "Ctrl+K" or not turn:
            commit_text(focused(), "tran van duc")
        press(Key.Key_Down)
        press(Key.Key_Return)
        child = top_of(window)
        assert isinstance(child, ChildPage)
        opened.append(child.person)
    assert opened[0] == opened[1]


def test_escape_leaves_help_for_the_form_one_came_from(qtbot: QtBot, window: DeskWindow, hoa: RecordId) -> None:
    window.navigate(Route("register"))
    press(Key.Key_F1)
    assert window.shell.current_page == "help"
    press(Key.Key_Escape)
    assert isinstance(top_of(window), RegisterPage)
    window.navigate(Route("child", hoa, "visit"))
    press(Key.Key_F1)
    assert not isinstance(top_of(window), EntryPage)
    press(Key.Key_Escape)
    form = top_of(window)
    assert isinstance(form, EntryPage)
    assert form.isAncestorOf(focused())
    assert window.shell.current_page == "register"


@pytest.mark.parametrize("is_from_search", [False, True])
def test_a_page_without_anything_to_press_is_read_to_its_end_by_keyboard(
    window: DeskWindow, is_from_search: bool
) -> None:
    window.shell.resize(window.shell.minimumSize())
    if is_from_search:
        press(Key.Key_2, Alt)
        assert focused() is window.shell.top.search
    press(Key.Key_F1)
    QApplication.processEvents()
    shown = top_of(window)
    assert isinstance(shown, Page)
    bar = shown.scroll_area.verticalScrollBar()
    assert bar.maximum() > 0
    press(Key.Key_PageDown)
    assert bar.value() > 0
    press(Key.Key_End)
    assert bar.value() == bar.maximum()
    press(Key.Key_Home)
    assert bar.value() == 0


def test_the_page_keys_scroll_below_the_tabs_of_a_child(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId
) -> None:
    workplace.write(save_all(*(make_visit(hoa, f"2026-10-{day:02d}") for day in range(1, 29))))
    window.navigate(Route("child", hoa))
    child = top_of(window)
    assert isinstance(child, ChildPage)
    bar = child.scroll_area.verticalScrollBar()
    qtbot.waitUntil(lambda: bar.maximum() > 1000)
    assert focused() is child.tabs
    press(Key.Key_PageDown)
    assert 0 < bar.value() < bar.maximum()


@pytest.mark.parametrize("part", ["timeline", "family"])
def test_what_comes_in_leaves_the_keyboard_where_it_was(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId, part: str
) -> None:
    mother = make_person("Bàn Thị Mùi", birth_date="1988")
    workplace.write(save_all(mother, make_relation(hoa, mother.id)))
    window.navigate(Route("child", hoa))
    child = top_of(window)
    assert isinstance(child, ChildPage)
    child.tabs.choose(part)
    shown = child.family if part == "family" else child.timeline
    held = next(one for one in shown.findChildren(LinkButton) if "Sửa" in one.text() or "Đính chính" in one.text())
    name = held.accessibleName()
    held.setFocus()
    workplace.write(save_all(make_visit(hoa, "2026-11-19")))
    child.read_again()
    qtbot.waitUntil(lambda: focused().accessibleName() == name and focused().isVisible())
    assert focused() is not held
    assert child.isAncestorOf(focused())


def test_when_what_had_the_keyboard_is_gone_no_other_button_has_it(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId
) -> None:
    mother = make_person("Bàn Thị Mùi", birth_date="1988")
    relation = make_relation(hoa, mother.id)
    workplace.write(save_all(mother, relation))
    window.navigate(Route("child", hoa))
    child = top_of(window)
    assert isinstance(child, ChildPage)
    child.tabs.choose("family")
    next(one for one in child.family.findChildren(LinkButton) if one.text() == "Bỏ").setFocus()
    workplace.write(lambda tx: end_relation(tx, relation.id, on="2026-11-23"))
    child.read_again()
    qtbot.waitUntil(lambda: focused() is child.tabs)


@pytest.mark.parametrize("typed", ["", "zzzz"])
def test_f6_goes_from_the_search_into_the_page(window: DeskWindow, typed: str) -> None:
    press(Key.Key_2, Alt)
    assert focused() is window.shell.top.search
    if typed:
        commit_text(focused(), typed)
        press(Key.Key_Return)
        window.shell.focus_search()
    press(Key.Key_F6)
    assert top_of(window).isAncestorOf(focused())
    press(Key.Key_F6)
    assert window.shell.rail.isAncestorOf(focused())


def test_a_record_opened_again_after_another_page_is_shown(window: DeskWindow, hoa: RecordId) -> None:
    window.navigate(Route("child", hoa))
    press(Key.Key_1, Alt)
    assert not isinstance(top_of(window), ChildPage)
    window.navigate(Route("child", hoa))
    assert isinstance(top_of(window), ChildPage)


@pytest.mark.parametrize(
    ("page", "form"),
    [
        *((key, "") for key in ("today", "register", "reports", "import", "child")),
        *(("child", form) for form in ("child", "visit", "relation", "group", "join")),
    ],
)
def test_tab_goes_round_everything_and_is_caught_nowhere(
    qtbot: QtBot, window: DeskWindow, hoa: RecordId, page: str, form: str
) -> None:
    window.navigate(Route(page, hoa if page == "child" else "", form))
    window.shell.rail.focus_current()
    first = focused()
    seen: list[QWidget] = []
    for _step in range(200):
        press(Key.Key_Tab)
        if focused() is first:
            break
        seen.append(focused())
    assert focused() is first
    assert window.shell.top.search in seen
    assert any(top_of(window).isAncestorOf(widget) for widget in seen)
    assert len(set(seen)) == len(seen)
    buttons = [one for one in top_of(window).findChildren(QPushButton) if one.isVisible() and one.isEnabled()]
    assert [one.accessibleName() for one in buttons if one not in seen] == []


def test_no_part_of_a_page_flashes_up_as_a_window_that_takes_the_keyboard(
    qtbot: QtBot, qapp: QApplication, window: DeskWindow, workplace: Workplace, hoa: RecordId
) -> None:
    report = make_report(person=hoa)
    workplace.write(save_all(report))
    pages = [Route(key) for key in ("today", "register", "import", "sync", "help")]
    forms = [Route("child", hoa, form) for form in ("visit", "child", "relation", "group", "report", "join")]
    with opened_windows(qapp) as names:
        for route in (*pages, Route("reports", report.id), *forms, Route("child", hoa)):
            window.navigate(route)
            QApplication.processEvents()
        child = top_of(window)
        assert isinstance(child, ChildPage)
        for part in ("details", "family", "groups", "files"):
            child.tabs.choose(part)
            QApplication.processEvents()
    assert names == []
    assert focused() is child.tabs


@pytest.mark.parametrize("is_link", [False, True], ids=["rail key", "link"])
def test_the_sync_page_begins_at_what_is_to_be_decided_and_it_is_decided_by_keyboard(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, is_link: bool
) -> None:
    if is_link:
        press(Key.Key_5, Alt)
    person = in_conflict(workplace, "0987111223", "0366404505")
    if is_link:
        built = top_of(window)
        assert isinstance(built, SyncPage)
        built.refresh_conflicts()
        qtbot.waitUntil(built.cards[0].button.isVisible)
        window.navigate(Route("today"))
        window.navigate(Route("sync"))
    else:
        press(Key.Key_5, Alt)
    page = top_of(window)
    assert isinstance(page, SyncPage)
    (card,) = page.cards
    assert card.isAncestorOf(focused()), "and not at how many files go over the line"
    press(Key.Key_Right)
    press(Key.Key_Space)
    while focused() is not card.button:
        press(Key.Key_Tab)
        assert card.isAncestorOf(focused())
    press(Key.Key_Return)
    qtbot.waitUntil(lambda: not page.cards)
    ((phone,),) = workplace.read(lambda c: c.execute("SELECT phone FROM person WHERE id=?", (person.id,)).fetchall())
    assert phone == "0366404505"
    press(Key.Key_Tab)
    assert window.shell.isAncestorOf(focused())


def test_no_part_of_the_sync_page_of_a_real_desk_flashes_up(
    qtbot: QtBot, qapp: QApplication, workplace: Workplace, tasks: Tasks
) -> None:
    workplace.write(work_for_real)
    with opened_windows(qapp) as names:
        qtbot.addWidget(SyncPage(workplace, tasks))
        QApplication.processEvents()
    assert names == []
