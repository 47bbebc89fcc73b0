"""Sample pages that are read: today, a child, the beds."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.beds import BedTile
from commune_desk.ui.widgets.buttons import LinkButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import Avatar, Card
from commune_desk.ui.widgets.chart import ChartPoint, MiniChart
from commune_desk.ui.widgets.chip import Chip
from commune_desk.ui.widgets.flow import Flow, TileGrid
from commune_desk.ui.widgets.page import Page, TabBar, TwoColumns
from commune_desk.ui.widgets.rows import ButtonRow, ListRow
from commune_desk.ui.widgets.text import RichLine, Run, Text
from commune_desk.ui.widgets.timeline import Entry, Timeline


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
    columns.main.addWidget(_visits())
    for card in _waiting():
        columns.side.addWidget(card)
    return page


def _visits() -> Card:
    visits = Card("Thăm hộ đến hạn", "calendar", action=LinkButton("In lộ trình trong ngày"))
    for text, tone, icon, name, where in (
        ("Cao · quá 2 ngày", Tone.DANGER, "alert-triangle", "Đặng Thị Hoà", "14 tuổi · thôn Khe Lặc"),
        ("Trung bình · hôm nay", Tone.WARNING, "", "Mẫu Thị Ễ", "7 tuổi · bản Sông Moóc"),
        ("Thấp · trong tuần", Tone.GOOD, "", "Mẫu Văn Ự", "10 tuổi · khu Bình Quyền"),
    ):
        row = ButtonRow(name, where, aside="lần trước 14/11").lead_chip(Chip(text, tone, icon))
        visits.add(row)
    return visits


def _waiting() -> tuple[Card, ...]:
    sent = Card("Tỉnh chuyển xuống", "phone")
    sent.add(
        ListRow(
            "1800.1769 · 06:15",
            chips=[Chip("chưa nhận", Tone.DANGER)],
            second="Trẻ bỏ nhà, nghi bị rủ qua biên giới, thôn Đồng Mô",
            trailing=SecondaryButton("Nhận"),
        )
    )
    decide = Card("Cần quyết định", "refresh")
    decide.add(
        ListRow(
            "Số điện thoại người chăm sóc",
            second="Trẻ Mẫu: hai cán bộ sửa khác nhau",
            trailing=SecondaryButton("Xem"),
        )
    )
    stays = Card("Lưu trú sắp hết hạn", "home")
    stays.add(
        ListRow(
            "QN-06838-2026-A1-0031",
            chips=[Chip("còn 3 ngày", Tone.WARNING)],
            second="Đang được bảo vệ, liên hệ tỉnh · cách ly 15 ngày",
        )
    )
    money = Card("Đỡ đầu tháng 11", "hand-heart")
    money.add(ListRow("", "3 khoản đến hạn · 1.500.000 đồng", trailing=LinkButton("Ghi nhận")))
    return sent, decide, stays, money


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
    for card in _beside_the_story():
        columns.side.addWidget(card)
    return page


def _beside_the_story() -> tuple[Card, ...]:
    family = Card("Gia đình", "users")
    family.add(ListRow("Bàn Thị Mẫu", "bà ngoại, 67 tuổi", second="người chăm sóc · 0912 345 678"))
    family.add(ListRow("Đặng A Mẫu", "em trai, 9 tuổi", chips=[Chip("có hồ sơ")]))
    following = Card("Việc tiếp theo", "check")
    following.add(ListRow("", "Gặp nhà trường, xếp lớp 8").lead("27/11", ink="warning", width=70))
    following.add(ListRow("", "Rà soát kế hoạch (Mẫu 06)").lead("29/11", width=70))
    risk = Card("Nguy cơ qua các lần thăm", "bar-chart")
    levels = ("Thấp", "TB", "Cao")
    risk.add_padded(MiniChart(levels, [ChartPoint(n, levels[n]) for n in (1, 1, 2, 2, 2, 1, 2)], name="Nguy cơ"))
    return family, following, risk


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
