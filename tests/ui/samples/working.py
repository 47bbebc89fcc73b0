"""Sample pages that are worked in: sync, a form, the register, an empty page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from PySide6.QtWidgets import QHBoxLayout, QWidget

from commune_desk.ui.models.paged import Cell, Column, PagedTableModel
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.compare import CompareRow, CompareTable, Version
from commune_desk.ui.widgets.dates import DateField
from commune_desk.ui.widgets.fields import LineEdit
from commune_desk.ui.widgets.flow import Flow
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import EmptyState, NoticeBar, ProgressRow
from commune_desk.ui.widgets.options import MultiChoice, RadioRow
from commune_desk.ui.widgets.page import Page, TwoColumns
from commune_desk.ui.widgets.rows import ListRow
from commune_desk.ui.widgets.table import PagedTable
from commune_desk.ui.widgets.text import Text
from commune_desk.ui.widgets.text_edit import TextEdit


def today() -> date:
    return date(2026, 11, 23)


def sync() -> QWidget:
    page = Page("Đồng bộ", "Gửi được khi có mạng hoặc qua USB. Không có gì bị bỏ.")
    columns = TwoColumns()
    page.add(columns)
    conflict = Card("Cần quyết định: Trẻ Mẫu, 12 tuổi, thôn Nà Ếch", "alert-triangle", tone="warning")
    table = CompareTable(
        ["Cán bộ A · 21/11 09:10 · máy này", "Cán bộ B · 21/11 16:45 · máy 2", "Cơ sở · 21/11 17:00"],
        [
            CompareRow(
                "phone",
                "Điện thoại người chăm sóc",
                "0987 111 222",
                (Version("1", "0987 111 223"), Version("2", "0366 404 505"), Version("3", "0366 404 550")),
            ),
            CompareRow("carer", "Người chăm sóc chính", "Mẹ", (*map(Version, "123", ("Dì ruột", "Mẹ", "")),)),
        ],
    )
    table.choose("phone", "1")
    conflict.add(table)
    foot = QWidget()
    line = QHBoxLayout(foot)
    line.setContentsMargins(14, 7, 14, 7)
    line.addWidget(SecondaryButton("Nhập giá trị khác…"))
    line.addWidget(Text("Giá trị không chọn vẫn còn trong lịch sử.", size=Size.SMALL, ink="quiet", wrap=True), 1)
    line.addWidget(PrimaryButton("Quyết định"))
    conflict.add(foot)
    columns.main.addWidget(conflict)
    waiting = Card("Chờ gửi", "refresh")
    waiting.add(ListRow("3 phiếu", "thăm hộ 2, tiếp nhận 1 · 1,1 KB", aside="khoảng 2 giây"))
    photo = ProgressRow("1 ảnh", detail="640 KB · gửi sau chữ · 38 %")
    photo.set_progress(38, 100)
    waiting.add(photo)
    columns.main.addWidget(waiting)
    proven = Card("Đã có biên nhận của tỉnh", "shield")
    proven.add_padded(
        Text(
            "Lần thử gần nhất 07:42: không tới được máy chủ tỉnh (mạng có, trang lạ trả lời). Tự thử lại lúc 07:58.",
            ink="quiet",
            wrap=True,
        )
    )
    columns.side.addWidget(proven)
    usb = Card("Chuyển qua USB", "usb")
    usb.add_padded(Flow(SecondaryButton("Ghi ra USB"), SecondaryButton("Nhận từ USB"), gap=10))
    columns.side.addWidget(usb)
    columns.side.addWidget(Flow(PrimaryButton("Đồng bộ ngay"), SecondaryButton("Tạm dừng"), gap=10))
    return page


def form() -> QWidget:
    page = Page("Ghi thăm hộ", "Đặng Thị Hoà, 14 tuổi, thôn Khe Lặc")
    page.add_action(SecondaryButton("Bỏ"))
    page.add_action(PrimaryButton("Lưu", "save", shortcut="Ctrl+S"))
    page.add(NoticeBar("Bản nháp lúc 08:12 đã được mở lại.", Tone.NOTE, action="Bỏ bản nháp"))
    page.add(
        NoticeBar(
            "Không ghi được lên đĩa. Những gì đã lưu vẫn còn nguyên; hãy giải phóng chỗ rồi lưu lại.", Tone.DANGER
        )
    )
    card = Card("Phiếu thăm hộ", "home")
    fields = Form()
    day = DateField(today=today)
    day.set_value("2026-11-23")
    fields.add("day", FieldRow("Ngày thăm", day, required=True))
    birth = DateField(partial=True, today=today)
    birth.setText("31/02/2012")
    fields.add("birth", FieldRow("Ngày sinh", birth, hint="Ngày, tháng hoặc chỉ năm"))
    name = LineEdit()
    name.setText("NGUYỄN THỊ ẪẶỂỖỢỰ")
    fields.add("name", FieldRow("Họ và tên", name, required=True))
    group = Choice("", [("a", "Mồ côi cả cha và mẹ"), ("b", "Bị bỏ rơi")])
    fields.add("group", FieldRow("Nhóm hoàn cảnh", group))
    risk = RadioRow("Nguy cơ", [("low", "Thấp"), ("medium", "Trung bình"), ("high", "Cao")])
    risk.set_value("medium")
    fields.add("risk", FieldRow("Mức nguy cơ", risk, required=True))
    present = MultiChoice("Có mặt", [("c", "Trẻ"), ("m", "Mẹ"), ("f", "Cha"), ("g", "Ông bà"), ("o", "Người khác")])
    present.set_value(["c", "g"])
    fields.add("present", FieldRow("Người có mặt", present))
    note = TextEdit(lines=4)
    note.set_value("Cháu ở với bà ngoại, ẪẶỂỖỢỰ.\nDòng thứ hai ẪẶỂỖỢỰ.")
    fields.add("note", FieldRow("Nhận xét", note), wide=True)
    fields.set_errors({"birth": "Ngày này không có thật.", "group": "Hãy điền mục này."})
    card.add_padded(fields)
    page.add(card)
    return page


@dataclass(frozen=True)
class SampleRow:
    id: str
    name: str
    place: str
    risk: str


def register() -> QWidget:
    page = Page("Sổ trẻ em", "4.000 trẻ, xếp theo tên")
    page.add_action(SecondaryButton("Nhập danh sách", "upload"))
    page.add_action(PrimaryButton("Thêm trẻ", "user-plus"))
    tones = {"Cao": Tone.DANGER, "Trung bình": Tone.WARNING, "Thấp": Tone.GOOD}
    risks = list(tones)
    model = PagedTableModel[SampleRow](
        [
            Column("Họ và tên", lambda r: Cell(r.name, "mẹ: Mẫu Thị Ể", bold=True), stretch=3),
            Column("Nơi ở", lambda r: Cell(r.place, quiet=True), stretch=2),
            Column("Nguy cơ", lambda r: Cell(r.risk, tone=tones[r.risk]), width=130),
            Column("Lần thăm cuối", lambda r: Cell("14/11/2026"), width=130),
        ],
        lambda ids: [SampleRow(i, f"Nguyễn Ẫ Mẫu {i}", "thôn Khe Lặc", risks[int(i) % 3]) for i in ids],
    )
    model.show([str(n) for n in range(4000)])
    table = PagedTable(model, "Danh sách trẻ", two_lines=True)
    table.select_id("1")
    card = Card("Danh sách", "list", aside="lọc: đang theo dõi")
    card.add(table)
    card.column.setStretchFactor(table, 1)
    page.add(card, 1)
    return page


def empty() -> QWidget:
    page = Page("Đỡ đầu", "Chưa có khoản đỡ đầu nào")
    card = Card("Đỡ đầu", "hand-heart")
    card.add(
        EmptyState(
            "hand-heart",
            "Chưa có ai được đỡ đầu.",
            detail="Ghi lời hứa đỡ đầu hằng tháng; sổ sẽ nhắc khi đến hạn.",
            action="Thêm người đỡ đầu",
        )
    )
    page.add(card)
    return page
