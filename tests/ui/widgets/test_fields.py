"""Vietnamese typing is sacred: nothing is rewritten, completed or announced before it is a letter."""

from __future__ import annotations

import unicodedata
from datetime import date

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QFocusEvent, QInputMethodEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QCalendarWidget, QCompleter, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.domain.model.record import longest
from commune_desk.domain.records.visits import HomeVisit
from commune_desk.domain.words.errors import Invalid
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit, PasswordField
from commune_desk.ui.widgets.options import MultiChoice, RadioRow
from commune_desk.ui.widgets.search_field import SEARCH_PAUSE_MS, SearchField
from commune_desk.ui.widgets.text_edit import TextEdit
from tests.helpers.typing_vietnamese import commit_text, compose

NFD = unicodedata.normalize("NFD", "Đặng  Thị Hoà ")


def leave(widget: QWidget, reason: Qt.FocusReason = Qt.FocusReason.TabFocusReason) -> None:
    QApplication.sendEvent(widget, QFocusEvent(QEvent.Type.FocusOut, reason))


def commit(widget: QWidget, text: str) -> None:
    event = QInputMethodEvent()
    event.setCommitString(text)
    QApplication.sendEvent(widget, event)


def test_a_line_is_tidied_only_when_it_is_left(qtbot: QtBot) -> None:
    field = LineEdit("Họ và tên")
    qtbot.addWidget(field)
    commit(field, NFD)
    assert field.text() == NFD
    assert field.value() == "Đặng Thị Hoà"
    with qtbot.waitSignal(field.left) as left:
        leave(field)
    assert field.text() == "Đặng Thị Hoà"
    assert left.args == ["Đặng Thị Hoà"]


def test_opening_a_popup_is_not_leaving(qtbot: QtBot) -> None:
    field = LineEdit()
    qtbot.addWidget(field)
    commit(field, NFD)
    leave(field, Qt.FocusReason.PopupFocusReason)
    assert field.text() == NFD


def test_letters_still_being_composed_are_nobodys_business(qtbot: QtBot) -> None:
    field = SearchField("Tìm")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.edited.connect(heard.append)
    field.searched.connect(heard.append)
    compose(field, "ngu")
    assert field.is_composing
    qtbot.wait(200)
    assert heard == []
    commit(field, "nguyễn")
    qtbot.waitUntil(lambda: heard == ["nguyễn", "nguyễn"])


@pytest.mark.parametrize(
    ("reason", "is_searched"),
    [
        (Qt.FocusReason.OtherFocusReason, False),
        (Qt.FocusReason.ShortcutFocusReason, False),
        (Qt.FocusReason.TabFocusReason, True),
        (Qt.FocusReason.PopupFocusReason, True),
    ],
)
def test_whoever_left_by_a_key_is_not_searched_for(qtbot: QtBot, reason: Qt.FocusReason, is_searched: bool) -> None:
    """What was typed a moment before would take the page back."""
    field = SearchField("Tìm")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.searched.connect(heard.append)
    commit(field, "mây")
    QApplication.sendEvent(field, QFocusEvent(QEvent.Type.FocusOut, reason))
    qtbot.wait(2 * SEARCH_PAUSE_MS)
    assert bool(heard) == is_searched


def test_search_waits_for_a_pause_and_enter_does_not(qtbot: QtBot) -> None:
    field = SearchField("Tìm")
    qtbot.addWidget(field)
    heard: list[str] = []
    field.searched.connect(heard.append)
    for letter in "hoa":
        commit(field, letter)
    assert heard == []
    qtbot.waitUntil(lambda: heard == ["hoa"])
    commit(field, "i")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert heard == ["hoa", "hoai"]
    QTest.keyClick(field, Qt.Key.Key_Escape)
    assert heard[-1] == ""


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_suggestions_come_in_a_popup_and_never_inside_the_text(qtbot: QtBot) -> None:
    field = LineEdit()
    qtbot.addWidget(field)
    field.suggest(["thôn Nà Ếch", "thôn Nà Kẻ"])
    assert field.completer().completionMode() is QCompleter.CompletionMode.UnfilteredPopupCompletion
    commit_text(field, "thôn Nà")
    assert field.text() == "thôn Nà"
    assert not field.hasSelectedText()


def test_showing_the_value_that_stands_there_does_not_move_the_cursor(qtbot: QtBot) -> None:
    field = LineEdit()
    qtbot.addWidget(field)
    commit(field, "Hoà ")
    field.setCursorPosition(1)
    field.set_value("Hoà")
    assert (field.text(), field.cursorPosition()) == ("Hoà ", 1)


def test_a_text_grows_keeps_its_lines_and_is_tidied_when_left(qtbot: QtBot) -> None:
    field = TextEdit("Nhận xét", lines=2)
    qtbot.addWidget(field)
    field.resize(300, field.height())
    field.show()
    low = field.height()
    commit(field, unicodedata.normalize("NFD", "Cháu ở với bà  \n\nvà mẹ\n\n"))
    for _ in range(6):
        QTest.keyClick(field, Qt.Key.Key_Return)
    assert field.height() > low
    leave(field)
    assert field.toPlainText() == "Cháu ở với bà\n\nvà mẹ"
    field.undo()
    assert field.toPlainText().startswith(unicodedata.normalize("NFD", "Cháu"))


@pytest.mark.parametrize(
    "pasted", ["Đa\u0306\u0323ng\r\nThị", "Đặ\x00ng\u200b\n\u202eThị\u202c", "\ufeffĐặng\u2029Thị\x07"]
)
def test_what_nobody_sees_is_not_kept_of_a_pasted_text(qtbot: QtBot, pasted: str) -> None:
    field = TextEdit()
    qtbot.addWidget(field)
    QApplication.clipboard().setText(pasted)
    field.paste()
    assert field.value() == "Đặng\nThị"


def test_a_pasted_book_is_cut_to_what_is_still_too_long_for_any_field(qtbot: QtBot) -> None:
    field = TextEdit()
    qtbot.addWidget(field)
    QApplication.clipboard().setText("x" * 300_000)
    field.paste()
    assert longest(HomeVisit, "observations") < len(field.value()) < 30_000


def test_a_text_does_not_announce_what_the_program_wrote(qtbot: QtBot) -> None:
    field = TextEdit()
    qtbot.addWidget(field)
    heard: list[str] = []
    field.edited.connect(heard.append)
    field.set_value("bản nháp")
    compose(field, "ch")
    assert heard == []
    commit(field, "cháu ")
    assert heard == ["cháu bản nháp"]


def test_a_passphrase_is_kept_as_typed(qtbot: QtBot) -> None:
    field = PasswordField("Mật khẩu")
    qtbot.addWidget(field)
    commit(field, "  hai  cách ")
    leave(field)
    assert field.value() == "  hai  cách "


def day() -> date:
    return date(2026, 11, 23)


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [("3/2/2012", "2012-02-03", "03/02/2012"), ("03022012", "2012-02-03", "03/02/2012"), ("", "", "")],
)
def test_a_date_is_written_out_only_when_left(qtbot: QtBot, typed: str, stored: str, shown: str) -> None:
    field = DateField(today=day)
    qtbot.addWidget(field)
    commit(field, typed)
    assert field.text() == typed
    assert field.value() == stored
    leave(field)
    assert field.text() == shown


def test_a_partial_date_is_taken_only_where_it_may_be(qtbot: QtBot) -> None:
    partial, whole = DateField(partial=True, today=day), DateField(today=day)
    for field in (partial, whole):
        qtbot.addWidget(field)
        commit(field, "2012")
    assert partial.stored() == "2012"
    with pytest.raises(Invalid):
        whole.stored()
    leave(whole)
    assert whole.text() == "2012"


def test_days_to_come_are_taken_only_where_they_may_be(qtbot: QtBot) -> None:
    visit, following = DateField(today=day), DateField(future=True, today=day)
    for field in (visit, following):
        qtbot.addWidget(field)
        commit(field, "27/11/2026")
    assert visit.value() == ""
    assert following.value() == "2026-11-27"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_the_calendar_offers_the_day_that_has_begun_since_it_was_opened_last(qtbot: QtBot) -> None:
    now = [date(2026, 11, 23)]
    field = DateField("Ngày thăm", today=lambda: now[0])
    qtbot.addWidget(field)
    field.show()
    for day in (date(2026, 11, 23), date(2026, 11, 24), date(2026, 11, 22)):
        now[0] = day
        field.open_calendar()
        calendar = field.findChild(QCalendarWidget)
        assert isinstance(calendar, QCalendarWidget)
        assert calendar.maximumDate().toPython() == day
        calendar.hide()


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
@pytest.mark.parametrize("low", [False, True])
def test_the_calendar_stays_on_the_screen(qtbot: QtBot, low: bool) -> None:
    field = DateField("Ngày thăm", today=day)
    qtbot.addWidget(field)
    screen = field.screen().availableGeometry()
    field.move(screen.right() - 60, screen.bottom() - 40 if low else screen.top())
    field.show()
    field.open_calendar()
    calendar = field.findChild(QCalendarWidget)
    assert isinstance(calendar, QCalendarWidget)
    assert screen.contains(calendar.geometry())
    assert (calendar.y() < field.y()) is low
    calendar.hide()


def test_one_key_writes_today(qtbot: QtBot) -> None:
    field = DateField(today=day)
    qtbot.addWidget(field)
    with qtbot.waitSignal(field.edited) as changed:
        QTest.keyClick(field, Qt.Key.Key_Semicolon, Qt.KeyboardModifier.ControlModifier)
    assert changed.args == ["23/11/2026"]
    assert field.text() == "23/11/2026"


GROUPS = [("a", "Kinh"), ("b", "Dao"), ("c", "Tày"), ("d", "Sán Chỉ"), ("e", "Dân tộc Cơ Ho")]


@pytest.mark.parametrize(("typed", "found"), [("ta", "c"), ("san c", "d"), ("ho", "e"), ("dan", "e"), ("zzz", "")])
def test_typing_finds_a_label_without_its_marks(qtbot: QtBot, typed: str, found: str) -> None:
    choice = Choice("Dân tộc", GROUPS)
    qtbot.addWidget(choice)
    for letter in typed:
        QTest.keyClick(choice, Qt.Key(ord(letter.upper())))
    assert choice.value() == found


def test_a_letter_that_an_input_method_takes_back_is_forgotten(qtbot: QtBot) -> None:
    choice = Choice("Dân tộc", GROUPS)
    qtbot.addWidget(choice)
    for key in (Qt.Key.Key_T, Qt.Key.Key_A, Qt.Key.Key_A, Qt.Key.Key_Backspace):
        QTest.keyClick(choice, key)
    assert choice.value() == "c"


def test_new_options_keep_the_value_that_is_still_there(qtbot: QtBot) -> None:
    choice = Choice("Dân tộc", GROUPS)
    qtbot.addWidget(choice)
    choice.set_value("b")
    choice.set_options(GROUPS[1:3])
    assert choice.value() == "b"
    choice.set_options(GROUPS[2:])
    assert choice.value() == ""


def test_one_of_few_and_any_of_many(qtbot: QtBot) -> None:
    risk, present = RadioRow("Nguy cơ", GROUPS[:3]), MultiChoice("Có mặt", GROUPS[:3])
    for widget in (risk, present):
        qtbot.addWidget(widget)
        assert not widget.value()
    risk.buttons["b"].click()
    present.buttons["c"].click()
    present.buttons["a"].click()
    assert risk.value() == "b"
    assert present.value() == ("a", "c")
    risk.set_value("")
    present.set_value([])
    assert not risk.value()
    assert not present.value()
    assert risk.buttons["a"].accessibleName() == "Nguy cơ: Kinh"


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_a_list_that_opens_shows_its_longest_label_whole(qtbot: QtBot) -> None:
    longest_label = "Trẻ em không nơi nương tựa: cha hoặc mẹ chết, người còn lại ở cơ sở trợ giúp xã hội"
    choice = Choice("Nhóm", [("a", "Trẻ em bị bỏ rơi"), ("b", longest_label)])
    qtbot.addWidget(choice)
    choice.resize(200, 32)
    choice.show()
    choice.showPopup()
    assert choice.view().width() > choice.fontMetrics().horizontalAdvance(longest_label)
    choice.hidePopup()
