"""Marks are never cut, everything has a spoken name, everything that acts can be reached by keyboard."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QAbstractButton, QApplication, QLabel, QLineEdit, QListView, QTextEdit, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui import theme
from commune_desk.ui.dialogs.message import Message, bug_dialog, question
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.beds import BedTile
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.flow import Flow, TileGrid
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import EmptyState, NoticeBar, ProgressRow
from commune_desk.ui.widgets.options import MultiChoice
from commune_desk.ui.widgets.page import Page, TabBar, TwoColumns
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.text import TALLEST, RichLine, Run, Text
from commune_desk.ui.widgets.timeline import Entry, Timeline
from tests.ui.samples.gallery import PAGES
from tests.ui.samples.ink import ink_height, ink_height_with_room

MARKS = f"{TALLEST} gyq"
LONG = "Trẻ bỏ nhà, nghi bị rủ qua biên giới, thôn Đồng Mô. " * 4


def chosen() -> Choice:
    choice = Choice("", [("a", MARKS)])
    choice.set_value("a")
    return choice


def typed() -> LineEdit:
    field = LineEdit()
    field.setText(MARKS)
    return field


WORDS: dict[str, Callable[[], QWidget]] = {
    "text": lambda: Text(MARKS),
    "small": lambda: Text(MARKS, size=Size.SMALL),
    "title": lambda: Text(MARKS, size=Size.TITLE, bold=True),
    "wrapped": lambda: Text(MARKS, wrap=True),
    "bold": lambda: RichLine([Run(MARKS, bold=True)]),
    "button": lambda: SecondaryButton(MARKS),
    "primary": lambda: PrimaryButton(MARKS),
    "row": lambda: ListRow(MARKS, MARKS),
    "line": typed,
    "choice": chosen,
    "check": lambda: MultiChoice("", [("a", MARKS)]),
    "notice": lambda: NoticeBar(MARKS),
}


@pytest.mark.parametrize("kind", WORDS)
def test_stacked_marks_are_never_cut(qtbot: QtBot, kind: str) -> None:
    widget = WORDS[kind]()
    qtbot.addWidget(widget)
    widget.adjustSize()
    widget.show()
    border = 3 if kind in ("button", "primary", "line", "choice", "notice") else 0
    assert ink_height(widget, border) == ink_height_with_room(widget, border)


def test_a_chip_has_room_for_stacked_marks(qtbot: QtBot) -> None:
    chip, words = Chip(MARKS), Text(MARKS, size=Size.SMALL)
    for widget in (chip, words):
        qtbot.addWidget(widget)
        widget.adjustSize()
        widget.show()
    assert chip.height() >= ink_height(words)


@pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
def test_suggestions_have_room_for_stacked_marks(qtbot: QtBot) -> None:
    field, words = LineEdit("Thôn"), Text(MARKS)
    field.suggest([MARKS])
    for widget in (field, words):
        qtbot.addWidget(widget)
        widget.adjustSize()
        widget.show()
    field.setFixedWidth(300)
    field.completer().complete()
    popup = field.completer().popup()
    assert isinstance(popup, QListView)
    qtbot.waitUntil(popup.isVisible)
    assert ink_height(popup.viewport()) == ink_height(words)
    popup.hide()


def test_a_label_of_qt_would_cut_them(qtbot: QtBot) -> None:
    label = QLabel(f"<b>{MARKS}</b>")
    label.setFont(theme.font())
    qtbot.addWidget(label)
    label.adjustSize()
    label.show()
    ours = RichLine([Run(MARKS, bold=True)])
    qtbot.addWidget(ours)
    ours.adjustSize()
    ours.show()
    assert ink_height(label) < ink_height(ours)


def test_text_is_never_read_as_html(qtbot: QtBot) -> None:
    text = Text("<b>Hoà</b> & con", wrap=True)
    qtbot.addWidget(text)
    assert text.text() == "<b>Hoà</b> & con"
    assert text.textFormat() is Qt.TextFormat.PlainText


@pytest.mark.parametrize("width", [200, 320, 700])
def test_wrapping_texts_get_the_height_they_need_wherever_they_stand(qtbot: QtBot, width: int) -> None:
    page = Page("Trang", LONG)
    columns = TwoColumns()
    card = Card("Thẻ")
    card.add(ListRow("Tên", second=LONG, trailing=SecondaryButton("Mở")))
    card.add_padded(Text(LONG, wrap=True))
    card.add_padded(Timeline([Entry("a", "Thăm hộ", "hôm nay", LONG)]))
    columns.main.addWidget(card)
    columns.side.addWidget(NoticeBar(LONG, Tone.WARNING))
    page.add(columns)
    qtbot.addWidget(page)
    page.resize(width * 2, 600)
    page.show()
    qtbot.wait(1)
    for text in page.findChildren(RichLine):
        if text.isVisible():
            assert text.height() >= text.heightForWidth(text.width()), text.plain


@pytest.mark.parametrize("key", PAGES)
@pytest.mark.parametrize("width", [1158, 885])
def test_nothing_on_a_page_is_cut_or_left_without_a_name(qtbot: QtBot, key: str, width: int) -> None:
    page = PAGES[key]()
    qtbot.addWidget(page)
    page.resize(width, 560)
    page.show()
    qtbot.wait(1)
    for text in page.findChildren(RichLine):
        if text.isVisible():
            assert text.height() >= text.heightForWidth(text.width()), text.plain
    for widget in page.findChildren(QWidget):
        if widget.isVisible() and widget.focusPolicy() & Qt.FocusPolicy.TabFocus:
            assert _spoken(widget), widget
    for button in page.findChildren(QAbstractButton):
        if button.isVisible() and not isinstance(button.parentWidget(), QLineEdit):
            assert button.width() >= button.sizeHint().width(), button.text()


def _spoken(widget: QWidget) -> bool:
    qt_own = widget.objectName().startswith("qt_") or type(widget).__module__.startswith("PySide6")
    inner = isinstance(widget, QLineEdit | QTextEdit) and bool(widget.accessibleName())
    return bool(widget.accessibleName()) or inner or qt_own


@pytest.mark.parametrize("tone", list(Tone))
def test_a_chip_speaks_its_words_and_not_only_its_colour(qtbot: QtBot, tone: Tone) -> None:
    chip = Chip("Nguy cơ cao", tone, "alert-triangle")
    qtbot.addWidget(chip)
    assert chip.accessibleName() == "Nguy cơ cao"
    assert chip.sizeHint().width() > chip.fontMetrics().horizontalAdvance("Nguy cơ cao")


@pytest.mark.parametrize("key", [Qt.Key.Key_Return, Qt.Key.Key_Space])
def test_beds_and_rows_are_buttons_for_the_keyboard_too(qtbot: QtBot, key: Qt.Key) -> None:
    bed = BedTile("A1", "Hoa Sen", "14 tuổi", chip="còn 12/15", chip_tone=Tone.WARNING)
    row = ButtonRow("Đặng Thị Hoà", "14 tuổi")
    for widget in (bed, row):
        qtbot.addWidget(widget)
        widget.show()
        with qtbot.waitSignal(widget.activated):
            QTest.keyClick(widget, key)
        with qtbot.waitSignal(widget.activated):
            QTest.mouseClick(widget, Qt.MouseButton.LeftButton)
    assert bed.accessibleName() == "A1, còn 12/15, Hoa Sen, 14 tuổi"


def test_focus_can_be_seen_on_everything_that_takes_it(qtbot: QtBot) -> None:
    for make in (lambda: SecondaryButton("Mở"), lambda: BedTile("A1", "Hoa"), typed, chosen):
        holder = QWidget()
        qtbot.addWidget(holder)
        widget = make()
        widget.setParent(holder)
        other = LineEdit(parent=holder)
        other.move(0, 120)
        holder.resize(400, 200)
        widget.show()
        holder.show()
        holder.activateWindow()
        qtbot.waitUntil(holder.isActiveWindow)
        other.setFocus()
        without = _picture(widget)
        widget.setFocus()
        assert _picture(widget) != without, widget


def _picture(widget: QWidget) -> QImage:
    return widget.grab().toImage()


def test_errors_stand_beside_their_field_and_are_spoken(qtbot: QtBot) -> None:
    form = Form()
    for name in ("name", "birth"):
        form.add(name, FieldRow(name, LineEdit(), required=name == "name", hint="gợi ý"))
    qtbot.addWidget(form)
    form.show()
    form.activateWindow()
    qtbot.waitUntil(form.isActiveWindow)
    form.set_errors({"birth": "Ngày này không có thật."}, focus=True)
    row = form.row("birth")
    assert row.error == "Ngày này không có thật."
    assert row.editor.accessibleDescription() == "Ngày này không có thật."
    assert row.editor.hasFocus()
    form.set_errors({})
    assert row.error == ""
    assert row.editor.accessibleDescription() == "gợi ý"
    assert form.row("name").editor.accessibleName() != "name"


def test_a_form_becomes_one_column_when_it_is_narrow(qtbot: QtBot) -> None:
    form = Form()
    rows = [form.add(str(n), FieldRow(str(n), LineEdit())) for n in range(2)]
    qtbot.addWidget(form)
    form.show()
    form.resize(800, 300)
    qtbot.wait(1)
    assert rows[0].y() == rows[1].y()
    form.resize(400, 300)
    qtbot.wait(1)
    assert rows[0].y() < rows[1].y()


def test_columns_stack_and_tiles_wrap_when_it_is_narrow(qtbot: QtBot) -> None:
    columns, board = TwoColumns(), TileGrid()
    for n in range(4):
        board.add(BedTile(str(n), "Trống", is_free=True))
    for widget in (columns, board):
        qtbot.addWidget(widget)
        widget.resize(1100, 300)
        widget.show()
    assert (columns.is_stacked, board.columns) == (False, 4)
    columns.resize(600, 300)
    board.resize(500, 300)
    assert (columns.is_stacked, board.columns) == (True, 2)


def test_chips_flow_over_lines(qtbot: QtBot) -> None:
    flow = Flow(*(Chip("Mồ côi cả cha và mẹ") for _ in range(4)))
    qtbot.addWidget(flow)
    assert flow.heightForWidth(2000) < flow.heightForWidth(320) < flow.heightForWidth(160)


def test_notices_stay_until_dismissed(qtbot: QtBot) -> None:
    notice = NoticeBar("Không ghi được lên đĩa.", Tone.DANGER, action="Thử lại")
    qtbot.addWidget(notice)
    notice.show()
    buttons = {b.accessibleName(): b for b in notice.findChildren(QAbstractButton)}
    with qtbot.waitSignal(notice.acted):
        buttons.pop("Thử lại").click()
    assert notice.isVisible()
    with qtbot.waitSignal(notice.dismissed):
        next(iter(buttons.values())).click()
    assert not notice.isVisible()


def test_an_empty_page_says_what_to_do(qtbot: QtBot) -> None:
    empty = EmptyState("users", "Chưa có trẻ nào.", action="Thêm trẻ")
    qtbot.addWidget(empty)
    with qtbot.waitSignal(empty.acted):
        empty.findChildren(SecondaryButton)[0].click()


def test_long_work_is_cancelled_once(qtbot: QtBot) -> None:
    row = ProgressRow("Nhập danh sách")
    qtbot.addWidget(row)
    cancelled: list[bool] = []
    row.cancelled.connect(lambda: cancelled.append(True))
    row.set_progress(30, 100, "30 dòng")
    assert (row.bar.value(), row.bar.maximum()) == (30, 100)
    row.cancel.click()
    row.cancel.click()
    assert cancelled == [True]


def test_a_conflict_is_decided_field_by_field(qtbot: QtBot) -> None:
    table = CompareTable(
        ["A", "B", "C"],
        [
            CompareRow("phone", "Điện thoại", "1", (Version("x", "2"), Version("y", "3"), Version("z", "4"))),
            CompareRow("name", "Tên", "", (Version("x", "Hoà"), Version("y", "Hoa"), Version("z", ""))),
        ],
    )
    qtbot.addWidget(table)
    assert table.decision() == {}
    with qtbot.waitSignal(table.decided):
        table.choose("phone", "y")
    table.choose("phone", "z")
    assert table.decision() == {"phone": "z"}


def test_a_timeline_opens_what_its_link_names(qtbot: QtBot) -> None:
    timeline = Timeline([Entry("report-1", "Tiếp nhận", link="Xem")])
    qtbot.addWidget(timeline)
    with qtbot.waitSignal(timeline.opened) as opened:
        timeline.findChildren(QAbstractButton)[0].click()
    assert opened.args == ["report-1"]


def test_tabs_are_told_apart_by_key(qtbot: QtBot) -> None:
    tabs = TabBar("Hồ sơ")
    tabs.add("story", "Dòng thời gian")
    tabs.add("family", "Gia đình & họ hàng")
    qtbot.addWidget(tabs)
    with qtbot.waitSignal(tabs.chosen) as chosen_tab:
        tabs.choose("family")
    assert chosen_tab.args == ["family"]
    with pytest.raises(ValueError, match="nowhere"):
        tabs.choose("nowhere")


def test_enter_never_does_what_cannot_be_undone(qtbot: QtBot) -> None:
    safe = question(None, Message("Lưu?"), "Lưu")
    dangerous = question(None, Message("Cho rời?", LONG, Tone.WARNING), "Cho rời", is_dangerous=True)
    for dialog, accepted in ((safe, True), (dangerous, False)):
        qtbot.addWidget(dialog)
        dialog.show()
        assert [b.isDefault() for b in dialog.findChildren(QAbstractButton)] == [not accepted, accepted]  # type: ignore[attr-defined]


def test_the_dialog_about_a_mistake_shows_no_trace(qtbot: QtBot) -> None:
    saved: list[bool] = []
    dialog = bug_dialog(None, lambda: saved.append(True))
    qtbot.addWidget(dialog)
    dialog.findChildren(SecondaryButton)[0].click()
    assert saved == [True]
    words = " ".join(label.plain for label in dialog.findChildren(RichLine))
    assert "Traceback" not in words


@pytest.mark.skipif(sys.version_info >= (3, 12), reason="None cannot be freed there")
def test_painting_keeps_none_alive() -> None:
    """PySide6 6.12.0 gives away a reference to None in each QPainter call: Python 3.11 dies of it after a while."""
    image = QImage(8, 8, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    before = sys.getrefcount(None)
    for _ in range(500):
        painter.save()
        painter.restore()
    lost = before - sys.getrefcount(None)
    painter.end()
    assert lost < 100


def test_a_button_that_is_renamed_keeps_its_key(qapp: QApplication) -> None:
    button = PrimaryButton("Sync now", shortcut="F5")
    button.rename("Save & go on")
    assert (button.text(), button.accessibleName()) == ("Save && go on", "Save & go on")
    assert button.shortcut().toString() == "F5"
    assert button.toolTip() == "Save & go on (F5)"
