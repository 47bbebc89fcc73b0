"""What a row below the header is: a child, a village's heading, titles once more, a closing remark, signatures."""

from __future__ import annotations

import enum
import re
from collections.abc import Callable, Sequence

from commune_desk.domain.lists.header import are_titles
from commune_desk.domain.vietnamese.text import fold

_SECTION = re.compile(
    r"(?:(?:[ivx]+|\d{1,2}|[a-d])[.)/: ]+)?((?:thôn|thon|bản|khu|xóm|xom|tổ dân phố|to dan pho|khe)\b.*)", re.IGNORECASE
)
_SECTION_NUMBER = re.compile(r"(?:[ivx]+|\d{1,2}|[a-d])[.)]?", re.IGNORECASE)
_FOOTER = re.compile(
    r"^(?:tong (?:so|cong)\b|(?:tong|cong)(?: \d.*)?$|cong (?:cong|toan)\b|nguoi lap|lap bieu|t ?m\b|chu tich"
    r"|pho chu tich|noi nhan|xac nhan|ghi chu|can bo|an dinh danh sach|danh sach nay|ky ten\b|ky ghi ro)"
    r"|\bngay\b.*\bthang\b.*\bnam\b"
)
_SIGNATURE = re.compile(r"^(?:nguoi lap|lap bieu|t ?m\b|chu tich|pho chu tich|ky ten\b|ky ghi ro)")
_COUNT = re.compile(r"\d{1,3}(?: (?:tre|em|chau|ho|khau)\b.*)?")
_FOOTER_DAY = re.compile(r"\bngay\b.*\bthang\b.*\bnam\b")
_NUMBERING = re.compile(r"\(?\d{1,2}\)?")


class RowKind(enum.StrEnum):
    """What a row below the header is. Only `child` rows are counted and may have problems."""

    CHILD = "child"
    SECTION = "section"
    TITLES = "titles"
    REMARK = "remark"
    SIGNATURE = "signature"
    BLANK = "blank"


def kind_of_row(texts: Sequence[str], name: str, is_born: Callable[[], bool]) -> tuple[RowKind, str | None]:
    """The kind of a row with these texts, one for each column; a village heading also gives the village.

    `name` is what stands in the columns of the child's name, `is_born` whether a day of birth stands in its own.
    """
    filled = [text for text in texts if text]
    if not filled:
        return RowKind.BLANK, None
    if are_titles(texts):
        return RowKind.TITLES, None
    if heading := _heading(filled):
        return RowKind.SECTION, heading
    closing = [fold(text) for text in filled if _FOOTER.search(fold(text))]
    if closing and len(filled) <= 4 and not _names_a_child(name, is_born):
        return (RowKind.SIGNATURE if any(map(_SIGNATURE.search, closing)) else RowKind.REMARK), None
    if len(filled) == 1 and not name:
        return RowKind.REMARK, None
    is_numbering = len(filled) >= 3 and all(_NUMBERING.fullmatch(text) for text in filled)
    return (RowKind.REMARK if is_numbering else RowKind.CHILD), None


def is_signing(texts: Sequence[str]) -> bool:
    """Whether a row below the signatures is no child: a name or two by themselves, without any number."""
    filled = [text for text in texts if text]
    return len(filled) <= 3 and not any(char.isdigit() for text in filled for char in text)


def _heading(filled: Sequence[str]) -> str | None:
    """The village that a row of its own names, with a number before it or a count behind it at most."""
    words = [text for text in filled if not (_SECTION_NUMBER.fullmatch(text) or _COUNT.fullmatch(fold(text)))]
    heading = _SECTION.fullmatch(words[0]) if len(words) == 1 else None
    return heading[1].split("(")[0].strip(".: ") if heading else None


def _names_a_child(name: str, is_born: Callable[[], bool]) -> bool:
    """Whether a row with a closing remark's words is a child's: they stand beside a name, or the name has them."""
    if not any(map(str.isalpha, name)):
        return False
    return not _FOOTER.search(fold(name)) or (is_born() and not _FOOTER_DAY.search(fold(name)))
