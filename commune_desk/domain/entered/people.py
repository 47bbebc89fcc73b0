"""What identifies a person: the 12-digit ID number and the phone, as people write them and as they are stored."""

from __future__ import annotations

import re
from enum import StrEnum

import msgspec

from commune_desk.domain.time.dates import PartialDate
from commune_desk.domain.vietnamese.text import tidy
from commune_desk.domain.words.labels import N_

ID_DIGITS = 12


class Level(StrEnum):
    """An error stops the record; a warning is shown and may be overruled."""

    ERROR = "error"
    WARNING = "warning"


class Finding(msgspec.Struct, frozen=True):
    """Something about one field that a person should look at; `text` is a message id."""

    field: str
    level: Level
    text: str


_SEPARATORS = re.compile(r"[\s.\-–'’`]+")
"""Also the quotes that Excel's users put before a number to keep its zeros."""
_NUMBER_TAIL = re.compile(r"\.0+$")
_LOST_ONE_ZERO = re.compile("[1-9][0-9]{10}")
_LOST_TWO_ZEROS = re.compile("[12468][0-5][0-9]{8}")
"""Codes of the provinces numbered below 010 (Decree 137/2015/ND-CP): 001, 002, 004, 006, 008. Excel takes every leading
zero: eleven digits that begin with one are a number with a digit left out."""


def _warning(text: str) -> Finding:
    return Finding("id_number", Level.WARNING, text)


def normal_id_number(text: str) -> tuple[str, Finding | None]:
    """The number without separators, and with the zeros that Excel takes from its head put back.

    A restored number comes with a warning. Anything else is left for `check_id_number` to judge.
    """
    digits = _SEPARATORS.sub("", _NUMBER_TAIL.sub("", text.strip()))
    if _LOST_ONE_ZERO.fullmatch(digits) or _LOST_TWO_ZEROS.fullmatch(digits):
        return digits.zfill(ID_DIGITS), _warning(N_("The ID number had lost its leading 0; it was put back."))
    return digits, None


def check_id_number(text: str, *, sex: str | None, birth: PartialDate | None) -> list[Finding]:
    """Judge a personal ID number (Decree 137/2015/ND-CP art. 13): 3 digits place, 1 century and sex, 2 year, 6 random.

    The shape is an error; sex and year are warnings only, for both are corrected at times. Any place is right.
    """
    if not text:
        return []
    if not (len(text) == ID_DIGITS and text.isascii() and text.isdigit()):
        return [Finding("id_number", Level.ERROR, N_("The ID number must have exactly 12 digits."))]
    century_and_sex = int(text[3])
    if century_and_sex > 5:
        return [_warning(N_("The fourth digit of the ID number fits no century."))]
    findings = []
    if sex in ("male", "female") and (century_and_sex % 2 == 0) is not (sex == "male"):
        findings.append(_warning(N_("The ID number belongs to the other sex.")))
    year = 1900 + century_and_sex // 2 * 100 + int(text[4:6])
    if birth is not None and not birth.possible.earliest.year <= year <= birth.possible.latest.year:
        findings.append(_warning(N_("The ID number belongs to another year of birth.")))
    return findings


_PHONE_NOISE = re.compile(r"[\s.\-–()/'’`]+")
_COUNTRY = re.compile(r"^(?:\+|00)?84(?=[0-9]{9,10}$)0?")
_LOST_ZERO = re.compile("[35789][0-9]{8}|2[0-9]{9}")
_PHONE = re.compile("0[35789][0-9]{8}|02[0-9]{9}|1[89]00[0-9]{4}(?:[0-9]{2})?")
_OLD_MOBILE = re.compile("0?(12[0-9]|16[0-9]|18[68]|199)([0-9]{7})")
_RENUMBERED = (
    {f"16{digit}": f"3{digit}" for digit in "23456789"}
    | {"120": "70", "121": "79", "122": "77", "126": "76", "128": "78"}
    | {"123": "83", "124": "84", "125": "85", "127": "81", "129": "82"}
    | {"186": "56", "188": "58", "199": "59"}
)
"""The eleven-digit mobile numbers that old lists hold, renumbered in 2018."""


def normal_phone(text: str) -> str | None:
    """The phone as stored, digits only: 0912345678, 02033825555, 18001769. None when it is not one Vietnamese number.

    Takes spaces and dots, +84 and 84, a lost leading 0, and the mobile prefixes of before 2018.
    """
    digits = _COUNTRY.sub("0", _PHONE_NOISE.sub("", _NUMBER_TAIL.sub("", text.strip())))
    if (old := _OLD_MOBILE.fullmatch(digits)) and old[1] in _RENUMBERED:
        digits = "0" + _RENUMBERED[old[1]] + old[2]
    elif _LOST_ZERO.fullmatch(digits):
        digits = "0" + digits
    return digits if _PHONE.fullmatch(digits) else None


def as_stored(field: str, text: str) -> str:
    """What a person wrote in a field of this name as every form keeps it: numbers in the one spelling they have.

    So the same number is the same value, whoever wrote it where. What is no such number stays as it was written.
    """
    if field == "phone":
        return normal_phone(text) or tidy(text)
    return normal_id_number(text)[0] if field == "id_number" else tidy(text)


def has_lost_zero(text: str) -> bool:
    """Whether `normal_phone` had to put the leading 0 back that Excel takes from a number."""
    return normal_phone(text) == "0" + _PHONE_NOISE.sub("", _NUMBER_TAIL.sub("", text.strip()))


def format_phone(digits: str) -> str:
    """A stored phone as it is read aloud: 0912 345 678, 0203 3825 555, 024 3825 5555, 1800 1769."""
    if digits.startswith(("1800", "1900")):
        groups = (4, 4, 2)
    elif digits.startswith(("024", "028")):
        groups = (3, 4, 4)
    else:
        groups = (4, 4, 3) if len(digits) == 11 else (4, 3, 3)
    first, second = groups[0], groups[0] + groups[1]
    return " ".join(filter(None, (digits[:first], digits[first:second], digits[second:])))
