"""Lists kept as text: which encoding, which separator, then rows of strings."""

from __future__ import annotations

import codecs
import csv
import io
import unicodedata
from collections import Counter
from collections.abc import Iterator
from itertools import islice, pairwise
from pathlib import Path

from commune_desk.domain.lists.cells import Row
from commune_desk.domain.vietnamese.legacy_text import Encoding, detect_column
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from commune_desk.usecases.sheets import list_guard

SEPARATORS = (";", ",", "\t", "|")
_SAMPLE_LINES, _SAMPLE_BYTES = 200, 1 << 20
_BROKEN_LETTER = "\ufffd"

OPEN_QUOTE = N_(
    "{name} has a quotation mark in line {line} that is not closed, so the rows below it cannot be told apart. "
    "Nothing was imported. Open the file in Excel or a text editor, correct that line and try again."
)

_VOWELS_1258 = frozenset("aeiouyâăêôơư".encode("cp1258") + "AEIOUYÂĂÊÔƠƯ".encode("cp1258"))
_MARKS_1258 = frozenset("\u0300\u0301\u0303\u0309\u0323".encode("cp1258"))


def read_rows(path: Path, limit: int) -> Iterator[Row]:
    """The rows of a text file, every cell a string or None. Raises Fault past `limit` rows."""
    try:
        text = decode(path.read_bytes()).replace("\r\n", "\n").replace("\r", "\n")
    except OSError as error:
        raise list_guard.unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise Fault(list_guard.NOT_A_LIST, name=path.name) from error
    try:
        separator, width = _layout(text)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        before = 0
        for number, cells in enumerate(rows):
            if number >= limit:
                raise Fault(list_guard.TOO_MANY_ROWS, name=path.name, limit=limit)
            if _swallowed_rows(cells, separator, width):
                raise Fault(OPEN_QUOTE, name=path.name, line=before + 1)
            before = rows.line_num
            yield () if _names_separator(cells, separator) else tuple(cell.strip() or None for cell in cells)
    except csv.Error as error:
        raise Fault(list_guard.DAMAGED, name=path.name) from error


def decode(data: bytes) -> str:
    """Text of a file whose encoding nobody wrote down.

    Bytes of the TCVN3 and VNI fonts are kept one to one (Latin-1), as Excel keeps them; they are
    converted column by column later. Raises UnicodeDecodeError for broken UTF-16.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return data.decode("utf-16")
    if encoding := list_guard.bare_utf16(data[:4096]):
        return data.decode(encoding)
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _damaged_utf8(data) or _decode_single_byte(data)


def _damaged_utf8(data: bytes) -> str | None:
    """UTF-8 that was cut or has a few broken bytes: they become a visible mark. None when it is no UTF-8 at all."""
    text = data.decode("utf-8-sig", errors="replace")
    whole = sum(char > "\x7f" for char in text) - (broken := text.count(_BROKEN_LETTER))
    return text if whole > 9 * broken else None


def _decode_single_byte(data: bytes) -> str:
    """Windows-1258 writes a tone after its vowel; in the old fonts the same bytes are letters of their own."""
    pairs = Counter(before in _VOWELS_1258 for before, byte in pairwise(data[:_SAMPLE_BYTES]) if byte in _MARKS_1258)
    latin = data.decode("latin-1")
    if not pairs:
        is_1258 = detect_column(latin.splitlines()[:_SAMPLE_LINES]) is Encoding.UNICODE
    else:
        is_1258 = pairs[True] > 9 * pairs[False]
    # The few bytes without a letter in 1258 become a visible mark, not an error.
    return unicodedata.normalize("NFC", data.decode("cp1258", errors="replace")) if is_1258 else latin


def find_separator(text: str) -> str:
    """The separator that cuts most of the first lines into the same number of cells; `;` for a single column."""
    return _layout(text)[0]


def _layout(text: str) -> tuple[str, int]:
    """The separator, and how many cells it makes of most of the first lines; 0 where it makes one of each."""
    lines = [line for line in islice(io.StringIO(text), _SAMPLE_LINES) if line.strip()]

    def regularity(separator: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=separator) if len(cells) > 1)
        width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
        return count, width

    said = lines[0].strip() if lines else ""
    is_said = said.lower().startswith("sep=") and said[4:5] in SEPARATORS
    separator = said[4:5] if is_said else max(SEPARATORS, key=regularity)
    return separator, regularity(separator)[1]


def _swallowed_rows(cells: list[str], separator: str, width: int) -> bool:
    """Whether a cell holds further rows: a quotation mark before it was never closed, or closed by the next one.

    A remark of several lines has fewer separators than a row, and leaves its row as wide as the others.
    """
    return any(
        cell.count(separator) > 1
        and separator in cell.partition("\n")[2]
        and (cell.count(separator) >= width - 1 or len(cells) > width)
        for cell in cells
        if "\n" in cell
    )


def _names_separator(cells: list[str], separator: str) -> bool:
    """Whether this is Excel's own first line `sep=;`, which is no row of the list."""
    return [cell.strip().lower() for cell in cells] == ["sep=", ""] or cells == [f"sep={separator}"]
