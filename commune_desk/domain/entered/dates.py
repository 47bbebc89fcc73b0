"""Reads a date as people type it: 17/5/2014, 05/2014, 2014, "khoảng 9 tuổi"."""

from __future__ import annotations

import re
from datetime import date

from commune_desk.domain.time.dates import PartialDate
from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_

FIRST_YEAR = 1900
_ABOUT = r"(?:(?:khoang|chung|uoc|uoc chung|tam|about|approx|approximately|circa|ca|k) )"
_AGE = re.compile(rf"{_ABOUT}?(\d{{1,3}}) (tuoi|thang tuoi|thang|years?|years old|months?|months old)")
_ABOUT_YEAR = re.compile(rf"{_ABOUT}(?:nam )?(\d{{4}})")
_WORDS = re.compile(r"\b(?:ngay|thang|nam|sinh|nam sinh)\b")
_MONTH_SIGN = re.compile(r"\bt(?:h|hg)? ?(?=\d)")
"""T3/2015: tháng 3."""
_MIDNIGHT = re.compile(r"(?<=\d)[ T]00:00(?::00(?:\.0+)?)?$")
_COMPACT = re.compile(r"(\d\d)(\d\d)(\d{4})")


def parse_partial_date(typed: str, on: date) -> PartialDate | None:
    """The date meant, or None when nothing was typed. `on` is today: for ages, two-digit years and the future.

    Unknown parts may be given as 00 (00/05/2014). Raises Invalid when it cannot be read or cannot be.
    """
    plain = fold(_MIDNIGHT.sub("", typed.strip()))
    if not plain:
        return None
    try:
        value = _guess(plain, typed, on) or _numbers(plain, on)
    except ValueError:
        raise Invalid(N_("The date does not exist.")) from None
    if value is None:
        raise Invalid(N_("Write the date as 17/05/2014, 05/2014, 2014 or “about 9 years”."))
    if value.year < FIRST_YEAR:
        raise Invalid(N_("The year lies too far back."))
    if value.possible.earliest > on:
        raise Invalid(N_("The date lies in the future."))
    return value


def _guess(plain: str, typed: str, on: date) -> PartialDate | None:
    if found := _AGE.fullmatch(plain):
        number, unit = int(found[1]), found[2]
        months = number if unit.startswith(("thang", "month")) else 12 * number
        return PartialDate((on.year * 12 + on.month - 1 - months) // 12, is_estimated=True)
    about = "khoang " if typed.lstrip().startswith("~") else ""
    if found := _ABOUT_YEAR.fullmatch(about + plain):
        return PartialDate(int(found[1]), is_estimated=True)
    return None


def _numbers(plain: str, on: date) -> PartialDate | None:
    parts = _MONTH_SIGN.sub("", _WORDS.sub(" ", plain)).split()
    if len(parts) == 1 and (found := _COMPACT.fullmatch(parts[0])):
        parts = list(found.groups())
    if not 1 <= len(parts) <= 3 or not all(part.isascii() and part.isdigit() and len(part) <= 4 for part in parts):
        return None
    if len(parts) > 1 and len(parts[0]) == 4:
        parts.reverse()
    *smaller, year = parts
    if any(len(part) > 2 for part in smaller):
        return None
    if len(year) == 2 and len(smaller) == 2:
        year = str(_century(int(year), on))
    if len(year) != 4:
        return None
    return _from_parts(int(year), [int(part) for part in reversed(smaller)])


def _century(two_digits: int, on: date) -> int:
    year = on.year // 100 * 100 + two_digits
    return year if year <= on.year else year - 100


def _from_parts(year: int, month_and_day: list[int]) -> PartialDate:
    """00 stands for unknown; a day without its month is not kept."""
    month, day = ((*month_and_day, 0, 0))[:2]
    if month == 0 and day > 31:
        raise ValueError("no such day")
    return PartialDate(year, month or None, (day or None) if month else None)
