"""Which cells show an error of the spreadsheet, as `#N/A`; the parser of workbooks gives them as if they were empty.

Of an old .xls it is not known.
"""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import ParseError, fromstring

from commune_desk.usecases.sheets.ods_merges import CellIndex, cells_of

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINK = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_TYPE = "{urn:org:documentfoundation:names:experimental:calc:xmlns:calcext:1.0}value-type"
_ERROR_IN_ODS, _HINT = b'value-type="error"', b' t="e"'
_ERROR_IN_XLSX = re.compile(
    rb'<(?:\w+:)?c\s(?=[^>]*\bt="e")[^>]*\br="([A-Z]{1,3})([0-9]{1,7})"[^>]*>.*?<(?:\w+:)?v>([^<]{1,40})<', re.DOTALL
)
_PIECE, _LONGEST_CELL = 1 << 20, 1 << 16


def error_cells(path: Path, sheet: str) -> dict[CellIndex, str]:
    """What such cells of `sheet` show, by (row, column) counted from 0; none for a file of another kind.

    Reads XML from a stranger: call it in the process that reads the list, which may be ended.
    """
    try:
        with zipfile.ZipFile(path) as package:
            if "content.xml" in package.namelist():
                return dict(_of_ods(package, sheet))
            with package.open(_member(package, sheet)) as content:
                return dict(_of_xlsx(content))
    except (zipfile.BadZipFile, KeyError, ParseError):
        return {}


def _member(package: zipfile.ZipFile, sheet: str) -> str:
    """Where in an .xlsx the sheet lies. Raises KeyError."""
    links = fromstring(package.read("xl/_rels/workbook.xml.rels"))  # noqa: S314 - in a process of its own
    targets = {link.get("Id"): link.get("Target", "") for link in links}
    book = fromstring(package.read("xl/workbook.xml"))  # noqa: S314
    named = {one.get("name"): one.get(_LINK) for one in book.iter(f"{_MAIN}sheet")}
    target = targets[named[sheet]]
    return target.removeprefix("/") if target.startswith("/") else f"xl/{target}"


def _of_xlsx(content: IO[bytes]) -> Iterator[tuple[CellIndex, str]]:
    rest = b""
    while piece := content.read(_PIECE):
        rest += piece
        end = 0
        for found in _ERROR_IN_XLSX.finditer(rest) if _HINT in rest else ():
            end = found.end()
            yield (int(found[2]) - 1, _column(found[1].decode())), found[3].decode("utf-8", "replace")
        rest = rest[max(end, len(rest) - _LONGEST_CELL) :]


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _of_ods(package: zipfile.ZipFile, sheet: str) -> Iterator[tuple[CellIndex, str]]:
    with package.open("content.xml") as content:
        if not _holds(content, _ERROR_IN_ODS):
            return
    with package.open("content.xml") as content:
        for place, cell in cells_of(content, sheet):
            if cell.get(_TYPE) == "error":
                yield place, "".join(cell.itertext())


def _holds(content: IO[bytes], words: bytes) -> bool:
    rest = b""
    while piece := content.read(_PIECE):
        if words in rest + piece:
            return True
        rest = piece[-len(words) :]
    return False
