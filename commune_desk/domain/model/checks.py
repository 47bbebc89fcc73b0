"""What one value of a field must be like: the same at a form, at a desk's intake and when the province admits it."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Collection
from datetime import date
from enum import StrEnum
from functools import lru_cache
from typing import Any, NamedTuple

from commune_desk.domain.model.ids import is_id
from commune_desk.domain.time.clock import from_iso
from commune_desk.domain.words.labels import N_

Check = Callable[[Any], str | None]
"""Tells the message id of what is wrong with a value, or None."""


class Shape(StrEnum):
    """What a text field must look like beyond being text."""

    TEXT = "text"
    DATE = "date"
    PARTIAL_DATE = "partial_date"
    INSTANT = "instant"
    CODE = "code"
    REFERENCE = "reference"


_REMEMBERED = 1024
"""Values of one field that were looked at already."""
_COME_AGAIN = frozenset({Shape.CODE, Shape.DATE, Shape.PARTIAL_DATE, Shape.REFERENCE})
_YEARS = range(1800, 2200)
"""Whatever is reckoned from a day or an hour within them, a deadline or a sixteenth birthday, exists too."""
WRONG_TYPE = N_("The value has the wrong type.")


class Rule(NamedTuple):
    """What the values of a field are: their type, and of texts, alone or in a list, the form."""

    kind: type
    shape: Shape
    longest: int
    """Characters."""
    allowed: Collection[str]
    """The codes that there are, where the program itself knows them all."""


def checker(rule: Rule) -> Check:
    """What checks values of such a field, made once for many."""
    fault = _FAULTS[rule.kind](rule)
    right = rule.kind

    def check(value: Any) -> str | None:
        if value is None:
            return None
        return fault(value) if type(value) is right else WRONG_TYPE

    return check


def _text_check(rule: Rule) -> Check:
    """Codes, days and ids come again and again and are looked at once; what people wrote is not kept."""
    longest = rule.longest
    shape_fault = _SHAPES[rule.shape](rule)

    def fault(text: str) -> str | None:
        if len(text) > longest:
            return N_("The text is too long.")
        if "\x00" in text or not (text.isascii() or unicodedata.is_normalized("NFC", text)):
            return N_("The text is not in standard Unicode form (NFC).")
        return shape_fault(text)

    return lru_cache(_REMEMBERED)(fault) if rule.shape in _COME_AGAIN else fault


def _items_check(rule: Rule) -> Check:
    text_fault = _text_check(rule)

    def fault(items: tuple[object, ...]) -> str | None:
        faults = (text_fault(item) if isinstance(item, str) else WRONG_TYPE for item in items)
        return next(filter(None, faults), None)

    return fault


def _number_fault(number: int) -> str | None:
    return N_("The number is too large.") if abs(number) >= 1 << 53 else None


def _no_fault(value: object) -> str | None:
    return None


_FAULTS: dict[type, Callable[[Rule], Check]] = {
    str: _text_check,
    tuple: _items_check,
    int: lambda _rule: _number_fault,
    bool: lambda _rule: _no_fault,
}


def _date_fault(text: str) -> str | None:
    try:
        is_real = date.fromisoformat(text).year in _YEARS and len(text) == 10
    except ValueError:
        is_real = False
    return None if is_real else N_("The date does not exist.")


def _partial_date_fault(text: str) -> str | None:
    bare = text.removeprefix("~")
    return _date_fault({4: bare + "-01-01", 7: bare + "-01", 10: bare}.get(len(bare), ""))


def _instant_fault(text: str) -> str | None:
    try:
        is_real = from_iso(text).year in _YEARS
    except ValueError:
        is_real = False
    return None if is_real else N_("The time does not exist.")


def _reference_fault(text: str) -> str | None:
    return None if is_id(text) else N_("The reference to another record is damaged.")


def _code_check(rule: Rule) -> Check:
    allowed = rule.allowed

    def fault(text: str) -> str | None:
        if (allowed and text not in allowed) or not text or len(text) > 40 or not text.isascii():
            return N_("The code is not known.")
        return None

    return fault


_SHAPES: dict[Shape, Callable[[Rule], Check]] = {
    Shape.TEXT: lambda _rule: _no_fault,
    Shape.DATE: lambda _rule: _date_fault,
    Shape.PARTIAL_DATE: lambda _rule: _partial_date_fault,
    Shape.INSTANT: lambda _rule: _instant_fault,
    Shape.CODE: _code_check,
    Shape.REFERENCE: lambda _rule: _reference_fault,
}
