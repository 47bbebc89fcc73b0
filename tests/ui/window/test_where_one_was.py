"""Away from a form and back: the keyboard is where it was."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.forms.field_editors import raw_value
from commune_desk.ui.pages.sync import SyncPage
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.usecases.desk.workplace import Workplace
from tests.helpers.in_conflict import in_conflict
from tests.helpers.keys import focused, press, top_of
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import be_another, work_for_real

Key = Qt.Key
NOTHING = Qt.KeyboardModifier.NoModifier

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.mark.parametrize("away_and_back", [(Key.Key_F1, Key.Key_Escape), (Key.Key_F6, Key.Key_F6, Key.Key_F6)])
def test_after_help_or_a_round_of_the_window_one_types_on_where_one_was_and_over_nothing(
    qtbot: QtBot, window: DeskWindow, hoa: RecordId, away_and_back: tuple[Qt.Key, ...]
) -> None:
    window.navigate(Route("child", hoa, "child"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    commit_text(form.fields["village"], "thôn Nà Kẻ")
    village = raw_value(form.fields["village"])
    for key in away_and_back:
        press(key)
        qtbot.wait(50)
    again = top_of(window)
    assert isinstance(again, EntryPage)
    commit = QInputMethodEvent()
    commit.setCommitString(" 2")
    QApplication.sendEvent(focused(), commit)
    assert (raw_value(again.fields["full_name"]), raw_value(again.fields["village"])) == (
        "Đặng Thị Hoà",
        f"{village} 2",
    )


def test_escape_closes_the_suggestions_first_and_then_the_form(qtbot: QtBot, window: DeskWindow, hoa: RecordId) -> None:
    window.navigate(Route("child", hoa, "child"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    village = form.fields["village"]
    assert isinstance(village, LineEdit)
    village.setFocus()
    village.selectAll()
    commit_text(village, "Khe")
    suggestions = village.completer().popup()
    assert suggestions is not None
    assert suggestions.isVisible()
    for _press in range(2):
        assert top_of(window) is form
        QTest.keyClick(window.shell.windowHandle(), Key.Key_Escape)
        assert not suggestions.isVisible()
    qtbot.waitUntil(lambda: top_of(window) is not form)


def test_enter_goes_on_to_the_next_field_from_open_suggestions_too(
    qtbot: QtBot, window: DeskWindow, hoa: RecordId
) -> None:
    window.navigate(Route("child", hoa, "child"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    village = form.fields["village"]
    assert isinstance(village, LineEdit)
    village.setFocus()
    village.selectAll()
    commit_text(village, "Khe")
    QTest.keyClick(window.shell.windowHandle(), Key.Key_Return)
    assert form.fields["carer_name"].hasFocus()
    assert raw_value(village) == "Khe"


@pytest.mark.parametrize("then", [(Key.Key_1, Qt.KeyboardModifier.AltModifier), (Key.Key_Escape, NOTHING)])
def test_what_was_saved_by_a_key_is_saved_however_soon_one_goes_on(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId, then: tuple[Qt.Key, Qt.KeyboardModifier]
) -> None:
    """A button that is pressed by its key is down for a tenth of a second: the form was left by then, and a draft."""
    window.navigate(Route("child", hoa, "child"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    commit_text(form.fields["village"], " 2")
    village = raw_value(form.fields["village"])
    press(Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    press(*then)
    qtbot.wait(300)
    ((kept,),) = workplace.read(lambda c: c.execute("SELECT village FROM person WHERE id=?", (hoa,)).fetchall())
    assert kept == village
    assert window.shell.isAncestorOf(focused())
    assert focused().isVisible()


def test_a_page_of_which_nothing_takes_the_keyboard_first_begins_at_its_top(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace
) -> None:
    """A chair comes to read what is to be decided, and not to the files at the page's end."""
    workplace.write(work_for_real)
    in_conflict(workplace, "0987111223", "0366404505")
    workplace.write(lambda tx: be_another(tx, role="chair"))
    page = window.shell.page("sync")
    assert isinstance(page, SyncPage)
    page.refresh_conflicts()
    window.shell.resize(1000, 400)
    window.navigate(Route("sync"))
    qtbot.wait(50)
    bar = page.scroll_area.verticalScrollBar()
    assert (bar.maximum() > 0, bar.value()) == (True, 0)
