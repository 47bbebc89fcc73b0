"""Lists as offices keep them: no child is lost without a word, and nothing that is no child becomes one."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import xlsxwriter

from commune_desk.domain.lists.cells import BIRTH_DATE_MISSING, ID_LOST_DIGITS, Cell
from commune_desk.domain.lists.rows import BROKEN_LETTERS, OTHER_TABLE, UNTITLED
from commune_desk.presenters.lists.page import ImportPage
from commune_desk.store.lists import import_rows
from commune_desk.store.lists.import_rows import StagedRow, View
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_source import look_into
from tests.helpers.lists import read

Rows = Sequence[Sequence[Cell]]
HEADER = ("STT", "Họ và tên", "Ngày sinh", "Người chăm sóc", "Ghi chú")


def sheet_of(path: Path, rows: Rows) -> Path:
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for number, row in enumerate(rows):
            sheet.write_row(number, 0, row)
    return path


def staged(workplace: Workplace, path: Path) -> dict[int, StagedRow]:
    """The rows that count as children, by their number in Excel."""
    import_id = read(workplace, path)
    numbers = workplace.read(lambda c: import_rows.row_numbers(c, import_id, View.ALL))
    return {one.row: one for one in workplace.read(lambda c: import_rows.rows_numbered(c, import_id, numbers))}


def problems(row: StagedRow) -> list[str]:
    return [problem.text for problem in row.payload.problems]


def test_a_child_beside_the_words_of_a_closing_line_comes_in(workplace: Workplace, tmp_path: Path) -> None:
    children = [
        (1, "Lý Thị Một", "2016", None, "Bỏ học từ ngày 5 tháng 6 năm 2025"),
        (2, "Lý Thị Hai", "2016", None, "Xác nhận khuyết tật nặng"),
        (3, "Lý Thị Ba", "2016", "Cán bộ xã"),
        (4, "Lý Thị Bốn", "2016", "Chủ tịch xã"),
        (5, "Tống Cộng Hoà", "2016"),
    ]
    rows = staged(workplace, sheet_of(tmp_path / "list.xlsx", [HEADER, *children]))
    assert [row.payload.name for row in rows.values()] == [child[1] for child in children]


def test_a_given_name_that_reads_like_a_total_is_a_name(workplace: Workplace, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "list.xlsx", [("STT", "Họ đệm", "Tên", "Ngày sinh"), (1, "Nguyễn Văn", "Công", "2015")])
    assert [row.payload.name for row in staged(workplace, path).values()] == ["Nguyễn Văn Công"]


def test_who_signs_below_the_list_is_no_child(workplace: Workplace, tmp_path: Path) -> None:
    closing: Rows = [
        ("Tổng cộng: 1 trẻ",),
        (None, None, None, "Bình Liêu, ngày 12 tháng 3 năm 2026"),
        (None, "NGƯỜI LẬP BIỂU", None, "TM. UỶ BAN NHÂN DÂN"),
        (None, "(Ký, ghi rõ họ tên)", None, "(Ký, đóng dấu)"),
        (),
        (None, "Hoàng Văn Sinh", None, "Trần Thị Lan"),
        (2, "Lý Thị Sau", "2017"),
    ]
    path = sheet_of(tmp_path / "list.xlsx", [HEADER, (1, "Lý Thị Mẩy", "2016"), *closing])
    assert [row.payload.name for row in staged(workplace, path).values()] == ["Lý Thị Mẩy", "Lý Thị Sau"]


def test_a_village_with_its_count_is_a_heading(workplace: Workplace, tmp_path: Path) -> None:
    lines: Rows = [("I", "Thôn Khe Lặc", None, "15 trẻ"), (1, "Lý Thị A", "2016"), ("Bản 2:", None, None, 3)]
    path = sheet_of(tmp_path / "list.xlsx", [HEADER, *lines, (2, "Lý Thị B", "2016")])
    children = [row.payload.child for row in staged(workplace, path).values()]
    assert [(child.full_name, child.village) for child in children if child] == [
        ("Lý Thị A", "Thôn Khe Lặc"),
        ("Lý Thị B", "Bản 2"),
    ]


def test_a_first_child_that_reads_like_titles_is_no_header(workplace: Workplace, tmp_path: Path) -> None:
    titles = ("STT", "Họ và tên", "Giới tính", "Thôn", "Hoàn cảnh")
    path = sheet_of(tmp_path / "list.xlsx", [titles, (1, "Lý Thị Mẩy", "Nữ", "Thôn 2", "Hộ nghèo")])
    (only,) = staged(workplace, path).values()
    assert only.payload.child is not None
    assert (only.payload.child.sex, only.payload.child.groups) == ("female", ("NGCO01",))
    path = sheet_of(tmp_path / "names.xlsx", [titles[1:], ("Lý Thị Mẩy", "Nữ", "Thôn hai", "Hộ nghèo")])
    assert [row.payload.name for row in staged(workplace, path).values()] == ["Lý Thị Mẩy"]


def test_a_header_of_three_lines(workplace: Workplace, tmp_path: Path) -> None:
    lines: Rows = [
        ("STT", "Thông tin trẻ em", None, None, None, "Người chăm sóc", None),
        (None, "Họ và tên", "Ngày, tháng, năm sinh", None, None, "Họ và tên", "SĐT"),
        (None, None, "Ngày", "Tháng", "Năm", None, None),
        (1, 2, 3, 4, 5, 6, 7),
        (1, "Lý Thị Mẩy", 5, 6, 2016, "Chíu Thị Múi", "0912345678"),
    ]
    (only,) = staged(workplace, sheet_of(tmp_path / "list.xlsx", lines)).values()
    child = only.payload.child
    assert child is not None
    assert (child.birth_date, child.caregiver_name, child.phone) == ("2016-06-05", "Chíu Thị Múi", "0912345678")


def test_the_same_titles_on_the_next_page_are_passed_over(workplace: Workplace, tmp_path: Path) -> None:
    path = sheet_of(tmp_path / "list.xlsx", [HEADER, (1, "Lý Thị A", "2016"), HEADER, (2, "Lý Thị B", "2016")])
    assert [row.payload.name for row in staged(workplace, path).values()] == ["Lý Thị A", "Lý Thị B"]


def test_another_table_is_never_read_with_the_columns_of_the_first(workplace: Workplace, tmp_path: Path) -> None:
    first: Rows = [("STT", "Họ và tên", "Thôn", "Họ tên cha", "Họ tên mẹ"), (1, "Lý Thị A", "Nà Ếch", "Lý A", "Vi B")]
    gap: Rows = [()] * 60
    other: Rows = [
        ("STT", "Họ và tên", "Họ tên cha", "Họ tên mẹ", "Thôn"),
        (1, "Lý Văn Bốn", "Lý C", "Vi D", "Khe Lặc"),
    ]
    path = sheet_of(tmp_path / "list.xlsx", [*first, *gap, *other])
    rows = staged(workplace, path)
    assert rows.pop(2).payload.child is not None
    assert [(number, problems(row)) for number, row in rows.items()] == [(63, [OTHER_TABLE]), (64, [OTHER_TABLE])]
    page = ImportPage(workplace)
    page.found(page.look(path)())
    assert "62-62" in dict(page.columns_view().headers)
    page.found(page.with_header("62-62")())
    reading = page.reading()
    while not reading.step().is_over:
        pass
    (only,) = workplace.read(lambda c: import_rows.rows_numbered(c, reading.import_id, [64]))
    assert only.payload.child is not None
    assert (only.payload.child.village, only.payload.child.mother_name) == ("Khe Lặc", "Vi D")


def test_an_id_number_that_was_rounded_is_never_taken_for_one(workplace: Workplace, tmp_path: Path) -> None:
    titles = ("STT", "Họ và tên", "Ngày sinh", "Số định danh")
    lines: Rows = [
        (1, "Lý Thị A", "2016", 22316000000),
        (2, "Lý A B", "2016", 22216100000),
        (3, "Vi C", "2016", 1.23e11),
    ]
    whole = (4, "Vi D", "2016", "022316100000")
    rows = list(staged(workplace, sheet_of(tmp_path / "list.xlsx", [titles, *lines, whole])).values())
    assert [problems(row) for row in rows] == [[ID_LOST_DIGITS]] * 3 + [[]]


def test_words_that_say_there_is_nothing_refuse_nobody(workplace: Workplace, tmp_path: Path) -> None:
    titles = ("STT", "Họ và tên", "Ngày sinh", "Số định danh", "SĐT")
    path = sheet_of(tmp_path / "list.xlsx", [titles, (1, "Lý Thị A", "không rõ", "Chưa có", "không")])
    (only,) = staged(workplace, path).values()
    assert only.payload.child is not None
    assert (only.payload.child.id_number, only.payload.child.phone, only.payload.child.note) == (None, None, None)
    assert problems(only) == [BIRTH_DATE_MISSING]


def test_letters_that_a_text_file_lost_are_named_and_the_rest_is_read(workplace: Workplace, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    whole = "STT;Họ và tên;Ngày sinh\n1;Lý Thị Mẩy;2016\n2;Đặng Thị Ngân;2016\n".encode()
    path.write_bytes(whole.replace("ặ".encode(), "ặ".encode()[:2]))
    first, second = staged(workplace, path).values()
    assert (first.payload.name, problems(first)) == ("Lý Thị Mẩy", [])
    assert problems(second) == [BROKEN_LETTERS]


def test_a_zero_byte_makes_no_list_utf_16(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_bytes(("STT;Họ và tên;Ngày sinh\n" + "1;Lý Thị Mẩy;2016\n" * 20 + "2;Lý\0 A;2016\n").encode())
    assert look_into(path).header is not None


def test_what_an_unquoted_separator_pushes_out_is_named(workplace: Workplace, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text(
        "STT,Họ và tên,Ngày sinh,Thôn\n1,Lý Thị Mẩy,2016,Khe Lặc, xã Bình Liêu\n2,Lý A,2016,Nà Ếch\n", "utf-8"
    )
    first, second = staged(workplace, path).values()
    assert (problems(first), first.payload.problems[0].params) == ([UNTITLED], {"value": "xã Bình Liêu"})
    assert problems(second) == []
