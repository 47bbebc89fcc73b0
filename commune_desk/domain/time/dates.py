"""Birth dates as they are known: a day, a month, a year, a guess; ages, the sixteenth birthday; months counted."""

from __future__ import annotations

import re
from datetime import date, timedelta
from enum import StrEnum
from typing import NamedTuple

import msgspec

from commune_desk.domain.words.labels import N_

ADULT_AGE = 16
"""A child is a person under 16 (Law on Children 102/2016/QH13 art. 1)."""
ALERT_DAYS = 90
ESTIMATE_YEARS = 1
"""How far a guessed year of birth may be off, either way."""
ABOUT_YEAR = N_("about {year}")
_STORED = re.compile("(~?)([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class Precision(StrEnum):
    """How much of a date is known."""

    FULL = "full"
    MONTH = "month"
    YEAR = "year"
    ESTIMATED = "estimated"


class AgeRange(NamedTuple):
    """Completed years, lowest and highest possible; equal when the birth date is known to the day."""

    min: int
    max: int


class DateRange(NamedTuple):
    """First and last possible day."""

    earliest: date
    latest: date


class PartialDate(msgspec.Struct, frozen=True):
    """A date of which the day, or day and month, may be unknown; stored as `text`.

    Raises ValueError when there is no such date.
    """

    year: int
    month: int | None = None
    day: int | None = None
    is_estimated: bool = False

    def __post_init__(self) -> None:
        if self.month is None and self.day is not None:
            raise ValueError("a day without a month")
        if not 1000 <= self.year <= 9998:
            raise ValueError("year out of range")
        date(self.year, 1 if self.month is None else self.month, 1 if self.day is None else self.day)

    @classmethod
    def stored(cls, text: str) -> PartialDate:
        """From `2014`, `2014-05`, `2014-05-17` or `~2014`. Raises ValueError for anything else."""
        found = _STORED.fullmatch(text)
        if found is None:
            raise ValueError("not a partial date")
        year, month, day = (int(part) if part else None for part in found.groups()[1:])
        return cls(year or 0, month, day, is_estimated=bool(found[1]))

    @classmethod
    def of(cls, day: date) -> PartialDate:
        """A date known to the day."""
        return cls(day.year, day.month, day.day)

    @property
    def text(self) -> str:
        """As stored."""
        month = "" if self.month is None else f"-{self.month:02}"
        day = "" if self.day is None else f"-{self.day:02}"
        return f"{'~' if self.is_estimated else ''}{self.year:04}{month}{day}"

    @property
    def precision(self) -> Precision:
        if self.is_estimated:
            return Precision.ESTIMATED
        if self.month is None:
            return Precision.YEAR
        return Precision.MONTH if self.day is None else Precision.FULL

    @property
    def possible(self) -> DateRange:
        """The first and last day that this can mean; a guess is taken a year wider either way."""
        if self.is_estimated:
            return DateRange(date(self.year - ESTIMATE_YEARS, 1, 1), date(self.year + ESTIMATE_YEARS, 12, 31))
        first = date(self.year, self.month or 1, self.day or 1)
        if self.day is not None:
            return DateRange(first, first)
        after = date(self.year + 1, 1, 1) if (self.month or 12) == 12 else date(self.year, (self.month or 0) + 1, 1)
        return DateRange(first, after - timedelta(days=1))

    def display(self, about: str = "khoảng {year}") -> str:
        """`17/05/2014`, `05/2014`, `2014`, `khoảng 2014`; `about` is ABOUT_YEAR in the reader's language."""
        if self.is_estimated:
            return about.format(year=self.year)
        month = "" if self.month is None else f"{self.month:02}/"
        day = "" if self.day is None else f"{self.day:02}/"
        return f"{day}{month}{self.year:04}"


def may_be_born_together(one: str | None, other: str | None) -> bool:
    """Whether two stored birth dates can mean the same day; one that is not known can mean any."""
    if not one or not other:
        return True
    a, b = PartialDate.stored(one).possible, PartialDate.stored(other).possible
    return a.earliest <= b.latest and b.earliest <= a.latest


def says_less(one: str | None, other: str | None) -> bool:
    """Whether a stored birth date can mean every day that another can, and more: `2014` beside `2014-05-17`."""
    if not one or not other:
        return False
    a, b = PartialDate.stored(one).possible, PartialDate.stored(other).possible
    return a != b and a.earliest <= b.earliest and b.latest <= a.latest


def birthday(born: date, years: int) -> date:
    """The day on which `years` are completed; born on 29 February, that is 1 March in a year without it."""
    try:
        return born.replace(year=born.year + years)
    except ValueError:
        return date(born.year + years, 3, 1)


def months_after(day: date, months: int) -> date:
    """The same day of the month so many months later, or the last day of a month that has no such day."""
    year, month0 = divmod(day.year * 12 + day.month - 1 + months, 12)
    last = (date(year + (month0 + 1) // 12, (month0 + 1) % 12 + 1, 1) - timedelta(days=1)).day
    return date(year, month0 + 1, min(day.day, last))


def _completed_years(born: date, on: date) -> int:
    years = on.year - born.year
    return max(0, years if birthday(born, years) <= on else years - 1)


def age_on(birth: PartialDate, on: date) -> AgeRange:
    """Completed years on a day; a day before birth counts as age 0."""
    earliest, latest = birth.possible
    return AgeRange(_completed_years(latest, on), _completed_years(earliest, on))


def sixteenth_birthday(birth: PartialDate) -> DateRange:
    """The first and last day on which the child may turn 16."""
    earliest, latest = birth.possible
    return DateRange(birthday(earliest, ADULT_AGE), birthday(latest, ADULT_AGE))


def is_child_on(birth: PartialDate | None, on: date) -> bool | None:
    """Whether the person is a child on that day: under 16 (Law on Children 102/2016/QH13 art. 1).

    While the person may still be under 16 the answer is yes; None when nothing is known of the birth.
    """
    return None if birth is None else on < sixteenth_birthday(birth).latest


def birthday_alert(birth: PartialDate | None, on: date, days: int = ALERT_DAYS) -> date | None:
    """The first day on which a child may turn 16, when that is at most `days` ahead; None when there is no hurry.

    For a date not known to the day it may lie in the past: the alert then stays until the child is surely 16.
    """
    if birth is None or not is_child_on(birth, on):
        return None
    turns = sixteenth_birthday(birth).earliest
    return turns if turns - on <= timedelta(days=days) else None
