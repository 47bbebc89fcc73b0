"""Finds the header of a commune's list: below titles and letterheads, over one line, two or three."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from commune_desk.domain.lists.cells import Cell, Row, cell_text
from commune_desk.domain.lists.columns import JOIN, NAME_TARGETS, Target, classify
from commune_desk.domain.vietnamese.legacy_text import Encoding, detect, detect_column, to_unicode
from commune_desk.domain.vietnamese.text import fold

SEARCHED_ROWS = 60
_SAMPLED_ROWS = 2_000
_LETTERHEAD = re.compile(r"cong hoa xa hoi|doc lap|\bubnd\b|uy ban|danh sach|bieu so|mau so|phu luc|kem theo|bao cao")
_NUMBER_CELL = re.compile(r"\(?(?:\d{1,2}|[A-Z])(?:\s*=\s*[\d+\-]+)?\)?")
_VALUE = re.compile(r"[\d\s./\-+]*\d[\d\s./\-]*")
_NAME_TITLE = re.compile(r"\bt[êe]n\b", re.IGNORECASE)
_SHORT_LEAVES = frozenset({"ngay", "thang", "nam", "nu", "cha", "bo", "me"})


@dataclass(frozen=True, slots=True)
class HeaderGuess:
    """The header's rows, counted from 0 and both included; `titles` has one text for each column, "" for none.

    The lines of a header are joined by " / ". `first_data_row` comes after numbering rows such as (1) (2) (3).
    """

    first_row: int
    last_row: int
    titles: tuple[str, ...]
    first_data_row: int


def find_header(rows: Sequence[Row]) -> HeaderGuess | None:
    """The most telling header in the first rows, or None when no row names a column of names and one more."""
    lines = _lines(rows[:SEARCHED_ROWS])
    candidates = list(_candidates(lines))
    best = max(candidates, key=lambda guess: (_score(guess), guess.last_row - guess.first_row), default=None)
    return best if best is not None and _score(best) > 0 else None


def header_at(rows: Sequence[Row], first_row: int, last_row: int) -> HeaderGuess:
    """The header that a person points at: `first_row` to `last_row`, both included."""
    return _guess(_lines(rows[: last_row + SEARCHED_ROWS]), first_row, last_row)


def column_encodings(rows: Sequence[Row], header: HeaderGuess) -> dict[int, Encoding]:
    """How the text of each column is written, judged by its first values."""
    sample = rows[header.first_data_row : header.first_data_row + _SAMPLED_ROWS]
    return {
        column: detect_column(cell for row in sample for cell in row[column : column + 1] if isinstance(cell, str))
        for column in range(len(header.titles))
    }


def row_texts(cells: Row, encodings: Mapping[int, Encoding]) -> Row:
    """The cells of a row with their text in Unicode.

    In a column of no single encoding the rest of the row decides, then the value alone: "Chó" by itself could be
    a word, but not beside "§Æng ThÞ Mai".
    """
    joined = detect(" ".join(cell for cell in cells if isinstance(cell, str)))

    def convert(cell: Cell, encoding: Encoding) -> Cell:
        if not isinstance(cell, str):
            return cell
        return to_unicode(cell, next((e for e in (encoding, joined) if e is not Encoding.UNICODE), detect(cell)))

    return tuple(convert(cell, encodings.get(column, Encoding.UNICODE)) for column, cell in enumerate(cells))


def _lines(rows: Sequence[Row]) -> list[list[str]]:
    """Texts as they are read. A sheet in an old font has titles too short to show it by themselves."""
    whole = detect_column(cell for row in rows for cell in row if isinstance(cell, str))
    encodings = dict.fromkeys(range(max(map(len, rows), default=0)), whole)
    return [[cell_text(cell) for cell in row_texts(row, encodings)] for row in rows]


def _candidates(lines: Sequence[list[str]]) -> Iterator[HeaderGuess]:
    for number, line in enumerate(lines):
        if _is_title_line(line):
            yield _guess(lines, number, number)
    for number, (above, below) in enumerate(pairwise(lines)):
        if not _may_stand_above(above) or _holds_digits(below):
            continue
        if _is_title_line(below) and _belongs_below(lines, number, number + 1):
            yield _guess(lines, number, number + 1)
        third = lines[number + 2] if number + 2 < len(lines) else []
        if (
            _fills_gaps(above, below)
            and _fills_gaps(below, third)
            and _is_title_line(third)
            and not _holds_digits(third)
        ):
            yield _guess(lines, number, number + 2)


def _belongs_below(lines: Sequence[list[str]], first: int, last: int) -> bool:
    """Whether two lines are one header: the lower stands under merged cells, or makes the upper tell more.

    The first child may read like titles too: Nữ, Thôn 2, Hộ nghèo. And a header needs no child of the page before.
    """
    above, below, both = (_score(_guess(lines, *rows)) for rows in ((first, first), (last, last), (first, last)))
    return both > below and (both > above or _fills_gaps(lines[first], lines[last]))


def _fills_gaps(above: Sequence[str], below: Sequence[str]) -> bool:
    """Whether a title stands below an empty cell, as under one that is merged over several columns."""
    return any(text and not "".join(above[column : column + 1]) for column, text in enumerate(below))


def _holds_digits(line: Sequence[str]) -> bool:
    """Whether something is no title: a number in the list, a day, a phone."""
    return any(_VALUE.fullmatch(text) for text in line)


def _filled(line: Sequence[str]) -> list[str]:
    return [text for text in line if text]


def _may_stand_above(line: Sequence[str]) -> bool:
    texts = _filled(line)
    return len(set(texts)) >= 2 and not _LETTERHEAD.search(fold(" ".join(texts)))


def _is_title_line(line: Sequence[str]) -> bool:
    """Whether at least half of the cells are titles: a row of values has a Nam or a Tày, never so many."""
    texts = _filled(line)
    titles = [text for text in texts if fold(text) in _SHORT_LEAVES or classify(text) is not None]
    return bool(titles) and 2 * len(titles) >= len(texts)


def _guess(lines: Sequence[list[str]], first: int, last: int) -> HeaderGuess:
    titles = lines[first]
    for line in lines[first + 1 : last + 1]:
        titles = _joined(titles, line)
    return HeaderGuess(first, last, tuple(titles), _first_data_row(lines, last + 1))


def _joined(above: Sequence[str], below: Sequence[str]) -> list[str]:
    """Two lines as one: a merged cell above covers the empty cells to its right that have a title below."""
    titles, cover = [], ""
    for column in range(max(len(above), len(below))):
        upper = above[column] if column < len(above) else ""
        lower = below[column] if column < len(below) else ""
        cover = upper or (cover if lower else "")
        titles.append(JOIN.join(filter(None, (cover, lower))) if lower else upper)
    return titles


def _first_data_row(lines: Sequence[list[str]], start: int) -> int:
    row = start
    while row < len(lines) and (not _filled(lines[row]) or _is_numbering(lines[row])):
        row += 1
    return row


def _is_numbering(line: Sequence[str]) -> bool:
    texts = _filled(line)
    return len(texts) >= 3 and all(_NUMBER_CELL.fullmatch(text) for text in texts)


def _score(guess: HeaderGuess) -> int:
    """Distinct targets named; 0 without a column of names, or with nothing beside it."""
    return _told(guess.titles)


def _told(titles: Sequence[str]) -> int:
    targets = {classify(title) for title in titles} - {None, Target.IGNORE}
    return len(targets) if targets & NAME_TARGETS and len(targets) > 1 else 0


def are_titles(texts: Sequence[str]) -> bool:
    """Whether a row below the header is a header by itself: of the next page, or of another table."""
    return bool(_NAME_TITLE.search(" ".join(texts))) and _is_title_line(texts) and _told(texts) > 0


def says_again(texts: Sequence[str], titles: Sequence[str]) -> bool:
    """Whether a row of titles repeats the header, or one line of it, in the same columns."""
    return all(
        fold(text) in (fold(title), *map(fold, title.split(JOIN)))
        for text, title in zip_longest(texts, titles, fillvalue="")
        if text
    )
