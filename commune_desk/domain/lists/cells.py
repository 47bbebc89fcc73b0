"""Single cells of a commune's list: what was meant, and what had to be guessed or put right."""

from __future__ import annotations

import enum
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from commune_desk.domain.entered.dates import parse_partial_date
from commune_desk.domain.entered.people import Level, check_id_number, has_lost_zero, normal_id_number, normal_phone
from commune_desk.domain.time.dates import PartialDate, is_child_on
from commune_desk.domain.vietnamese.text import fold, tidy
from commune_desk.domain.words.errors import Invalid
from commune_desk.domain.words.labels import N_

Cell = str | int | float | bool | date | datetime | None
Row = tuple[Cell, ...]

BIRTH_DATE_MISSING = N_("There is no birth date.")
BIRTH_DATE_UNREADABLE = N_("“{value}” is not a date that exists. Write it as 17/05/2014, or only the year.")
BIRTH_DATE_AHEAD = N_("The birth date {value} lies in the future.")
ALREADY_SIXTEEN = N_("Born {value}: already 16 years old, no longer a child.")
YEAR_OF_TWO_DIGITS = N_("“{value}” has a year of two digits; it was read as {date}.")
SERIAL_DATE = N_("The number {value} is how Excel keeps a date; it was read as {date}.")
ID_NOT_TWELVE_DIGITS = N_("The ID number “{value}” does not have 12 digits.")
ID_LOST_DIGITS = N_("Excel rounded the ID number to “{value}”; its last digits are lost. Type it again as text.")
ID_ZERO_RESTORED = N_("The ID number had lost its leading 0; it was read as {value}.")
PHONE_UNREADABLE = N_("“{value}” is not a phone number; it is kept in the note.")
PHONE_ZERO_RESTORED = N_("The phone number had lost its leading 0; it was read as {value}.")
PHONE_SEVERAL = N_("There are several phone numbers; {value} was taken, all are kept in the note.")
SEX_UNKNOWN = N_("“{value}” is neither Nam (male) nor Nữ (female); the sex is left open.")
NAME_MISSING = N_("There is no name.")
NAME_WITHOUT_LETTERS = N_("“{value}” is not a name.")
NAME_WITH_DIGITS = N_("The name “{value}” holds digits.")
NAME_OF_ONE_WORD = N_("The name “{value}” is a single word.")

_SPREADSHEET_ERROR = re.compile(
    r"#(?:N/A|DIV/0!|NAME\?|(?:REF|VALUE|NUM|NULL|SPILL|CALC|FIELD)!)|Err:\d{3}", re.IGNORECASE
)
_EXCEL_ZERO = date(1899, 12, 30)
_SERIAL_FIRST, _SERIAL_LAST = 20_000, 80_000
"""As dates: October 1954 to January 2119. No year and no ddMMyyyy number falls between them."""
_MARKS = frozenset({"x", "v", "1", "co", "true", "dung"})
_MALE = frozenset({"nam", "trai", "m", "male", "be trai"})
_FEMALE = frozenset({"nu", "gai", "f", "female", "be gai"})
_SHORT_YEAR = re.compile(r"\d{1,2}\D+\d{1,2}\D+\d{2}")
_SCIENTIFIC = re.compile(r"\d(?:[.,]\d+)?e\+?\d{2}", re.IGNORECASE)
_NONE = frozenset(
    {"", "0", "khong", "khong co", "khong ro", "khong nho", "khong biet", "ko", "ko co", "ko ro", "chua", "chua co"}
    | {"chua ro", "chua cap", "chua lam", "chua duoc cap", "n a", "nan"}
)
"""What people write, folded, where there is nothing to write."""
_ROUNDED = re.compile(r"[1-9]\d*0{5}")
"""No ID number begins otherwise than with 0; one without it came from a number, and Excel shows six digits of that."""
_PHONE_IN_WORDS = re.compile(r"(?<!\d)(?:\+?84[ .\-]?|0[ .\-]?)(?:[35789](?:[ .\-]?\d){8}|2(?:[ .\-]?\d){9})(?!\d)")
_BETWEEN_PHONES = re.compile(r"[/;,&()]|\bvà\b|\s-\s|\s{2,}|\n")


class ListLevel(enum.StrEnum):
    """How grave a finding is: an error keeps the row out, a warning asks for a look, a repair is only told."""

    ERROR = "error"
    WARNING = "warning"
    REPAIRED = "repaired"


@dataclass(frozen=True, slots=True)
class ListFinding:
    """Something about a cell: `text` is an English message id, `params` fills its placeholders."""

    level: ListLevel
    text: str
    params: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reading:
    """The value of a cell as it is stored (None when nothing usable), and what was found on the way."""

    value: str | None = None
    finding: ListFinding | None = None


def found(level: ListLevel, text: str, **params: str) -> Reading:
    """A finding and no usable value."""
    return Reading(None, ListFinding(level, text, params))


def cell_text(cell: Cell) -> str:
    """A cell as a person sees it: whole numbers without `.0`, dates as dd/MM/yyyy."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "x" if cell else ""
    if isinstance(cell, date):
        return cell.strftime("%d/%m/") + f"{cell.year:04}"
    if isinstance(cell, float) and cell.is_integer() and abs(cell) < 1e15:
        return str(int(cell))
    return tidy(str(cell))


def is_spreadsheet_error(cell: Cell) -> bool:
    """Whether a cell holds no value, but what a spreadsheet shows where a formula has none: #N/A, #REF!, Err:502."""
    return isinstance(cell, str) and _SPREADSHEET_ERROR.fullmatch(cell.strip()) is not None


def is_marked(cell: Cell) -> bool:
    """Whether a column to tick is ticked: x, v, a check mark, 1, có."""
    text = cell_text(cell)
    return fold(text) in _MARKS or text in ("✓", "✔", "☑", "√", "+")


def read_sex(cell: Cell) -> Reading:
    """`male` or `female`."""
    text = cell_text(cell)
    word = fold(text)
    if word in _MALE or word in _FEMALE:
        return Reading("male" if word in _MALE else "female")
    return found(ListLevel.WARNING, SEX_UNKNOWN, value=text) if word else Reading()


def _says_none(text: str) -> bool:
    return fold(text) in _NONE


def read_birth(cell: Cell, today: date) -> Reading:
    """A birth date as `PartialDate` stores it, of someone who may still be under 16 (Law 102/2016 art. 1)."""
    text = cell_text(cell)
    if _says_none(text) and text != "0":
        return found(ListLevel.WARNING, BIRTH_DATE_MISSING)
    try:
        birth = _serial(cell) or parse_partial_date(_padded(text), today)
    except Invalid:
        return _refused_birth(text, today)
    if birth is None:
        return found(ListLevel.ERROR, BIRTH_DATE_UNREADABLE, value=text)
    if birth.possible.earliest > today:
        return found(ListLevel.ERROR, BIRTH_DATE_AHEAD, value=birth.display())
    if not is_child_on(birth, today):
        return found(ListLevel.ERROR, ALREADY_SIXTEEN, value=birth.display())
    return Reading(birth.text, _guessed(cell, text, birth))


def _padded(text: str) -> str:
    """A ddMMyyyy number whose leading 0 was lost."""
    return text.zfill(8) if len(text) == 7 and text.isdigit() else text


def _serial(cell: Cell) -> PartialDate | None:
    """The day of a date that Excel shows as a number, also when it came as text from a CSV."""
    text = cell_text(cell)
    if len(text) == 5 and text.isdigit() and _SERIAL_FIRST <= int(text) <= _SERIAL_LAST:
        return PartialDate.of(_EXCEL_ZERO + timedelta(days=int(text)))
    return None


def _guessed(cell: Cell, text: str, birth: PartialDate) -> ListFinding | None:
    if _serial(cell):
        return ListFinding(ListLevel.REPAIRED, SERIAL_DATE, {"value": text, "date": birth.display()})
    if _SHORT_YEAR.fullmatch(text):
        return ListFinding(ListLevel.WARNING, YEAR_OF_TWO_DIGITS, {"value": text, "date": birth.display()})
    return None


def _refused_birth(text: str, today: date) -> Reading:
    """Why a date was refused: it does not exist, or it lies ahead."""
    try:
        far = parse_partial_date(_padded(text), today.replace(year=today.year + 200, day=1))
    except Invalid:
        far = None
    return Reading(
        None, ListFinding(ListLevel.ERROR, BIRTH_DATE_AHEAD if far else BIRTH_DATE_UNREADABLE, {"value": text})
    )


def read_id_number(cell: Cell) -> Reading:
    """The 12 digits of a personal ID (Decree 137/2015 art. 13), the leading 0 of Excel's numbers put back."""
    text = cell_text(cell)
    if _says_none(text):
        return Reading()
    if _SCIENTIFIC.search(text) or _ROUNDED.fullmatch(text):
        return found(ListLevel.ERROR, ID_LOST_DIGITS, value=text)
    number, repair = normal_id_number(text)
    if any(finding.level == Level.ERROR for finding in check_id_number(number, sex=None, birth=None)):
        return found(ListLevel.ERROR, ID_NOT_TWELVE_DIGITS, value=text)
    if repair:
        return Reading(number, ListFinding(ListLevel.REPAIRED, ID_ZERO_RESTORED, {"value": number}))
    return Reading(number or None)


def read_phone(cell: Cell) -> Reading:
    """The first phone number of a cell as `normal_phone` stores it."""
    text = cell_text(cell)
    if _says_none(text):
        return Reading()
    parts = [text] if normal_phone(text) else [part for part in _BETWEEN_PHONES.split(text) if normal_phone(part)]
    if len(parts) < len(in_words := _PHONE_IN_WORDS.findall(text)):
        parts = in_words
    numbers = [number for part in parts if (number := normal_phone(part))]
    if not numbers:
        return found(ListLevel.WARNING, PHONE_UNREADABLE, value=text)
    if len(numbers) > 1:
        return Reading(numbers[0], ListFinding(ListLevel.WARNING, PHONE_SEVERAL, {"value": numbers[0]}))
    if has_lost_zero(parts[0]):
        return Reading(numbers[0], ListFinding(ListLevel.REPAIRED, PHONE_ZERO_RESTORED, {"value": numbers[0]}))
    return Reading(numbers[0])


def read_name(cell: Cell) -> Reading:
    """A child's name as it was typed, composed and tidied; its case is never changed here."""
    name = cell_text(cell)
    if not fold(name):
        return found(ListLevel.ERROR, NAME_MISSING)
    if not any(char.isalpha() for char in name):
        return found(ListLevel.ERROR, NAME_WITHOUT_LETTERS, value=name)
    if any(char.isdigit() for char in name):
        return Reading(name, ListFinding(ListLevel.WARNING, NAME_WITH_DIGITS, {"value": name}))
    if " " not in name:
        return Reading(name, ListFinding(ListLevel.WARNING, NAME_OF_ONE_WORD, {"value": name}))
    return Reading(name)
