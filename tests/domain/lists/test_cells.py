"""What single cells mean, and that nothing is guessed in silence."""

from __future__ import annotations

from datetime import date, datetime

import pytest

from commune_desk.domain.lists.cells import (
    ALREADY_SIXTEEN,
    BIRTH_DATE_AHEAD,
    BIRTH_DATE_MISSING,
    BIRTH_DATE_UNREADABLE,
    ID_LOST_DIGITS,
    ID_NOT_TWELVE_DIGITS,
    ID_ZERO_RESTORED,
    NAME_WITHOUT_LETTERS,
    PHONE_SEVERAL,
    PHONE_UNREADABLE,
    PHONE_ZERO_RESTORED,
    SERIAL_DATE,
    YEAR_OF_TWO_DIGITS,
    Cell,
    ListLevel,
    read_birth,
    read_id_number,
    read_name,
    read_phone,
    read_sex,
)

TODAY = date(2026, 11, 24)


@pytest.mark.parametrize(
    ("cell", "value", "problem"),
    [
        (date(2012, 2, 3), "2012-02-03", None),
        (datetime(2012, 2, 3, 8, 30), "2012-02-03", None),  # noqa: DTZ001 - as Excel gives it
        ("03/02/2012", "2012-02-03", None),
        ("3.2.2012", "2012-02-03", None),
        ("02/2012", "2012-02", None),
        ("T2/2012", "2012-02", None),
        ("th.2/2012", "2012-02", None),
        ("Không rõ", None, BIRTH_DATE_MISSING),
        ("0", None, BIRTH_DATE_UNREADABLE),
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
        ("chưa có", None, None),
        ("chưa rõ số", None, ID_NOT_TWELVE_DIGITS),
        (22316000000, None, ID_LOST_DIGITS),
        ("022316000000", "022316000000", None),
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
        ("không có", None, None),
        ("0912345678\n0387654321", "0912345678", PHONE_SEVERAL),
        ("0912345678-0387654321", "0912345678", PHONE_SEVERAL),
        ("Mẹ: 0912 345 678; bố 0387654321", "0912345678", PHONE_SEVERAL),
        ("mẹ 0912345678", "0912345678", None),
        ("09123456789", None, PHONE_UNREADABLE),
        (None, None, None),
        (849123456, "0849123456", PHONE_ZERO_RESTORED),
        (84912345678, "0912345678", None),
        ("'0912345678", "0912345678", None),
        ("912345678 (mẹ)", "0912345678", PHONE_ZERO_RESTORED),
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


def test_a_cell_without_letters_is_no_name() -> None:
    for cell in (12345, date(2016, 6, 5), "05/06/2016", "31"):
        reading = read_name(cell)
        assert reading.value is None
        assert reading.finding is not None
        assert (reading.finding.level, reading.finding.text) == (ListLevel.ERROR, NAME_WITHOUT_LETTERS)
    assert read_name("Lý Thị Mẩy 2").value == "Lý Thị Mẩy 2"
