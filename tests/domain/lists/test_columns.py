"""Which row is the header, and what its titles mean."""

from __future__ import annotations

import unicodedata

import pytest

from commune_desk.domain.lists.cells import (
    Row,
)
from commune_desk.domain.lists.columns import Target, classify, group_target, guess_mapping, title_key
from commune_desk.domain.lists.header import find_header, header_at


@pytest.mark.parametrize(
    ("title", "target"),
    [
        ("STT", Target.IGNORE),
        ("Họ và tên", Target.FULL_NAME),
        ("HỌ TÊN TRẺ", Target.FULL_NAME),
        ("Họ tên học sinh", Target.FULL_NAME),
        ("Họ và tên đệm", Target.FAMILY_NAME),
        ("Ngày tháng năm sinh", Target.BIRTH_DATE),
        ("Ngày, tháng, năm sinh / Nữ", Target.BIRTH_FEMALE),
        ("Ngày, tháng, năm sinh / Năm", Target.BIRTH_YEAR),
        ("Giới tính / Nam", Target.SEX_MALE),
        ("Nam/Nữ", Target.SEX),
        ("Dân tộc", Target.ETHNICITY),
        ("DT", Target.ETHNICITY),
        ("ĐT", Target.PHONE),
        ("Số ĐDCN/CCCD", Target.ID_NUMBER),
        ("Thôn/bản/khu", Target.VILLAGE),
        ("Họ tên cha", Target.FATHER_NAME),
        ("Họ tên bố/mẹ", Target.CAREGIVER_NAME),
        ("Người chăm sóc / Quan hệ với trẻ", Target.CAREGIVER_RELATION),
        ("Quan hệ với chủ hộ", Target.IGNORE),
        ("Chủ hộ", Target.HOUSEHOLD_HEAD),
        ("SĐT", Target.PHONE),
        ("SĐT mẹ", Target.PHONE),
        ("Số CCCD của mẹ", Target.IGNORE),
        ("Năm sinh cha", Target.IGNORE),
        ("Hoàn cảnh", Target.GROUPS),
        ("Mồ côi cả cha và mẹ", group_target("HCDB01")),
        ("Trẻ em bị bỏ rơi", group_target("HCDB02")),
        ("Hộ nghèo", group_target("NGCO01")),
        ("Ghi chú", Target.NOTE),
        ("Chữ ký", Target.IGNORE),
        ("Abc", None),
    ],
)
def test_a_title_says_whose_and_what(title: str, target: str | None) -> None:
    assert classify(title) == target
    assert classify(title.upper()) == target
    assert classify(unicodedata.normalize("NFD", title)) == target


def test_what_the_officer_chose_before_is_remembered_in_any_spelling() -> None:
    remembered = {title_key("Mã trẻ"): str(Target.NOTE)}
    assert guess_mapping(["Họ tên", "MÃ TRẺ"], remembered) == {0: Target.FULL_NAME, 1: Target.NOTE}


def test_a_target_is_given_once_and_a_village_beats_an_address() -> None:
    mapping = guess_mapping(["Họ tên", "Địa chỉ", "Thôn", "SĐT", "SĐT mẹ"])
    assert mapping == {0: "full_name", 1: "ignore", 2: "village", 3: "phone", 4: "ignore"}


def test_nam_without_marks_beside_day_and_month_is_a_year() -> None:
    titles = ["Ho ten", "Ngay sinh / Ngay", "Ngay sinh / Thang", "Ngay sinh / Nam"]
    assert guess_mapping(titles)[3] == Target.BIRTH_YEAR


HEAD: list[Row] = [
    ("UBND XÃ BÌNH LIÊU", None, None, "CỘNG HOÀ XÃ HỘI CHỦ NGHĨA VIỆT NAM"),
    (),
    ("DANH SÁCH TRẺ EM CÓ HOÀN CẢNH ĐẶC BIỆT",),
]


def test_the_header_is_found_below_letterhead_and_title() -> None:
    rows = [*HEAD, ("STT", "Họ và tên", "Ngày sinh", "Dân tộc"), (1, "Lỷ A Sáng", "02/03/2015", "Sán Chỉ")]
    header = find_header(rows)
    assert header is not None
    assert (header.first_row, header.last_row, header.first_data_row) == (3, 3, 4)
    assert header.titles == ("STT", "Họ và tên", "Ngày sinh", "Dân tộc")


def test_two_lines_are_joined_and_numbering_is_skipped() -> None:
    rows: list[Row] = [
        *HEAD,
        ("STT", "Họ và tên", "Giới tính", None, "Người chăm sóc", None),
        (None, None, "Nam", "Nữ", "Họ và tên", "Quan hệ"),
        ("(1)", "(2)", "(3)", "(4)", "(5)", "(6)"),
        (1, "Lỷ A Sáng", "x", None, "Lỷ Thị Hoa", "Mẹ"),
    ]
    header = find_header(rows)
    assert header is not None
    assert (header.first_row, header.last_row, header.first_data_row) == (3, 4, 6)
    assert header.titles[2:] == (
        "Giới tính / Nam",
        "Giới tính / Nữ",
        "Người chăm sóc / Họ và tên",
        "Người chăm sóc / Quan hệ",
    )


def test_a_heading_over_groups_of_columns_is_part_of_the_header() -> None:
    rows: list[Row] = [
        ("Thông tin trẻ em", None, "Thông tin người chăm sóc", None),
        ("Họ và tên", "Ngày sinh", "Họ và tên", "Quan hệ"),
        ("Lỷ A Sáng", "02/03/2015", "Lỷ Thị Hoa", "Mẹ"),
    ]
    header = find_header(rows)
    assert header is not None
    assert guess_mapping(header.titles) == {
        0: "full_name",
        1: "birth_date",
        2: "caregiver_name",
        3: "caregiver_relation",
    }


def test_a_sheet_without_a_header_has_none_and_a_person_may_point_at_one() -> None:
    rows: list[Row] = [("Lỷ A Sáng", "02/03/2015"), ("Vi Thị Mai", "02/03/2016")]
    assert find_header(rows) is None
    assert find_header([]) is None
    assert header_at(rows, 0, 0).first_data_row == 1
