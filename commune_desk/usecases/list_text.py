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

from commune_desk.domain.errors import Fault
from commune_desk.domain.legacy_text import Encoding, detect_column
from commune_desk.domain.list_cells import Row
from commune_desk.usecases import list_guard

SEPARATORS = (";", ",", "\t", "|")
_SAMPLE_LINES, _SAMPLE_BYTES = 200, 1 << 20

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
        separator = find_separator(text)
        rows = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
        for number, cells in enumerate(rows):
            if number >= limit:
                raise Fault(list_guard.TOO_MANY_ROWS, name=path.name, limit=limit)
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
    if b"\0" in data[:4096]:
        return data.decode("utf-16-le" if data[1:4096:2].count(0) > data[:4096:2].count(0) else "utf-16-be")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError:
        return _decode_single_byte(data)


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
    lines = [line for line in islice(io.StringIO(text), _SAMPLE_LINES) if line.strip()]
    if lines and lines[0].strip().lower().startswith("sep=") and lines[0].strip()[4:5] in SEPARATORS:
        return lines[0].strip()[4:5]

    def regularity(separator: str) -> tuple[int, int]:
        widths = Counter(len(cells) for cells in csv.reader(lines, delimiter=separator) if len(cells) > 1)
        width, count = max(widths.items(), key=lambda item: item[1], default=(0, 0))
        return count, width

    return max(SEPARATORS, key=regularity)


def _names_separator(cells: list[str], separator: str) -> bool:
    """Whether this is Excel's own first line `sep=;`, which is no row of the list."""
    return [cell.strip().lower() for cell in cells] == ["sep=", ""] or cells == [f"sep={separator}"]
