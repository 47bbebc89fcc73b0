"""The Vietnamese alphabet: which letter a character is, which tone it carries, and what it folds to."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable

ALPHABET = "aăâbcdđeêfghijklmnoôơpqrstuưvwxyz"
"""The 29 letters in their order, with f j w z (which occur in names) at their Latin places."""

TONE_MARKS = {"\u0300": "1", "\u0309": "2", "\u0303": "3", "\u0301": "4", "\u0323": "5"}
"""Combining mark to rank of the tone: huyền, hỏi, ngã, sắc, nặng; no mark is rank 0."""

_LETTER_MARKS = "\u0302\u0306\u031b"
_STROKED_D = str.maketrans("ðɖ", "đđ")  # Icelandic eth and African d look like đ in old lists
_BOUNDED = 4096


class PerCharacter(dict[int, str]):
    """A `str.translate` table that works out a character when it is first met."""

    def __init__(self, rule: Callable[[str], str]) -> None:
        super().__init__()
        self._rule = rule

    def __missing__(self, code: int) -> str:
        value = self._rule(chr(code))
        if len(self) < _BOUNDED:
            self[code] = value
        return value


def split_letter(char: str) -> tuple[str, str]:
    """A character as (lower-case letter without its tone, rank of the tone "0".."5").

    A separator gives (" ", " "), a mark or an invisible character ("", "").
    """
    category = unicodedata.category(char)
    if category in ("Mn", "Cf"):
        return "", ""
    if category[0] not in "LN":
        return " ", " "
    base, *marks = list(unicodedata.normalize("NFD", char.lower().translate(_STROKED_D)))
    tone = next((TONE_MARKS[mark] for mark in marks if mark in TONE_MARKS), "0")
    letter = unicodedata.normalize("NFC", base + "".join(mark for mark in marks if mark in _LETTER_MARKS))
    return (letter if letter in ALPHABET else base), tone


def fold_letter(char: str) -> str:
    """A character as it is searched: lower case, no marks, đ as d, separators as a space."""
    folded = ""
    for part in unicodedata.normalize("NFD", char.lower().translate(_STROKED_D)):
        category = unicodedata.category(part)
        if category in ("Mn", "Cf"):
            continue
        folded += part if category[0] in "LN" else " "
    return folded.replace("đ", "d")
