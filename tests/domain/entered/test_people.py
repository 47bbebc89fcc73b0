"""ID numbers, phones, partial dates and ages."""

from __future__ import annotations

import calendar
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.domain.entered.dates import parse_partial_date
from commune_desk.domain.entered.people import Level, check_id_number, format_phone, normal_id_number, normal_phone
from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.record import check_of, field
from commune_desk.domain.time.dates import (
    AgeRange,
    PartialDate,
    Precision,
    age_on,
    birthday,
    birthday_alert,
    is_child_on,
    sixteenth_birthday,
)
from commune_desk.domain.words.errors import Invalid

TODAY = date(2026, 11, 24)
days = st.dates(date(1901, 1, 1), date(2100, 12, 31))
partial_dates = st.one_of(
    days.map(PartialDate.of),
    days.map(lambda day: PartialDate(day.year, day.month)),
    days.map(lambda day: PartialDate(day.year)),
    days.map(lambda day: PartialDate(day.year, is_estimated=True)),
)


def levels(text: str, *, sex: str | None = None, birth: str | None = None) -> list[Level]:
    born = None if birth is None else PartialDate.stored(birth)
    return [finding.level for finding in check_id_number(text, sex=sex, birth=born)]


@pytest.mark.parametrize("text", ["02221400123", "0222140012345", "02221400123a", "٠٢٢٢١٤٠٠١٢٣٤", "022 214001234"])
def test_anything_but_twelve_digits_is_an_error(text: str) -> None:
    assert levels(text) == [Level.ERROR]


def test_eleven_digits_that_begin_with_a_zero_are_a_digit_left_out_and_no_work_of_excel() -> None:
    """It takes every zero before the first other digit; a number made up of a wrong one would be another person's."""
    assert normal_id_number("02221600012") == ("02221600012", None)
    assert levels("02221600012") == [Level.ERROR]
    assert normal_id_number("22214001234")[0] == "022214001234", "the twin: here Excel took one"


@pytest.mark.parametrize(
    ("sex", "birth", "warnings"),
    [
        ("male", "2014-05-17", 0),
        ("female", "2014", 1),
        ("unknown", None, 0),
        (None, "2013-12-31", 1),
        (None, "~2015", 0),
        (None, "~2016", 1),
        ("female", "1914", 2),
    ],
)
def test_sex_and_year_in_an_id_only_warn(sex: str | None, birth: str | None, warnings: int) -> None:
    assert levels("022214001234", sex=sex, birth=birth) == [Level.WARNING] * warnings


def test_place_is_free_century_is_not() -> None:
    assert levels("001314001234", sex="female", birth="2014") == []
    assert levels("022914001234") == [Level.WARNING]
    assert levels("") == []


@given(st.integers(1, 96), st.sampled_from(["male", "female"]), days, st.integers(0, 999_999))
def test_a_number_made_by_the_rule_passes_also_after_excel(place: int, sex: str, born: date, rest: int) -> None:
    century = (born.year // 100 - 19) * 2 + (sex == "female")
    number = f"{place:03}{century}{born.year % 100:02}{rest:06}"
    assert check_id_number(number, sex=sex, birth=PartialDate.of(born)) == []
    assert normal_id_number(number) == (number, None)
    if place >= 10 or place in (1, 2, 4, 6, 8):
        for eaten in (str(int(number)), f"{int(number)}.0"):
            restored, finding = normal_id_number(eaten)
            assert restored == number
            assert finding is not None
            assert finding.level is Level.WARNING


@pytest.mark.parametrize("text", ["123456789", "7912345678", "2.2214E+10", "chưa có"])
def test_what_is_no_id_is_not_made_into_one(text: str) -> None:
    number, finding = normal_id_number(text)
    assert finding is None
    assert levels(number) == [Level.ERROR]


@pytest.mark.parametrize(
    ("typed", "stored", "shown"),
    [
        ("0912 345 678", "0912345678", "0912 345 678"),
        ("0912.345.678", "0912345678", "0912 345 678"),
        ("+84 912-345-678", "0912345678", "0912 345 678"),
        ("+84 (0) 912345678", "0912345678", "0912 345 678"),
        ("84912345678", "0912345678", "0912 345 678"),
        ("912345678", "0912345678", "0912 345 678"),
        ("912345678.0", "0912345678", "0912 345 678"),
        ("849123456", "0849123456", "0849 123 456"),
        ("0203 3825 555", "02033825555", "0203 3825 555"),
        ("2033825555", "02033825555", "0203 3825 555"),
        ("+84 203 3825555", "02033825555", "0203 3825 555"),
        ("024 3825 5555", "02438255555", "024 3825 5555"),
        ("01689 123 456", "0389123456", "0389 123 456"),
        ("01201234567", "0701234567", "0701 234 567"),
        ("1800.1769", "18001769", "1800 1769"),
    ],
)
def test_phones_as_people_write_them(typed: str, stored: str, shown: str) -> None:
    assert normal_phone(typed) == stored
    assert format_phone(stored) == shown
    assert normal_phone(shown) == stored


@pytest.mark.parametrize(
    "text", ["", "111", "không có", "09123456", "0912345678 / 0987654321", "0612345678", "٠٩١٢٣٤٥٦٧٨"]
)
def test_what_is_no_phone_is_refused(text: str) -> None:
    assert normal_phone(text) is None


@given(st.from_regex(r"0[35789][0-9]{8}|02[0-9]{9}", fullmatch=True), st.sampled_from(["+84", "84", "0084", "", "0"]))
def test_every_spelling_of_a_phone_is_one(number: str, head: str) -> None:
    assert normal_phone(head + number[1:]) == number
    assert normal_phone(format_phone(number)) == number


@given(st.text(max_size=20))
def test_phones_and_ids_take_any_text(text: str) -> None:
    phone = normal_phone(text)
    assert phone is None or normal_phone(phone) == phone
    normal_id_number(text)


@given(partial_dates)
def test_a_partial_date_is_stored_as_text_and_read_back(value: PartialDate) -> None:
    assert PartialDate.stored(value.text) == value
    assert check_of(field("", shape=Shape.PARTIAL_DATE))(value.text) is None
    earliest, latest = value.possible
    assert earliest <= latest


@given(partial_dates)
def test_what_is_shown_can_be_typed_again(value: PartialDate) -> None:
    on = date(2102, 1, 1)
    for shown in (value.display(), value.display("about {year}"), value.text):
        assert parse_partial_date(shown, on) == value


@pytest.mark.parametrize(
    "text", ["", "14", "2014-5", "2014-13", "2014-02-30", "2014-00", "17/05/2014", "0000", "２０１４"]
)
def test_only_dates_that_exist_are_dates(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        PartialDate.stored(text)


def test_a_day_needs_its_month() -> None:
    with pytest.raises(ValueError, match="without a month"):
        PartialDate(2014, None, 5)


@pytest.mark.parametrize(
    ("text", "precision", "shown"),
    [
        ("2014-05-17", Precision.FULL, "17/05/2014"),
        ("2014-05", Precision.MONTH, "05/2014"),
        ("2014", Precision.YEAR, "2014"),
        ("~2014", Precision.ESTIMATED, "khoảng 2014"),
    ],
)
def test_precision_and_display(text: str, precision: Precision, shown: str) -> None:
    value = PartialDate.stored(text)
    assert (value.precision, value.display()) == (precision, shown)


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("17/05/2014", "2014-05-17"),
        ("17/5/2014", "2014-05-17"),
        ("17-5-2014", "2014-05-17"),
        ("17.05.14", "2014-05-17"),
        ("17/05/98", "1998-05-17"),
        ("17052014", "2014-05-17"),
        ("ngày 17 tháng 5 năm 2014", "2014-05-17"),
        ("2014-05-17 00:00:00", "2014-05-17"),
        ("05/2014", "2014-05"),
        ("tháng 5 năm 2014", "2014-05"),
        ("00/05/2014", "2014-05"),
        ("2014", "2014"),
        ("năm 2014", "2014"),
        ("00/00/2014", "2014"),
        ("khoảng 2014", "~2014"),
        ("khoang nam 2014", "~2014"),
        ("khoảng 9 tuổi", "~2017"),
        ("9 tuổi", "~2017"),
        ("about 9 years", "~2017"),
        ("8 tháng", "~2026"),
        ("18 tháng tuổi", "~2025"),
    ],
)
def test_dates_as_people_type_them(typed: str, stored: str) -> None:
    value = parse_partial_date(typed, TODAY)
    assert value is not None
    assert value.text == stored


def test_nothing_typed_is_no_date() -> None:
    assert parse_partial_date("  ", TODAY) is None


@pytest.mark.parametrize(
    "typed", ["31/02/2014", "12/13/2014", "25/11/2026", "2027", "1850", "abc", "5/14", "200 tuổi", "1"]
)
def test_what_cannot_be_a_date_of_birth_is_refused(typed: str) -> None:
    with pytest.raises(Invalid):
        parse_partial_date(typed, TODAY)


@given(st.text(max_size=24))
def test_any_text_is_a_date_or_refused(typed: str) -> None:
    try:
        value = parse_partial_date(typed, TODAY)
    except Invalid:
        return
    assert value is None or PartialDate.stored(value.text) == value


@given(days, st.integers(0, 100))
def test_a_birthday_completes_the_year(born: date, years: int) -> None:
    day = birthday(born, years)
    birth = PartialDate.of(born)
    assert age_on(birth, day) == AgeRange(years, years)
    assert years == 0 or age_on(birth, day - timedelta(days=1)) == AgeRange(years - 1, years - 1)


@given(partial_dates, days)
def test_the_age_of_a_partial_date_holds_every_day_it_can_mean(birth: PartialDate, on: date) -> None:
    lowest, highest = age_on(birth, on)
    for day in birth.possible:
        assert lowest <= age_on(PartialDate.of(day), on).min <= highest


@given(partial_dates, days)
def test_a_child_stays_a_child_until_it_is_certain(birth: PartialDate, on: date) -> None:
    assert is_child_on(birth, on) is (age_on(birth, on).min < 16)


@pytest.mark.parametrize(
    ("birth", "on", "is_child"),
    [
        ("2010-11-25", date(2026, 11, 24), True),
        ("2010-11-24", date(2026, 11, 24), False),
        ("2010-11", date(2026, 11, 29), True),
        ("2010-11", date(2026, 11, 30), False),
        ("2010", date(2026, 12, 30), True),
        ("2010", date(2026, 12, 31), False),
        ("~2010", date(2027, 12, 30), True),
        ("2084-02-29", date(2100, 2, 28), True),
        ("2084-02-29", date(2100, 3, 1), False),
    ],
)
def test_under_sixteen_on_the_day_in_question(birth: str, on: date, is_child: bool) -> None:
    assert is_child_on(PartialDate.stored(birth), on) is is_child


def test_without_a_birth_nobody_knows() -> None:
    assert is_child_on(None, TODAY) is None
    assert birthday_alert(None, TODAY) is None


def test_a_year_spans_its_sixteenth_birthdays() -> None:
    assert sixteenth_birthday(PartialDate.stored("2010")) == (date(2026, 1, 1), date(2026, 12, 31))
    assert sixteenth_birthday(PartialDate.stored("2010-02")).latest.day == calendar.monthrange(2026, 2)[1]


@pytest.mark.parametrize(
    ("birth", "alert"),
    [
        ("2010-11-25", date(2026, 11, 25)),
        ("2011-02-22", date(2027, 2, 22)),
        ("2011-02-23", None),
        ("2010-11-24", None),
        ("2010", date(2026, 1, 1)),
        ("2011", date(2027, 1, 1)),
        ("2012", None),
    ],
)
def test_the_alert_comes_ninety_days_ahead(birth: str, alert: date | None) -> None:
    assert birthday_alert(PartialDate.stored(birth), TODAY) == alert


@pytest.mark.parametrize("year", ["0001", "1799", "2200", "9998", "9999"])
def test_no_date_stands_where_nothing_can_be_reckoned_from_it(year: str) -> None:
    """The sixteenth birthday of 9999 and the midnight of its last day do not exist."""
    for shape, text in (
        (Shape.DATE, f"{year}-12-31"),
        (Shape.PARTIAL_DATE, f"{year}-12-31"),
        (Shape.PARTIAL_DATE, f"~{year}"),
        (Shape.INSTANT, f"{year}-12-31T23:59:59Z"),
    ):
        check = check_of(field("", shape=shape))
        assert check(text) is not None
        assert check("2016" + text[4:] if text[0] != "~" else "~2016") is None
