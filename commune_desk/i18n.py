"""The language of the screen: Vietnamese unless English is chosen. Texts, dates, numbers, money, sizes."""

from __future__ import annotations

import gettext as _gettext
import os
import string
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import date, datetime
from functools import cache
from typing import Literal

from commune_desk.domain.time.clock import VIETNAM, local_day
from commune_desk.domain.words.errors import DeskError, Invalid
from commune_desk.domain.words.labels import N_
from commune_desk.program_files import resource

Language = Literal["vi", "en"]

DOMAIN = "commune_desk"
DEFAULT: Language = "vi"

_WEEKDAYS = (
    N_("Monday"),
    N_("Tuesday"),
    N_("Wednesday"),
    N_("Thursday"),
    N_("Friday"),
    N_("Saturday"),
    N_("Sunday"),
)
_SIZE_UNITS = ("B", "KB", "MB", "GB", "TB")
_GROUPED_FROM = 10_000
"""Numbers inside a sentence are grouped from here on, so that a year stays a year."""


class _Screen:
    """The one language that the whole program speaks at a time."""

    language: Language = DEFAULT


@cache
def _catalogue(language: Language) -> _gettext.NullTranslations:
    """The texts of a language; without its catalogue the English source texts."""
    if language == "en":
        return _gettext.NullTranslations()
    return _gettext.translation(DOMAIN, resource("locale"), languages=[language], fallback=True)


def language_of(code: str) -> Language:
    """The language that a code names; the default for any other."""
    return "en" if code == "en" else DEFAULT


def set_language(language: Language) -> None:
    """Speak `language` from now on; widgets already shown keep their texts."""
    _Screen.language = language


def language() -> Language:
    return _Screen.language


def _(text: str) -> str:
    """The translation of an English message id; fill placeholders afterwards with `.format(name=…)`."""
    return _catalogue(_Screen.language).gettext(text) if text else ""


def ngettext(one: str, many: str, count: int) -> str:
    """The translation that fits `count`; fill placeholders afterwards."""
    return _catalogue(_Screen.language).ngettext(one, many, count)


@contextmanager
def argparse_speaks(code: Language) -> Iterator[None]:
    """Inside the block `argparse`, which asks gettext's own domain, says its few words in a language."""
    domain, former = _gettext.textdomain(), os.environ.get("LANGUAGE")
    _gettext.bindtextdomain(DOMAIN, str(resource("locale")))
    _gettext.textdomain(DOMAIN)
    os.environ["LANGUAGE"] = code
    try:
        yield
    finally:
        _gettext.textdomain(domain)
        os.environ.pop("LANGUAGE")
        if former is not None:
            os.environ["LANGUAGE"] = former


def is_message(text: str) -> bool:
    """Whether `text` is one of the program's own messages, and not something made up at run time."""
    return bool(text) and _catalogue(DEFAULT).gettext(text) != text


def placeholders(text: str) -> frozenset[str]:
    """The names in `{braces}`. Raises ValueError for braces that do not pair."""
    return frozenset(name for _text, name, _spec, _conversion in string.Formatter().parse(text) if name is not None)


def fill(text: str, params: Mapping[str, object]) -> str:
    """Translate `text` and fill its placeholders, dates and large numbers as the language writes them.

    A translation that lost or added a placeholder gives way to the English text; a parameter
    that nobody gave shows as "…". A message to a person never fails on its way to the screen.
    """
    translated = _(text)
    if placeholders(translated) != placeholders(text):
        translated = text
    values = {name: _shown(params[name]) if name in params else "…" for name in placeholders(translated)}
    return translated.format(**values)


def translate_error(error: DeskError) -> str:
    """What an error tells a person, in the language of the screen."""
    return fill(error.text, error.params)


def translate_fields(error: Invalid) -> dict[str, str]:
    """What an error tells beside each field that it names."""
    return {name: fill(text, error.params) for name, text in error.fields.items()}


def _shown(value: object) -> str:
    if isinstance(value, DeskError):
        return translate_error(value)
    if isinstance(value, datetime):
        return format_instant(value)
    if isinstance(value, date):
        return format_date(value)
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) >= _GROUPED_FROM:
        return format_number(value)
    return str(value)


def format_date(day: date) -> str:
    """`23/11/2026`, in both languages: it is how Viet Nam writes dates."""
    return f"{day.day:02d}/{day.month:02d}/{day.year:04d}"


def format_long_date(day: date) -> str:
    """`thứ Hai 23/11/2026`."""
    return f"{_(_WEEKDAYS[day.weekday()])} {format_date(day)}"


def format_time(instant: datetime) -> str:
    """`14:05` in Viet Nam, of an aware instant."""
    return instant.astimezone(VIETNAM).strftime("%H:%M")


def format_instant(instant: datetime) -> str:
    """`14:05 23/11/2026` in Viet Nam, of an aware instant; the day comes first in English: `23/11/2026 at 14:05`."""
    hour, day = format_time(instant), format_date(local_day(instant))
    return f"{day} at {hour}" if _Screen.language == "en" else f"{hour} {day}"


def format_number(value: float, digits: int = 0) -> str:
    """`1.234.567` or, with `digits`, `1.234,5`; English swaps point and comma."""
    text = f"{value:,.{digits}f}"
    return text if _Screen.language == "en" else text.translate(str.maketrans(",.", ".,"))


def format_size(count: int) -> str:
    """`1,1 KB` of a number of bytes; 1 KB is 1024 bytes, as file managers count."""
    size, unit = float(count), 0
    while size >= 1023.95 and unit < len(_SIZE_UNITS) - 1:
        size, unit = size / 1024, unit + 1
    return f"{format_number(size, 1 if unit else 0)} {_SIZE_UNITS[unit]}"
