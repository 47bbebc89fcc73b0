"""Leaving a form: nothing is asked, the draft is kept and that is said; what is to go is thrown away on purpose."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.ids import RecordId
from commune_desk.presenters.frame.routes import Route
from commune_desk.store.writing.drafts import load_draft
from commune_desk.ui.desk_window import DeskWindow
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.forms.field_editors import raw_value, show_value
from commune_desk.ui.theme import Tone
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records.drafts import save_draft
from commune_desk.usecases.sync.agent import SyncStatus
from tests.helpers.dialogs import answer
from tests.helpers.erased import erase
from tests.helpers.keys import come_back, press, top_of
from tests.helpers.typing_vietnamese import commit_text
from tests.helpers.workplaces import OFFICER

Key = Qt.Key
Alt = Qt.KeyboardModifier.AltModifier

KEPT = "Nội dung đang gõ được giữ thành bản nháp; mở lại phiếu là thấy."

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


@pytest.mark.parametrize("typed", ["Đang ghi dở", ""])
@pytest.mark.parametrize("leave", ["escape", "rail key", "save"])
def test_whoever_leaves_a_form_is_told_in_one_line_that_the_draft_is_kept(
    qtbot: QtBot, window: DeskWindow, hoa: RecordId, leave: str, typed: str
) -> None:
    """Not asked, whichever way it goes; and told nothing when there is nothing to keep."""
    window.navigate(Route("child", hoa, "visit"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    commit_text(form.fields["observations"], typed)
    if leave == "save":
        show_value(form.fields["risk_level"], "low")
        commit_text(form.fields["observations"], "Cháu khỏe.")
        form.submit()
    else:
        press(*((Key.Key_1, Alt) if leave == "rail key" else (Key.Key_Escape,)))
    qtbot.waitUntil(lambda: top_of(window) is not form)
    if typed and leave != "save":
        qtbot.waitUntil(lambda: quietly_said(window) == [KEPT])
    qtbot.wait(50)
    window.show_status(SyncStatus())
    assert quietly_said(window) == ([KEPT] if typed and leave != "save" else [])


@pytest.mark.parametrize("leave", ["escape", "rail key"])
def test_of_whom_the_law_has_erased_meanwhile_nobody_is_told_that_a_draft_is_kept(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId, leave: str
) -> None:
    """It is not, and could not be opened."""
    half_typed(window, hoa)
    erase(workplace, "person", hoa)
    press(*((Key.Key_1, Alt) if leave == "rail key" else (Key.Key_Escape,)))
    qtbot.waitUntil(lambda: bool(window.shell.notices))
    (said,) = [notice.accessibleName() for notice in window.shell.notices]
    assert said.startswith("Trong lúc gõ, thông tin của phiếu này đã được xóa theo quy định pháp luật.")
    assert workplace.read(lambda c: load_draft(c, "visit", OFFICER, hoa)) is None


def half_typed(window: DeskWindow, child: RecordId) -> EntryPage:
    """The form of a visit with a few words in it."""
    window.navigate(Route("child", child, "visit"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    commit_text(form.fields["observations"], "Đang ghi dở")
    return form


def quietly_said(window: DeskWindow) -> list[str]:
    return [notice.accessibleName() for notice in window.shell.notices if notice.tone is Tone.QUIET]


@pytest.mark.parametrize("leave", ["escape", "rail key"])
def test_a_disk_that_refuses_the_draft_gives_the_form_back_with_all_that_was_typed(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId, leave: str
) -> None:
    """Told above the form, and nothing is called kept; once there is room, it is left as ever."""
    form = half_typed(window, hoa)
    workplace.register._writer.execute("PRAGMA query_only=ON")
    keys = (Key.Key_1, Alt) if leave == "rail key" else (Key.Key_Escape,)
    press(*keys)
    qtbot.waitUntil(lambda: form.notice is not None)
    assert top_of(window) is form
    qtbot.wait(50)
    assert quietly_said(window) == []
    workplace.register._writer.execute("PRAGMA query_only=OFF")
    press(*keys)
    qtbot.waitUntil(lambda: top_of(window) is not form)
    qtbot.waitUntil(lambda: quietly_said(window) == [KEPT])
    window.navigate(Route("child", hoa, "visit"))
    again = top_of(window)
    assert isinstance(again, EntryPage)
    assert raw_value(again.fields["observations"]) == "Đang ghi dở"


def test_a_form_given_back_lies_below_one_that_was_opened_meanwhile(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId
) -> None:
    form = half_typed(window, hoa)
    workplace.register._writer.execute("PRAGMA query_only=ON")
    press(Key.Key_1, Alt)
    window.navigate(Route("reports", form="report"))
    report = top_of(window)
    qtbot.waitUntil(lambda: form.notice is not None)
    assert top_of(window) is report
    press(Key.Key_Escape)
    qtbot.waitUntil(lambda: top_of(window) is form)
    assert raw_value(form.fields["observations"]) == "Đang ghi dở"
    workplace.register._writer.execute("PRAGMA query_only=OFF")


def test_what_was_typed_is_thrown_away_on_purpose_and_only_then(
    qtbot: QtBot, window: DeskWindow, workplace: Workplace, hoa: RecordId
) -> None:
    workplace.write(lambda tx: save_draft(tx, "visit", hoa, "observations", {"observations": "Ghi nhầm trẻ"}))
    window.navigate(Route("child", hoa, "visit"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    assert raw_value(form.fields["observations"]) == "Ghi nhầm trẻ"
    answer("reject")
    form.discard.click()
    assert top_of(window) is form
    come_back(qtbot, window)
    answer("accept")
    form.discard.click()
    qtbot.waitUntil(lambda: top_of(window) is not form)
    fresh = top_of(window)
    assert isinstance(fresh, EntryPage)
    assert raw_value(fresh.fields["observations"]) == ""
    assert not fresh.discard.isVisible()
    assert workplace.read(lambda c: load_draft(c, "visit", OFFICER, hoa)) is None
    assert window.shell.notices == []
    come_back(qtbot, window)


def test_a_form_nobody_typed_in_has_nothing_to_throw_away(window: DeskWindow, hoa: RecordId) -> None:
    window.navigate(Route("child", hoa, "visit"))
    form = top_of(window)
    assert isinstance(form, EntryPage)
    assert not form.discard.isVisible()
    commit_text(form.fields["observations"], "Đang ghi dở")
    assert form.discard.isVisible()
