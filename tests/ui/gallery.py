"""Every widget on sample pages, drawn to PNG files for a person to judge: python -m tests.ui.gallery DIR."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtWidgets import QApplication, QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.ui import shots
from commune_desk.ui.dialogs.message import Message, bug_dialog, question
from commune_desk.ui.main_window import PageEntry, Shell
from commune_desk.ui.models.paged import Cell, Column, PagedTableModel
from commune_desk.ui.theme import Scheme
from commune_desk.ui.widgets import (
    Avatar,
    BedTile,
    Card,
    ChartPoint,
    Chip,
    Choice,
    CompareRow,
    CompareTable,
    DateField,
    EmptyState,
    Entry,
    FieldRow,
    Flow,
    Form,
    LineEdit,
    LinkButton,
    ListRow,
    MiniChart,
    MultiChoice,
    NoticeBar,
    Page,
    PagedTable,
    PrimaryButton,
    ProgressRow,
    RadioRow,
    RichLine,
    Run,
    SecondaryButton,
    Size,
    TabBar,
    Text,
    TextEdit,
    TileGrid,
    Timeline,
    Tone,
    TwoColumns,
    Version,
)


def today() -> QWidget:
    page = Page("Hôm nay, thứ Hai 23/11/2026", "2 thời hạn sắp hết, 5 lần thăm đến hạn, 1 việc cần quyết định")
    page.add_action(SecondaryButton("Tiếp nhận thông tin", "file-warning"))
    page.add_action(PrimaryButton("Ghi thăm hộ", "plus"))
    columns = TwoColumns()
    page.add(columns)
    clocks = Card("Thời hạn theo luật", "clock", aside="đang chạy, kể cả khi mất mạng")
    clocks.add(
        ListRow(
            "Biện pháp khẩn cấp",
            "· Tổng đài 111 báo lúc 23:40 hôm qua",
            second="Bé gái khoảng 9 tuổi, thôn Nà Ếch · Nghị định 56, điều 26 · hết hạn 11:40",
            trailing=PrimaryButton("Xử lý"),
        )
        .lead("02 giờ 10", icon="alert-triangle", ink="danger")
        .tinted()
    )
    clocks.add(
        ListRow(
            "Kế hoạch hỗ trợ, can thiệp",
            "· Trẻ Mẫu Ẫ Ặ Ể, 12 tuổi",
            second="Chờ Chủ tịch ký · Nghị định 56, điều 28 · hết hạn 24/11",
            trailing=SecondaryButton("Mở hồ sơ"),
        ).lead("1 ngày LV", icon="clock", ink="warning")
    )
    columns.main.addWidget(clocks)
    visits = Card("Thăm hộ đến hạn", "calendar", action=LinkButton("In lộ trình trong ngày"))
    for text, tone, icon, name, where in (
        ("Cao · quá 2 ngày", Tone.DANGER, "alert-triangle", "Đặng Thị Hoà", "14 tuổi · thôn Khe Lặc"),
        ("Trung bình · hôm nay", Tone.WARNING, "", "Mẫu Thị Ễ", "7 tuổi · bản Sông Moóc"),
        ("Thấp · trong tuần", Tone.GOOD, "", "Mẫu Văn Ự", "10 tuổi · khu Bình Quyền"),
    ):
        row = ListRow(name, where, aside="lần trước 14/11").lead_chip(Chip(text, tone, icon)).clickable()
        visits.add(row)
    columns.main.addWidget(visits)
    sent = Card("Tỉnh chuyển xuống", "phone")
    sent.add(
        ListRow(
            "1800.1769 · 06:15",
            chips=[Chip("chưa nhận", Tone.DANGER)],
            second="Trẻ bỏ nhà, nghi bị rủ qua biên giới, thôn Đồng Mô",
            trailing=SecondaryButton("Nhận"),
        )
    )
    columns.side.addWidget(sent)
    decide = Card("Cần quyết định", "refresh")
    decide.add(
        ListRow(
            "Số điện thoại người chăm sóc",
            second="Trẻ Mẫu: hai cán bộ sửa khác nhau",
            trailing=SecondaryButton("Xem"),
        )
    )
    columns.side.addWidget(decide)
    stays = Card("Lưu trú sắp hết hạn", "home")
    stays.add(
        ListRow(
            "QN-06838-2026-A1-0031",
            chips=[Chip("còn 3 ngày", Tone.WARNING)],
            second="Đang được bảo vệ, liên hệ tỉnh · cách ly 15 ngày",
        )
    )
    columns.side.addWidget(stays)
    money = Card("Đỡ đầu tháng 11", "hand-heart")
    money.add(ListRow("", "3 khoản đến hạn · 1.500.000 đồng", trailing=LinkButton("Ghi nhận")))
    columns.side.addWidget(money)
    return page


def _child_header() -> QWidget:
    header = QWidget()
    line = QHBoxLayout(header)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(12)
    line.addWidget(Avatar("HO"))
    words = QVBoxLayout()
    words.setSpacing(3)
    name = Flow(RichLine([Run("Đặng Thị Hoà", bold=True)], size=Size.TITLE), gap=8)
    name.add(Text("nữ · 14 tuổi (03/02/2012) · Dao · thôn Khe Lặc", ink="quiet"))
    words.addWidget(name)
    words.addWidget(
        Flow(
            Chip("Nguy cơ cao", Tone.DANGER, "alert-triangle"),
            Chip("Mồ côi cả cha và mẹ"),
            Chip("Bỏ học kiếm sống"),
            Chip("Rà soát kế hoạch: còn 6 ngày", Tone.WARNING, "clock"),
        )
    )
    line.addLayout(words, 1)
    return header


def child() -> QWidget:
    page = Page()
    page.set_header(_child_header())
    page.add_action(SecondaryButton("In", "printer"))
    page.add_action(SecondaryButton("Chuyển tuyến"))
    page.add_action(PrimaryButton("Ghi thăm hộ", "plus"))
    tabs = TabBar("Hồ sơ trẻ")
    for key in ("Dòng thời gian", "Lý lịch", "Gia đình", "Hồ sơ can thiệp", "Thăm hộ 23", "Lưu trú 1", "Đỡ đầu 2"):
        tabs.add(key, key)
    page.add_above(tabs)
    columns = TwoColumns()
    page.add(columns)
    story = Card("Dòng thời gian", "history")
    body = "Cháu ở với bà ngoại, bà nằm viện từ hôm qua. Cháu nói muốn học lại lớp 8, ẪẶỂỖỢỰ."
    story.add_padded(
        Timeline(
            [
                Entry("a", "Thăm hộ", "hôm nay 08:20 · cán bộ xã", body, "chưa gửi", Tone.WARNING, "", Tone.WARNING),
                Entry(
                    "b", "Chuyển tuyến", "18/11 · trường PTDTBT THCS", "Nhà trường nhận lại.", "đã phản hồi", Tone.GOOD
                ),
                Entry("c", "Nhận tiền đỡ đầu", "05/11 · Mẹ đỡ đầu, Hội LHPN", "500.000 đồng, biên nhận số 118."),
                Entry(
                    "d",
                    "Biện pháp khẩn cấp",
                    "14/10 02:05 · trong 3 giờ 25 phút",
                    "Nơi ở không hiển thị ở cấp xã.",
                    tone=Tone.DANGER,
                ),
                Entry(
                    "e",
                    "Tiếp nhận thông tin",
                    "13/10 22:40 · 111",
                    "Nội dung đã niêm phong.",
                    link="Xem (ghi lý do)",
                    tone=Tone.DANGER,
                ),
                Entry("f", "Vào sổ", "02/03/2024 · nhập từ danh sách của xã"),
            ]
        )
    )
    columns.main.addWidget(story)
    family = Card("Gia đình", "users")
    family.add(ListRow("Bàn Thị Mẫu", "bà ngoại, 67 tuổi", second="người chăm sóc · 0912 345 678"))
    family.add(ListRow("Đặng A Mẫu", "em trai, 9 tuổi", chips=[Chip("có hồ sơ")]))
    columns.side.addWidget(family)
    following = Card("Việc tiếp theo", "check")
    following.add(ListRow("", "Gặp nhà trường, xếp lớp 8").lead("27/11", ink="warning", width=70))
    following.add(ListRow("", "Rà soát kế hoạch (Mẫu 06)").lead("29/11", width=70))
    columns.side.addWidget(following)
    risk = Card("Nguy cơ qua các lần thăm", "bar-chart")
    levels = ("Thấp", "TB", "Cao")
    risk.add_padded(MiniChart(levels, [ChartPoint(n, levels[n]) for n in (1, 1, 2, 2, 2, 1, 2)], name="Nguy cơ"))
    columns.side.addWidget(risk)
    return page


def shelter() -> QWidget:
    page = Page("Ngôi nhà Ánh Dương", "9 người đang tạm lánh, 5 giường trống, 1 giữ chỗ · ca sáng: 2 việc thuốc")
    page.add_action(SecondaryButton("Sổ bàn giao ca", "file-text"))
    page.add_action(PrimaryButton("Tiếp nhận (90 giây)", "plus"))
    tabs = TabBar("Ngôi nhà Ánh Dương")
    for key in ("Sơ đồ giường", "Theo tuần", "Người tạm lánh", "Cuộc gọi 1800.1769"):
        tabs.add(key, key)
    page.add_above(tabs)
    board = TileGrid()
    page.add(board)
    for bed, title, detail, chip, tone, free in (
        ("A1", "Hoa Sen", "14 tuổi · đêm thứ 3", "còn 12/15", Tone.WARNING, False),
        ("A2", "Hoa Mai + 1 con", "mẹ và bé 2 tuổi · đêm thứ 6", "82/92 ngày", Tone.GOOD, False),
        ("A3", "Trống", "Bấm để tiếp nhận", "trống", Tone.OUTLINE, True),
        ("A4", "Hoa Cúc", "9 tuổi · đêm thứ 1", "thuốc 08:30", Tone.DANGER, False),
        ("B1", "Giữ chỗ", "Công an đưa đến lúc 10:00", "giữ", Tone.NOTE, True),
        ("B2", "Hoa Đào", "31 tuổi · đêm thứ 9", "78/92 ngày", Tone.GOOD, False),
        ("C1 cách ly", "Hoa Lan", "27 tuổi · đêm thứ 2", "theo dõi sốt", Tone.WARNING, False),
    ):
        board.add(BedTile(bed, title, detail, chip=chip, chip_tone=tone, is_free=free))
    shift = Card("Trong ca này", "clock")
    shift.add(
        ListRow("", "Hoa Cúc: thuốc hạ sốt, liều 2/3", trailing=SecondaryButton("Đã cho uống")).lead(
            "08:30", ink="danger"
        )
    )
    shift.add(ListRow("", "Hoa Sen: rà soát ngày thứ 3", trailing=SecondaryButton("Ghi")).lead("09:00", ink="warning"))
    page.add(shift)
    return page


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
            CompareRow("carer", "Người chăm sóc chính", "Mẹ", (None, Version("1", "Dì ruột, Mẫu Thị Ỗ"), None)),
        ],
    )
    table.choose("phone", "1")
    conflict.add(table)
    foot = QWidget()
    line = QHBoxLayout(foot)
    line.setContentsMargins(14, 7, 14, 7)
    line.addWidget(SecondaryButton("Nhập giá trị khác…"))
    line.addWidget(Text("Giá trị không chọn vẫn còn trong lịch sử.", size=Size.SMALL, ink="quiet"), 1)
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
    day = DateField()
    day.set_value("2026-11-23")
    fields.add("day", FieldRow("Ngày thăm", day, required=True))
    birth = DateField(partial=True)
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
            Column("Lần thăm cuối", lambda r: Cell("14/11/2026"), width=130, right=True),
        ],
        lambda ids: [SampleRow(i, f"Nguyễn Ẫ Mẫu {i}", "thôn Khe Lặc", risks[int(i) % 3]) for i in ids],
    )
    model.show([str(n) for n in range(4000)])
    table = PagedTable(model, "Danh sách trẻ", two_lines=True)
    table.select_id("1")
    card = Card("Danh sách", "list", aside="lọc: đang theo dõi")
    card.add_filling(table)
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


PAGES: dict[str, Callable[[], QWidget]] = {
    "today": today,
    "child": child,
    "shelter": shelter,
    "sync": sync,
    "form": form,
    "register": register,
    "empty": empty,
}


def in_shell(key: str) -> Shell:
    shell = Shell(
        [
            PageEntry("today", "Hôm nay", "sun", PAGES["today"], 7, Tone.DANGER),
            PageEntry("register", "Sổ trẻ em", "users", PAGES["register"]),
            PageEntry("child", "Hồ sơ trẻ", "user", PAGES["child"]),
            PageEntry("form", "Tiếp nhận tin", "file-warning", PAGES["form"], 2, Tone.DANGER),
            PageEntry("shelter", "Ngôi nhà Ánh Dương", "home", PAGES["shelter"]),
            PageEntry("empty", "Đỡ đầu", "hand-heart", PAGES["empty"], 3),
            PageEntry("sync", "Đồng bộ", "refresh", PAGES["sync"], 1),
        ],
        place="Xã Bình Liêu",
    )
    shell.set_sync("Chờ gửi: 3 phiếu · lần cuối 07:42", Tone.WARNING)
    shell.set_officer("Cán bộ Mẫu", "Cán bộ bảo vệ trẻ em")
    shell.show_page(key)
    return shell


def draw(app: QApplication, out: Path) -> None:
    for key in PAGES:
        with shots.dressed(app, "vi"):
            for scale, suffix in ((1.0, ""), (shots.SCALED, "-125")):
                shell = in_shell(key)
                shots.grab(shell, out / f"{key}{suffix}.png", scale=scale)
                shell.close()
    with shots.dressed(app, "vi", Scheme.DARK):
        for key in ("today", "form"):
            shell = in_shell(key)
            shots.grab(shell, out / f"{key}-dark.png")
            shell.close()
    with shots.dressed(app, "vi"):
        ask = question(
            None, Message("Cho trẻ rời cơ sở?", "Giường A1 sẽ trống.", Tone.WARNING), "Cho rời", is_dangerous=True
        )
        shots.grab_own_size(ask, out / "question.png")
        shots.grab_own_size(bug_dialog(None, lambda: None), out / "bug.png")


if __name__ == "__main__":
    draw(QApplication(sys.argv), Path(sys.argv[1]))
