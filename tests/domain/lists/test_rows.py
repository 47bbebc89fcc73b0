"""What the rows of a commune's list mean, and that every problem is named."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.lists.cells import (
    BIRTH_DATE_UNREADABLE,
    ID_NOT_TWELVE_DIGITS,
    NAME_MISSING,
    Cell,
    ListLevel,
    Row,
)
from commune_desk.domain.lists.columns import Target, guess_mapping
from commune_desk.domain.lists.groups import find_groups, read_groups
from commune_desk.domain.lists.header import column_encodings, find_header
from commune_desk.domain.lists.row_kinds import RowKind
from commune_desk.domain.lists.rows import (
    GROUP_UNKNOWN,
    RELATION_UNKNOWN,
    SPREADSHEET_ERROR,
    TEXT_CUT,
    ListedChild,
    ListPlan,
    ReadRow,
    read_row,
)
from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.vietnamese.legacy_text import Encoding, from_unicode

TODAY = date(2026, 11, 24)
CODES = Path(__file__).parents[3] / "resources" / "codes"


@pytest.fixture(scope="module")
def codebook() -> CodeBook:
    return CodeBook.parse(lambda name: (CODES / name).read_text("utf-8"))


def _read(codebook: CodeBook, titles: list[str], cells: Row, village: str | None = None) -> ReadRow:
    plan = ListPlan(mapping=guess_mapping(titles), codebook=codebook, today=TODAY)
    return read_row(cells, plan, village=village)


@pytest.mark.parametrize("encoding", [Encoding.TCVN3, Encoding.VNI])
def test_a_list_in_an_old_font_is_read_whole(encoding: Encoding, codebook: CodeBook) -> None:
    titles = ["Số TT", "Họ và tên", "Ngày sinh", "Thôn", "Họ tên mẹ"]
    names = ["Đặng Thị Hoà", "Nguyễn Đức Khánh", "Lỷ Thị Phượng"]
    plain: list[Row] = [tuple(titles), *((1, name, "01/02/2015", "Khe Lặc", "Hoàng Thị Mỷ") for name in names)]
    rows = [tuple(from_unicode(cell, encoding) if isinstance(cell, str) else cell for cell in row) for row in plain]
    header = find_header(rows)
    assert header is not None
    plan = ListPlan(
        mapping=guess_mapping(header.titles),
        encodings=column_encodings(rows, header),
        codebook=codebook,
        today=TODAY,
    )
    read = [read_row(row, plan).child for row in rows[header.first_data_row :]]
    assert [child.full_name for child in read if child] == names
    assert all(child and child.village == "Khe Lặc" and child.mother_name == "Hoàng Thị Mỷ" for child in read)


def test_every_official_group_name_and_alias_is_understood(codebook: CodeBook) -> None:
    for group in codebook.child_groups:
        if not group.parent:
            for name in (group.name_vi, *group.aliases):
                assert read_groups(name, codebook)[0] == (group.code,), name


def test_several_groups_in_one_cell_and_words_that_are_left() -> None:
    assert find_groups("Mồ côi cha, hộ nghèo") == (("NGCO03", "NGCO01"), "")
    assert find_groups("HCDB04.1; NGCO2") == (("HCDB04.1", "NGCO02"), "")
    assert find_groups("bình thường") == ((), "")
    assert find_groups("hoàn cảnh khó khăn") == ((), "hoan canh kho khan")


TITLES = [
    "STT",
    "Họ và tên",
    "Giới tính",
    "Ngày sinh",
    "Dân tộc",
    "Số ĐDCN",
    "Thôn",
    "Hoàn cảnh",
    "Quan hệ với trẻ",
    "Ghi chú",
]
SOUND: Row = (
    1,
    "Đặng Thị Hoà",
    "Nữ",
    "03/02/2012",
    "Dao",
    "022312004518",
    "Khe Lặc",
    "Khuyết tật",
    "Bà ngoại",
    "học lớp 8",
)


def test_a_sound_row_becomes_a_child_without_problems(codebook: CodeBook) -> None:
    row = _read(codebook, TITLES, SOUND)
    assert row.problems == ()
    assert row.child == ListedChild(
        full_name="Đặng Thị Hoà",
        sex="female",
        birth_date="2012-02-03",
        ethnicity="09",
        id_number="022312004518",
        village="Khe Lặc",
        caregiver_relation="maternal_grandmother",
        groups=("HCDB04",),
        note="học lớp 8",
    )


def test_an_error_keeps_the_row_out_and_names_its_column(codebook: CodeBook) -> None:
    row = _read(codebook, TITLES, (*SOUND[:3], "31/02/2012", *SOUND[4:]))
    assert (row.kind, row.child) == (RowKind.CHILD, None)
    assert [(problem.column, problem.level, problem.text) for problem in row.problems] == [
        (3, ListLevel.ERROR, BIRTH_DATE_UNREADABLE)
    ]
    assert row.problems[0].params == {"value": "31/02/2012"}


def test_all_problems_of_a_row_are_named_at_once(codebook: CodeBook) -> None:
    row = _read(codebook, TITLES, (7, None, "Nữ", "31/02/2012", "Dao", "12", "Khe Lặc", "xyz", "Bà", None))
    assert {problem.text for problem in row.problems} == {
        NAME_MISSING,
        BIRTH_DATE_UNREADABLE,
        ID_NOT_TWELVE_DIGITS,
        GROUP_UNKNOWN,
        RELATION_UNKNOWN,
    }


def test_nothing_written_is_dropped_when_a_code_is_not_known(codebook: CodeBook) -> None:
    row = _read(codebook, TITLES, (*SOUND[:7], "nhà khó", "Bà", "học lớp 8"))
    assert row.child is not None
    assert row.child.note == "Bà\nnhà khó\nhọc lớp 8"


def test_phones_that_do_not_fit_stay_in_the_note(codebook: CodeBook) -> None:
    row = _read(codebook, ["Họ tên", "Năm sinh", "SĐT"], ("Vi Thị Mai", 2016, "0912345678 / 0387654321"))
    assert row.child is not None
    assert (row.child.phone, row.child.note) == ("0912345678", "0912345678 / 0387654321")


def test_an_id_of_the_other_sex_is_a_warning_only(codebook: CodeBook) -> None:
    row = _read(codebook, TITLES, (*SOUND[:2], "Nam", *SOUND[3:]))
    assert row.child is not None
    assert [problem.level for problem in row.problems] == [ListLevel.WARNING]


def test_birth_dates_in_a_column_for_each_sex(codebook: CodeBook) -> None:
    titles = ["Họ và tên", "Ngày, tháng, năm sinh / Nam", "Ngày, tháng, năm sinh / Nữ"]
    girl = _read(codebook, titles, ("Vi Thị Mai", None, "02/03/2016")).child
    boy = _read(codebook, titles, ("Vi Văn Nam", "2015", None)).child
    assert girl is not None
    assert boy is not None
    assert (girl.sex, girl.birth_date, boy.sex, boy.birth_date) == ("female", "2016-03-02", "male", "2015")


def test_day_month_and_year_apart_and_a_name_in_two_columns(codebook: CodeBook) -> None:
    titles = ["Họ và tên đệm", "Tên", "Ngày sinh / Ngày", "Ngày sinh / Tháng", "Ngày sinh / Năm"]
    whole = _read(codebook, titles, ("Vi Thị", "Mai", 2, 3, 2016)).child
    year = _read(codebook, titles, ("Vi Thị", "Mai", None, None, 2016)).child
    assert whole is not None
    assert year is not None
    assert (whole.full_name, whole.birth_date, year.birth_date) == ("Vi Thị Mai", "2016-03-02", "2016")


def test_headings_remarks_and_blank_rows_are_no_children(codebook: CodeBook) -> None:
    assert _read(codebook, TITLES, (None,) * 9).kind is RowKind.BLANK
    assert _read(codebook, TITLES, (None, "Tổng cộng: 120 trẻ")).kind is RowKind.REMARK
    assert _read(codebook, TITLES, (None, None, None, "Bình Liêu, ngày 20 tháng 9 năm 2026")).kind is RowKind.REMARK
    heading = _read(codebook, TITLES, ("I", "Thôn Khe Lặc"))
    assert (heading.kind, heading.section) == (RowKind.SECTION, "Thôn Khe Lặc")
    below = _read(codebook, ["Họ tên", "Ngày sinh"], ("Vi Thị Mai", "2016"), village=heading.section).child
    assert below is not None
    assert below.village == "Thôn Khe Lặc"


@pytest.mark.parametrize("name", ["Tống Thị Mai", "Công Văn An", "Cộng Thị Sáu", "Bàn Thị Lan", "BÀN A SÁNG"])
def test_a_child_is_never_taken_for_a_heading_or_a_closing_line(codebook: CodeBook, name: str) -> None:
    """Families are called Tống and Bàn; a total is `Tổng` and a village `Bản`."""
    assert _read(codebook, ["STT", "Họ tên"], ("1", name)).kind is RowKind.CHILD
    assert _read(codebook, ["STT", "Họ tên", "Ngày sinh"], ("1", name, "2016")).kind is RowKind.CHILD


def test_a_child_beside_a_village_or_a_birth_date_in_words_is_a_child(codebook: CodeBook) -> None:
    row = _read(codebook, ["Họ tên", "Thôn"], ("Lý A Sáng", "Thôn Khe Lặc"))
    assert (row.kind, row.child and row.child.village) == (RowKind.CHILD, "Thôn Khe Lặc")
    row = _read(codebook, ["Họ tên", "Ngày sinh"], ("Lý A Tám", "ngày 5 tháng 6 năm 2016"))
    assert row.child is not None
    assert row.child.birth_date == "2016-06-05"


@pytest.mark.parametrize(
    "cells",
    [
        ("", "Tổng số: 12"),
        ("Cộng", "", "25"),
        ("Tổng 25 trẻ",),
        ("", "", "Bình Liêu, ngày 5 tháng 6 năm 2026"),
        ("Tổng cộng", "", "", "12"),
    ],
)
def test_what_closes_a_list_is_no_child(codebook: CodeBook, cells: tuple[str, ...]) -> None:
    assert _read(codebook, ["STT", "Họ tên", "Ngày sinh"], cells).kind is RowKind.REMARK


@pytest.mark.parametrize(
    ("cells", "village"),
    [
        (("", "BẢN CÁU"), "BẢN CÁU"),
        (("II.", "Thôn Nà Ếch"), "Thôn Nà Ếch"),
        (("1. Khu Nà Làng (25 trẻ)",), "Khu Nà Làng"),
    ],
)
def test_a_village_as_a_heading(codebook: CodeBook, cells: tuple[str, ...], village: str) -> None:
    row = _read(codebook, ["STT", "Họ tên", "Ngày sinh"], cells)
    assert (row.kind, row.section) == (RowKind.SECTION, village)


@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates()), max_size=12
    )
)
def test_no_row_whatever_it_holds_stops_the_reading(codebook: CodeBook, cells: list[Cell]) -> None:
    row = _read(codebook, TITLES, tuple(cells))
    assert (row.child is None) or row.child.full_name
    find_header([tuple(cells)])


@pytest.mark.parametrize(("long", "problems"), [(1000, []), (1001, [TEXT_CUT])])
def test_a_row_whose_remarks_together_would_be_cut_is_named(codebook: CodeBook, long: int, problems: list[str]) -> None:
    read = read_row(
        ("Đặng Thị Hoà", "a" * 999, "b" * long),
        ListPlan(mapping={0: Target.FULL_NAME, 1: Target.NOTE, 2: Target.NOTE}, codebook=codebook, today=TODAY),
    )
    assert [one.text for one in read.problems if one.level is ListLevel.ERROR] == problems


@pytest.mark.parametrize("error", ["#N/A", "#REF!", "#DIV/0!", "#NAME?", " #value! ", "Err:502"])
def test_what_a_spreadsheet_shows_for_no_value_is_none_and_is_told(codebook: CodeBook, error: str) -> None:
    titles = ["STT", "Họ tên", "Ngày sinh", "Thôn", "Hoàn cảnh"]
    row = _read(codebook, titles, (error, "Lý Thị Mẩy", error, error, error))
    assert row.child is not None
    assert (row.child.birth_date, row.child.village, row.child.groups, row.child.note) == (None, None, (), None)
    told = [problem for problem in row.problems if problem.text == SPREADSHEET_ERROR]
    assert [(problem.column, problem.params["value"]) for problem in told] == [(n, error.strip()) for n in (2, 3, 4)]
    nameless = _read(codebook, titles, (1, error, "2016", "Khe Lặc", None))
    assert [problem.text for problem in nameless.problems] == [NAME_MISSING, SPREADSHEET_ERROR]


def test_a_number_sign_in_a_remark_is_no_error(codebook: CodeBook) -> None:
    row = _read(codebook, ["Họ tên", "Ngày sinh", "Ghi chú"], ("Lý Thị Mẩy", "2016", "Nhà #3, #N/A"))
    assert row.child is not None
    assert row.child.note == "Nhà #3, #N/A"
