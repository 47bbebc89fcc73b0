"""What the rows of a commune's list mean, and that every problem is named."""

from __future__ import annotations

import unicodedata
from datetime import date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.codes import CodeBook
from commune_desk.domain.legacy_text import Encoding, from_unicode
from commune_desk.domain.list_cells import (
    ALREADY_SIXTEEN,
    BIRTH_DATE_AHEAD,
    BIRTH_DATE_MISSING,
    BIRTH_DATE_UNREADABLE,
    ID_LOST_DIGITS,
    ID_NOT_TWELVE_DIGITS,
    ID_ZERO_RESTORED,
    NAME_MISSING,
    PHONE_SEVERAL,
    PHONE_UNREADABLE,
    PHONE_ZERO_RESTORED,
    SERIAL_DATE,
    YEAR_OF_TWO_DIGITS,
    Cell,
    Level,
    Row,
    read_birth,
    read_id_number,
    read_phone,
    read_sex,
    suggested_name,
)
from commune_desk.domain.list_columns import Target, classify, group_target, guess_mapping, title_key
from commune_desk.domain.list_groups import find_groups, read_groups
from commune_desk.domain.list_header import column_encodings, find_header, header_at
from commune_desk.domain.list_repeats import duplicate_keys, find_repeats, likely_same
from commune_desk.domain.lists import (
    GROUP_UNKNOWN,
    RELATION_UNKNOWN,
    ListedChild,
    ListPlan,
    ReadRow,
    RowKind,
    read_row,
)

TODAY = date(2026, 11, 24)
CODES = Path(__file__).parents[2] / "resources" / "codes"


@pytest.fixture(scope="module")
def codebook() -> CodeBook:
    return CodeBook.parse(lambda name: (CODES / name).read_text("utf-8"))


def _read(codebook: CodeBook, titles: list[str], cells: Row, village: str | None = None) -> ReadRow:
    plan = ListPlan(mapping=guess_mapping(titles), codebook=codebook, today=TODAY)
    return read_row(cells, plan, village=village)


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
        ("Họ tên bố/mẹ", Target.GUARDIAN_NAME),
        ("Người chăm sóc / Quan hệ với trẻ", Target.GUARDIAN_RELATION),
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
    assert guess_mapping(header.titles) == {0: "full_name", 1: "birth_date", 2: "guardian_name", 3: "guardian_relation"}


def test_a_sheet_without_a_header_has_none_and_a_person_may_point_at_one() -> None:
    rows: list[Row] = [("Lỷ A Sáng", "02/03/2015"), ("Vi Thị Mai", "02/03/2016")]
    assert find_header(rows) is None
    assert find_header([]) is None
    assert header_at(rows, 0, 0).first_data_row == 1


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


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        (date(2012, 2, 3), "2012-02-03", None),
        (datetime(2012, 2, 3, 8, 30), "2012-02-03", None),  # noqa: DTZ001 - as Excel gives it
        ("03/02/2012", "2012-02-03", None),
        ("3.2.2012", "2012-02-03", None),
        ("02/2012", "2012-02", None),
        (2012, "2012", None),
        (2012.0, "2012", None),
        ("2012", "2012", None),
        (40942, "2012-02-03", SERIAL_DATE),
        ("40942", "2012-02-03", SERIAL_DATE),
        (3022012, "2012-02-03", None),
        ("03/02/12", "2012-02-03", YEAR_OF_TWO_DIGITS),
        ("31/02/2015", None, BIRTH_DATE_UNREADABLE),
        ("29/02/2015", None, BIRTH_DATE_UNREADABLE),
        ("05/17/2014", None, BIRTH_DATE_UNREADABLE),
        ("hôm qua", None, BIRTH_DATE_UNREADABLE),
        (1.5, None, BIRTH_DATE_UNREADABLE),
        (date(2027, 1, 1), None, BIRTH_DATE_AHEAD),
        ("01/01/2030", None, BIRTH_DATE_AHEAD),
        (date(2010, 11, 24), None, ALREADY_SIXTEEN),
        (date(2010, 11, 25), "2010-11-25", None),
        ("2009", None, ALREADY_SIXTEEN),
        ("2010", "2010", None),
        (None, None, BIRTH_DATE_MISSING),
    ],
)
def test_a_birth_date_in_every_form_that_lists_have(cell: Cell, value: str | None, problem: str | None) -> None:
    reading = read_birth(cell, TODAY)
    assert reading.value == value
    assert (reading.finding.text if reading.finding else None) == problem


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("022312004518", "022312004518", None),
        ("022 312 004 518", "022312004518", None),
        ("'022312004518", "022312004518", None),
        (22312004518, "022312004518", ID_ZERO_RESTORED),
        (22312004518.0, "022312004518", ID_ZERO_RESTORED),
        ("22312004518", "022312004518", ID_ZERO_RESTORED),
        ("2.23E+10", None, ID_LOST_DIGITS),
        ("2,2312E+10", None, ID_LOST_DIGITS),
        ("0223120045187", None, ID_NOT_TWELVE_DIGITS),
        ("100123456", None, ID_NOT_TWELVE_DIGITS),
        (0.5, None, ID_NOT_TWELVE_DIGITS),
        ("chưa có", None, ID_NOT_TWELVE_DIGITS),
        (None, None, None),
    ],
)
def test_an_id_number_gets_its_zero_back_or_is_refused(cell: Cell, value: str | None, problem: str | None) -> None:
    reading = read_id_number(cell)
    assert reading.value == value
    assert (reading.finding.text if reading.finding else None) == problem


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        ("0912 345 678", "0912345678", None),
        ("+84 912 345 678", "0912345678", None),
        (912345678, "0912345678", PHONE_ZERO_RESTORED),
        ("0912345678 / 0387654321", "0912345678", PHONE_SEVERAL),
        ("không có", None, PHONE_UNREADABLE),
        (None, None, None),
    ],
)
def test_a_phone_gets_its_zero_back(cell: Cell, value: str | None, problem: str | None) -> None:
    reading = read_phone(cell)
    assert reading.value == value
    assert (reading.finding.text if reading.finding else None) == problem


def test_sex_in_the_words_of_lists() -> None:
    assert [read_sex(word).value for word in ("Nam", "nữ", "NỮ", "trai", "Gái", "?", None)] == [
        "male",
        "female",
        "female",
        "male",
        "female",
        None,
        None,
    ]


def test_capitals_are_suggested_but_never_changed() -> None:
    assert suggested_name("ĐẶNG THỊ HOÀ") == "Đặng Thị Hoà"
    assert suggested_name("lỷ a sáng") == "Lỷ A Sáng"
    assert suggested_name("Đặng Thị Hoà") is None


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
        guardian_relation="maternal_grandmother",
        groups=("HCDB04",),
        note="học lớp 8",
    )


def test_an_error_keeps_the_row_out_and_names_its_column(codebook: CodeBook) -> None:
    row = _read(codebook, TITLES, (*SOUND[:3], "31/02/2012", *SOUND[4:]))
    assert row.is_rejected
    assert [(problem.column, problem.level, problem.text) for problem in row.problems] == [
        (3, Level.ERROR, BIRTH_DATE_UNREADABLE)
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


def test_an_id_of_the_other_sex_is_a_warning_only(codebook: CodeBook) -> None:
    row = _read(codebook, TITLES, (*SOUND[:2], "Nam", *SOUND[3:]))
    assert row.child is not None
    assert [problem.level for problem in row.problems] == [Level.WARNING]


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


@given(
    st.lists(
        st.one_of(st.none(), st.text(max_size=30), st.integers(), st.floats(), st.booleans(), st.dates()), max_size=12
    )
)
def test_no_row_whatever_it_holds_stops_the_reading(codebook: CodeBook, cells: list[Cell]) -> None:
    row = _read(codebook, TITLES, tuple(cells))
    assert (row.child is None) or row.child.full_name
    find_header([tuple(cells)])


A = ListedChild(full_name="Đặng Thị Hoà", birth_date="2012-02-03", mother_name="Bàn Tài Múi", id_number="022312004518")


@pytest.mark.parametrize(
    ("other", "is_same"),
    [
        (ListedChild(full_name="Tên Khác", id_number="022312004518"), True),
        (ListedChild(full_name="DANG THI HÒA", birth_date="2012-02-03", mother_name="Bàn Tài Múi"), True),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2012-02-03"), True),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2012", mother_name="Bàn Tài Múi"), True),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2012-02-03", mother_name="Vi Thị An"), False),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2013-02-03", mother_name="Bàn Tài Múi"), False),
        (ListedChild(full_name="Đặng Thị Hoà"), False),
        (ListedChild(full_name="Đặng Thị Hoa Mai", birth_date="2012-02-03"), False),
        (ListedChild(full_name="Đặng Thị Hoà", birth_date="2012-02-03", id_number="022312999999"), False),
    ],
)
def test_who_is_shown_as_perhaps_the_same_child(other: ListedChild, is_same: bool) -> None:
    assert likely_same(A, other) is is_same
    assert likely_same(other, A) is is_same
    assert bool(set(duplicate_keys(A)) & set(duplicate_keys(other))) or not is_same


def test_repeats_in_a_list_agree_with_comparing_every_pair() -> None:
    others = [
        ListedChild(full_name="Vi Văn An", birth_date="2015"),
        ListedChild(full_name="ĐẶNG THỊ HÒA", birth_date="2012", mother_name="bàn tài múi"),
        ListedChild(full_name="Đặng Thị Hoà", birth_date="~2013", mother_name="Bàn Tài Múi"),
        ListedChild(full_name="Đặng Thị Hoà", mother_name="Bàn Tài Múi"),
        ListedChild(full_name="Khác Hẳn", id_number="022312004518"),
    ]
    children = [A, *others]
    expected = {j for j in range(len(children)) if any(likely_same(children[i], children[j]) for i in range(j))}
    assert {repeat.second for repeat in find_repeats(children)} == expected == {2, 3, 4, 5}
