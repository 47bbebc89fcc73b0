"""What is indexed for search, and what was typed as a full-text query that can never be malformed (FTS5)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from itertools import groupby

from commune_desk.domain.vietnamese.text import fold, initials, second_fold, syllables

# Private-use characters are token characters to unicode61, and `fold` never lets one through:
# what is typed cannot run into a marked token.
TAIL_MARK = "\ue000"
INITIALS_MARK = "\ue001"

_MAX_WORDS = 10
_MAX_CHARS = 32
_TAIL_DIGITS = 3
_SYLLABLE_START = re.compile(
    "(?:ngh?|nh|gh|gi|kh|ph|qu|th|tr|ch|[bcdghklmnpqrstvx])?(?:[aeiouy]{1,3}(?:ch|nh|ng?|[cmpt])?)?"
)
_TELEX_TONE = re.compile("(?<=..)[sfrxj]$")
_TELEX_TWIN = re.compile("([aeod])\\1")


def search_text(*parts: str | None) -> str:
    """The text to index for a record: name, parents, village, phones, ID number... in any order.

    Holds each part's folded words, its initials, and numbers also backwards so that their last digits can be found.
    """
    tokens: dict[str, None] = {}
    for part in filter(None, parts):
        words = fold(part).split()
        if len(words) > 1 and all(map(_is_number, words)):
            words.append("".join(words))
        tokens |= dict.fromkeys(words)
        tokens |= dict.fromkeys(TAIL_MARK + word[::-1] for word in words if _has_tail(word))
        if 2 <= len(words) <= 8 and not any(map(_is_number, words)):
            tokens[INITIALS_MARK + initials(part)] = None
    return " ".join(tokens)


def match_query(typed: str, *, loose: bool = False) -> str:
    """The FTS5 MATCH expression for what was typed; "" when nothing can be searched for.

    Words in any order, each the beginning of a word; initials ("dth"); three digits or more also as the end of a
    number. `loose` adds other spellings (ly/li, left-over Telex keys): for a second try when nothing was found.
    """
    words = [word[:_MAX_CHARS] for word in fold(typed).split()[:_MAX_WORDS]]
    terms: list[str] = []
    for are_numbers, run in groupby(words, _is_number):
        if are_numbers:
            terms.append(_number_term(list(run)))
        else:
            terms += (_word_term(word, loose) for word in run)
    return " AND ".join(terms)


def initials_term(typed: str) -> str:
    """The term of a full-text query for names whose words begin as those typed, in order; "" where there are none."""
    words = fold(typed).split()
    return f'"{INITIALS_MARK}{initials(typed)}"' if 2 <= len(words) <= 8 and not any(map(_is_number, words)) else ""


def exact_marks_rank(typed: str, name: str) -> int:
    """0 when every mark typed stands in the name (or none was typed), else 1. For ordering hits.

    Words may be unfinished and in any order; an unmarked letter agrees with a marked one, never the reverse.
    """
    in_name = syllables(name)
    marked = [word for word in syllables(typed) if word[1] != "0" or fold(word[0]) != word[0]]
    return 0 if all(any(_agrees(word, whole) for whole in in_name) for word in marked) else 1


def own_name_rank(typed: str, name: str) -> int:
    """0 when every word typed is a word of the name itself, 1 when each begins one, else 2. For ordering hits.

    Typing "dang thi hoa" puts Đặng Thị Hoà before a Hoàng Thị Diễm whose mother is a Đặng Thị Hoà.
    """
    words, own = fold(typed).split(), fold(name).split()
    if all(word in own for word in words):
        return 0
    return 1 if all(any(one.startswith(word) for one in own) for word in words) else 2


def _agrees(typed: tuple[str, str], whole: tuple[str, str]) -> bool:
    letters, tone = typed
    return (
        tone in ("0", whole[1])
        and len(letters) <= len(whole[0])
        and all(a == b or a == fold(b) for a, b in zip(letters, whole[0], strict=False))
    )


def _is_number(word: str) -> bool:
    return word.isascii() and word.isdigit()


def _has_tail(word: str) -> bool:
    return _is_number(word) and len(word) >= _TAIL_DIGITS


def _number_term(run: list[str]) -> str:
    """A number, or several typed apart: "0912 345 678" is one phone, but may also be words of their own."""
    whole = "".join(run)[:_MAX_CHARS]
    options = [_prefix(whole)]
    if whole.startswith("84") and len(whole) == 11:
        options.append(_prefix("0" + whole[2:]))
    if _has_tail(whole):
        options.append(_prefix(TAIL_MARK + whole[::-1]))
    if len(run) > 1:
        options.append("(" + " AND ".join(_number_term([word]) for word in run) + ")")
    return _any_of(options)


def _word_term(word: str, loose: bool) -> str:
    options = [_prefix(word)]
    if len(word) > 1:
        # What may be the start of a word is taken for initials only when all of them are given.
        marked = INITIALS_MARK + word
        options.append(f'"{marked}"' if _SYLLABLE_START.fullmatch(word) else _prefix(marked))
    if loose:
        options += (_prefix(other) for other in _other_spellings(word))
    return _any_of(options)


def _other_spellings(word: str) -> set[str]:
    plain = _TELEX_TONE.sub("", _TELEX_TWIN.sub(r"\1", word.replace("w", "")))
    with_y = word[:-1] + "y"
    others = {second_fold(word), plain, with_y if word == second_fold(with_y) else word}
    return {other for other in others if other} - {word}


def _prefix(token: str) -> str:
    return f'"{token}"*'


def _any_of(options: Iterable[str]) -> str:
    distinct = list(dict.fromkeys(options))
    return distinct[0] if len(distinct) == 1 else "(" + " OR ".join(distinct) + ")"
