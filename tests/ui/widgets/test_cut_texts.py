"""Nothing is cut that could stand whole: numbers stay in one piece, cells use the lines they have, pages fit."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QRect, Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QLineEdit, QScrollArea, QVBoxLayout, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.domain.time.clock import SystemClock
from commune_desk.i18n import Language, set_language
from commune_desk.presenters.window.opening import ENROL, RESTORE, TRAINING
from commune_desk.ui.models.paged import Cell, Column, PagedTableModel
from commune_desk.ui.opening.first_run import FirstRunPage
from commune_desk.ui.opening.window import OpeningWindow
from commune_desk.ui.shots import SCALED, SCREEN
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.line_breaks import dangling_dot, unbroken
from commune_desk.ui.widgets.options import MultiChoice
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.table import THREE_LINES, TWO_LINES, PagedTable, RowDelegate
from commune_desk.ui.widgets.text import RichLine, Run, Text
from commune_desk.usecases.registers.profile import Profile
from tests.story.cut_texts import cut_texts

FAMILY = "người chăm sóc · người giám hộ · 0865 752 108"
CODES = "Hà Quốc Hải (QN-06838-2026-VG9M-0028) và Hà Quốc Hải (QN-06838-2026-7KQ4-0107) có đúng là một trẻ không?"
LONG = "“32/05/2016” không phải là ngày có thật. Hãy ghi theo dạng 17/05/2014, hoặc chỉ ghi năm."


class Line:
    """A row of a table."""

    def __init__(self, one: str) -> None:
        self.id = one


def lines_of(text: RichLine, width: int) -> list[str]:
    layout = text._broken_at(width)
    cut = [(layout.lineAt(at).textStart(), layout.lineAt(at).textLength()) for at in range(layout.lineCount())]
    return [text.plain[start : start + length].strip() for start, length in cut]


@pytest.mark.parametrize("width", range(150, 330, 10))
def test_a_phone_number_is_never_torn(qtbot: QtBot, width: int) -> None:
    text = Text(FAMILY, wrap=True)
    qtbot.addWidget(text)
    assert "0865 752 108" in " | ".join(lines_of(text, width))
    assert " ".join(lines_of(text, width)) == FAMILY


@pytest.mark.parametrize("width", range(240, 420, 10))
def test_a_case_code_is_never_torn_where_it_has_room(qtbot: QtBot, width: int) -> None:
    text = Text(CODES, wrap=True)
    qtbot.addWidget(text)
    text.resize(width, text.heightForWidth(width))
    text.show()
    said = lines_of(text, width)
    assert " ".join(said) == CODES
    assert cut_texts(text) == []


def test_a_case_code_wider_than_the_text_is_torn_and_found(qtbot: QtBot) -> None:
    text = Text(CODES, wrap=True)
    qtbot.addWidget(text)
    text.resize(120, text.heightForWidth(120))
    text.show()
    assert "".join(lines_of(text, 120)).replace(" ", "") == CODES.replace(" ", "")
    assert cut_texts(text)


def test_a_case_code_wider_than_the_text_breaks_behind_a_hyphen(qtbot: QtBot) -> None:
    text = Text("QN-06838-2026-WMWM-0001", wrap=True)
    qtbot.addWidget(text)
    text.resize(160, text.heightForWidth(160))
    text.show()
    assert lines_of(text, 160) == ["QN-06838-2026-", "WMWM-0001"]
    assert cut_texts(text), "and is found: a picture of it is to be looked at"


@pytest.mark.parametrize("label", ["Reason for discharge", "Tình trạng khi đến"])
@pytest.mark.parametrize("width", [271, 362])
def test_a_label_and_a_case_code_have_room_in_a_narrow_card(qtbot: QtBot, label: str, width: int) -> None:
    card = QWidget()
    column = QVBoxLayout(card)
    column.addWidget(ListRow("", "QN-06838-2026-WMWM-0001").labelled(label))
    column.addWidget(ListRow("", "Về với gia đình").lead(label, ink="quiet", width=104))
    qtbot.addWidget(card)
    column.setContentsMargins(0, 0, 0, 0)
    card.setFixedWidth(width)
    card.show()
    assert cut_texts(card) == []


def test_a_tick_with_more_words_than_a_line_has_room_for_goes_on_below(qtbot: QtBot) -> None:
    """And what stands below it is whole: at 125 % the last of a resident's papers was cut in half."""
    labels = ("Tờ khai (Mẫu 07)", "Đề nghị của UBND cấp xã (nếu có)", "Giấy tờ tùy thân (nếu có)")
    card, note = QWidget(), Text("Hồ sơ thường hoàn thiện trong 10 ngày làm việc kể từ ngày tiếp nhận.", wrap=True)
    papers = MultiChoice("Giấy tờ", [(label, label) for label in labels])
    column = QVBoxLayout(card)
    for one in (papers, note):
        column.addWidget(one)
    column.addStretch(1)
    qtbot.addWidget(card)
    card.setFixedWidth(265)
    card.resize(265, 400)
    card.show()
    first, long, last = papers.buttons.values()
    assert long.height() > first.height()
    assert last.geometry().bottom() < papers.height()
    assert not last.toolTip()
    shown = card.grab()
    assert not shown.isNull()
    assert not long.toolTip(), "a tip says all of what is cut"


@pytest.mark.parametrize("value", ["Thôn Cao Thắng", "0912 345 678", "Khu Bình Công 2"])
def test_a_value_to_choose_is_whole_in_a_narrow_column(qtbot: QtBot, value: str) -> None:
    """As wide as a card of decisions at 125 %: the name of a village was torn within its last word."""
    row = CompareRow("village", "Thôn, bản, khu", value, (Version("ours", value), Version("theirs", value)))
    table = CompareTable(["Đang dùng: Tôi\n21:46 hôm nay", "Cán bộ nơi khác\n08:00 24/11"], [row])
    qtbot.addWidget(table)
    table.setFixedWidth(543)
    table.show()
    assert cut_texts(table) == []


def test_what_is_cut_further_down_where_it_scrolls_is_found(qtbot: QtBot) -> None:
    area, content = QScrollArea(), QWidget()
    column = QVBoxLayout(content)
    column.addSpacing(900)
    column.addWidget(holding(Text("Số định danh cá nhân", bold=True), 90))
    area.setWidget(content)
    qtbot.addWidget(area)
    area.resize(300, 200)
    area.show()
    assert cut_texts(area) == ["Số định danh cá nhân"]


@pytest.mark.parametrize(
    ("text", "together"),
    [
        ("at most 3 months, Decree 20/2021 art. 24", "art. 24"),
        ("tối đa 3 tháng, Nghị định 20/2021, điều 24", "điều 24"),
        ("Không có ngày sinh thì không biết khi nào trẻ đủ 16 tuổi.", "16 tuổi"),
        ("4 giường trống, 1 giường tạm đóng", "1 giường"),
        ("dưới 1 tuổi · thôn Chang Nà", "thôn Chang Nà"),
    ],
)
def test_a_number_stays_with_its_word_and_a_short_part_in_one_piece(text: str, together: str) -> None:
    assert together.replace(" ", "\u00a0") in unbroken(text, lambda _part: True)
    assert unbroken(text, lambda _part: False) == text
    assert len(unbroken(text, lambda _part: True)) == len(text)


def painted(qtbot: QtBot, words: str, width: int) -> QImage:
    text = Text(words, wrap=True)
    qtbot.addWidget(text)
    text.resize(width, text.heightForWidth(width))
    return text.grab().toImage()


@pytest.mark.parametrize("width", range(90, 220, 10))
def test_the_dot_between_two_parts_is_not_seen_where_a_line_was_broken(qtbot: QtBot, width: int) -> None:
    """Nor is any other letter gone: the picture is that of the lines by themselves."""
    parts = "khuyết tật · mồ côi · thôn Khe Lặc"
    text = Text(parts, wrap=True)
    qtbot.addWidget(text)
    lines = lines_of(text, width)
    bare = [line.removesuffix("·").strip() for line in lines]
    assert painted(qtbot, parts, width) == painted(qtbot, "\n".join(bare), width)
    assert [line.endswith(" ·") for line in lines] == [True] * (len(lines) - 1) + [False]


def test_a_dot_inside_a_line_or_at_the_end_of_all_is_seen() -> None:
    assert dangling_dot("a · b", 0, 4) == 2
    assert [dangling_dot("a · b", 0, 5), dangling_dot("a ·", 0, 3), dangling_dot("·  b", 0, 2)] == [None] * 3


def test_what_does_not_fit_a_line_breaks_at_its_spaces(qtbot: QtBot) -> None:
    """And not in the middle of a word, as a part without any space would."""
    text = Text("Ngôi nhà Ánh Dương · x", wrap=True)
    qtbot.addWidget(text)
    assert lines_of(text, 70) == ["Ngôi nhà", "Ánh", "Dương · x"]


def table_of(qtbot: QtBot, cell: Cell, *, width: int, three_below: int = 0) -> PagedTable:
    model: PagedTableModel[Line] = PagedTableModel(
        [Column("x", lambda _row: cell, 1)], lambda ids: [Line(i) for i in ids]
    )
    table = PagedTable(model, "x", two_lines=True, three_below=three_below)
    qtbot.addWidget(table)
    table.resize(width, 300)
    table.show()
    model.show(["1"])
    return table


@pytest.mark.parametrize(
    ("cell", "width", "three_below", "cut"),
    [
        (Cell(LONG), 700, 0, False),
        (Cell(LONG), 420, 0, False),
        (Cell(LONG), 260, 0, True),
        (Cell(LONG), 300, 400, False),
        (Cell("Trần Nhì Múi", LONG), 420, 0, True),
        (Cell("Trần Nhì Múi", LONG), 420, 500, False),
        (Cell("đã có biện pháp", tone=Tone.GOOD), 200, 0, False),
        (Cell("đã có biện pháp", tone=Tone.GOOD), 110, 0, True),
    ],
)
def test_a_cell_uses_the_lines_its_row_has_and_says_what_it_had_to_cut(
    qtbot: QtBot, cell: Cell, width: int, three_below: int, cut: bool
) -> None:
    table = table_of(qtbot, cell, width=width, three_below=three_below)
    rect = table.visualRect(table.model().index(0, 0))
    assert rect.height() == (THREE_LINES if width < three_below else TWO_LINES)
    delegate = table.itemDelegate()
    assert isinstance(delegate, RowDelegate)
    assert delegate.cut_text(0, 0, rect) == ("\n".join(filter(None, cell[:2])) if cut else "")
    assert bool(cut_texts(table.window())) is cut


def test_one_word_wider_than_its_cell_ends_in_an_ellipsis(qtbot: QtBot) -> None:
    table = table_of(qtbot, Cell("x" * 80), width=200)
    delegate = table.itemDelegate()
    assert isinstance(delegate, RowDelegate)
    assert delegate.cut_text(0, 0, QRect(0, 0, 200, TWO_LINES)) == "x" * 80


@pytest.mark.parametrize("way", [ENROL, TRAINING, RESTORE])
@pytest.mark.parametrize("language", ["vi", "en"])
def test_the_first_start_fits_the_smallest_screen(qtbot: QtBot, tmp_path: Path, language: Language, way: str) -> None:
    set_language(language)
    window = OpeningWindow(Profile(tmp_path), SystemClock())
    qtbot.addWidget(window)
    page = window.page
    assert isinstance(page, FirstRunPage)
    page.choose(way)
    window.resize(round(SCREEN.width() / SCALED), round(SCREEN.height() / SCALED))
    window.show()
    QApplication.processEvents()
    QApplication.processEvents()
    assert cut_texts(window) == []
    page.body.setSpacing(80)  # and of a page that does not fit, that is said
    for _turn in range(3):
        QApplication.processEvents()
    assert cut_texts(window) == [f"{page.title.plain} (does not fit)"]


def holding(widget: QWidget, width: int) -> QWidget:
    holder = QWidget()
    widget.setParent(holder)
    widget.setGeometry(0, 0, width, 30)
    return holder


def chosen() -> Choice:
    choice = Choice("", [("a", "Người chăm sóc: quan hệ với trẻ")])
    choice.set_value("a")
    return choice


def asking() -> QLineEdit:
    return LineEdit("x", placeholder="Gõ tên, có dấu hoặc không dấu…")


@pytest.mark.parametrize(
    "build", [lambda: Text("Số định danh cá nhân", bold=True), lambda: Chip("đã có biện pháp"), chosen, asking]
)
def test_cut_words_are_found(qtbot: QtBot, build: Callable[[], QWidget]) -> None:
    for width, is_cut in ((400, False), (90, True)):
        holder = holding(build(), width)
        qtbot.addWidget(holder)
        holder.resize(420, 40)
        holder.show()
        assert bool(cut_texts(holder)) is is_cut


@pytest.mark.parametrize(("width", "is_torn"), [(120, False), (60, True)])
def test_a_number_torn_over_two_lines_is_found(qtbot: QtBot, width: int, is_torn: bool) -> None:
    holder = holding(Text("Số định danh 022312711947", wrap=True), width)
    qtbot.addWidget(holder)
    holder.resize(200, 60)
    holder.show()
    assert bool(cut_texts(holder)) is is_torn


def test_beside_a_hidden_field_there_is_no_hole(qtbot: QtBot) -> None:
    form = Form()
    for name in ("mother", "mother_status", "father", "father_status"):
        form.add(name, FieldRow(name, LineEdit(name)))
    qtbot.addWidget(form)
    form.resize(700, 300)
    form.show()
    half = form.row("father_status").width()
    form.show_row("father", False)
    QApplication.processEvents()
    assert form.row("father_status").width() > 2 * half
    assert form.row("father_status").x() == 0
    form.show_row("father", True)
    QApplication.processEvents()
    assert form.row("father_status").width() == half


def test_chips_before_names_stand_in_one_column(qtbot: QtBot) -> None:
    chips = [Chip("Cao · trong tuần"), Chip("Trung bình · trong tuần")]
    widest = max(chip.sizeHint().width() for chip in chips)
    rows = [ListRow("Đặng Thị Hoà").lead_chip(chip, width=widest) for chip in chips]
    left = []
    for row in rows:
        qtbot.addWidget(row)
        row.resize(600, 40)
        row.show()
        name = next(line for line in row.findChildren(RichLine) if line.plain == "Đặng Thị Hoà")
        left.append(name.mapTo(row, name.rect().topLeft()).x())
    assert left[0] == left[1]
    assert all(chip.width() == chip.sizeHint().width() for chip in chips)


def test_runs_of_a_line_keep_their_fonts_where_spaces_are_bound(qtbot: QtBot) -> None:
    line = RichLine([Run("Lương Minh Phúc", bold=True), Run("  dưới 1 tuổi · thôn Chang Nà")])
    qtbot.addWidget(line)
    assert lines_of(line, 280) == ["Lương Minh Phúc  dưới 1 tuổi ·", "thôn Chang Nà"]
    assert line.testAttribute(Qt.WidgetAttribute.WA_WState_Hidden)
