"""Vietnamese text: tidying, folding for search, names, and keys that sort in Vietnamese order."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from commune_desk.domain.vietnamese.letters import ALPHABET, PerCharacter, fold_letter, split_letter

_FOLD = PerCharacter(fold_letter)
_LETTERS = PerCharacter(lambda char: split_letter(char)[0])
_TONES = PerCharacter(lambda char: split_letter(char)[1])
_RANKS = {ord(letter): chr(0x41 + rank) for rank, letter in enumerate(ALPHABET)}
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1b\x7f\u200b-\u200f\u202a-\u202e\u2060\ufeff]")
_REMARK = re.compile(r"\([^)]*\)?")
_NUMBER = re.compile("[0-9]+")
_END_Y = re.compile(r"\b(qu|[bcdghklmnprstvx]+)y(?=\b|nh\b|t\b|ch\b)")
_WORD_MARK, _LEVEL_MARK = "!", " "  # both below every digit and letter of a key


def nfc(s: str) -> str:
    """Canonical composition: the one form in which text is stored."""
    return unicodedata.normalize("NFC", s)


def visible(s: str) -> str:
    """NFC without the characters that nobody sees, as they come with text from elsewhere."""
    return nfc(_INVISIBLE.sub("", s))


def tidy(s: str) -> str:
    """One line of text as it is stored: NFC, every kind of space single, ends stripped, no invisible characters."""
    return " ".join(visible(s).split())


@lru_cache(maxsize=16_384)
def fold(s: str) -> str:
    """The search form: lower case, without marks, đ as d, punctuation as spaces, single spaces.

    Takes NFC, NFD and upper case alike: "ĐẶNG Thị Hoà", "đặng thị hòa" and "Dang-Thi-Hoa" are one.
    """
    return " ".join(s.translate(_FOLD).split())


def second_fold(s: str) -> str:
    """`fold`, and the y that is also written i (Lý/Lí, Quý/Quí) as i. For a second chance, never the first."""
    return _END_Y.sub(r"\1i", fold(s))


def given_name(name: str) -> str:
    """The given name: the last word, remarks in brackets left out."""
    words = tidy(_REMARK.sub(" ", name)).split()
    return words[-1] if words else ""


def initials(name: str) -> str:
    """The folded first letters: "Đặng Thị Hoà" gives "dth"."""
    return "".join(word[0] for word in fold(_REMARK.sub(" ", name)).split())


@lru_cache(maxsize=4096)
def syllables(text: str) -> tuple[tuple[str, str], ...]:
    """Each word as (lower-case letters without tones, ranks of its tones).

    Where in the word the tone mark sits is left out on purpose: hoà and hòa are one.
    """
    composed = nfc(text)
    letters = composed.translate(_LETTERS).split()
    tones = composed.translate(_TONES).split()
    return tuple((word, marks.replace("0", "") or "0") for word, marks in zip(letters, tones, strict=True))


def sort_key(name: str) -> str:
    """Key of a person's name: by given name, then family name, then middle names, in Vietnamese order.

    Made of plain characters, for a TEXT column with BINARY collation. Ties must be broken by the id.
    """
    words = syllables(_REMARK.sub(" ", name))
    parts = (words[-1:], words[:1] if len(words) > 1 else (), words[1:-1])
    return _LEVEL_MARK.join(_key(part) for part in parts)


def plain_sort_key(text: str) -> str:
    """Key of any other text (a village, a school): the same order, left to right, numbers by value."""
    return _key(syllables(text))


def _key(words: tuple[tuple[str, str], ...]) -> str:
    """Letters of all words first, then the tones: a tone decides only between equal letters."""
    letters = _WORD_MARK.join(word for word, _ in words).translate(_RANKS)
    return _NUMBER.sub(_by_value, letters) + _LEVEL_MARK + "".join(tone for _, tone in words)


def _by_value(number: re.Match[str]) -> str:
    digits = number[0].lstrip("0")
    return f"{min(len(digits), 9)}{digits}"
