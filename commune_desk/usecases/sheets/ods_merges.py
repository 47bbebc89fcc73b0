"""The cells of an OpenDocument sheet, and which it merges; the parser of workbooks tells that of Excel's files only."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_CELLS = (f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell")

CellIndex = tuple[int, int]
"""(row, column), counted from 0."""


def merged_ranges(path: Path, sheet: str) -> list[tuple[CellIndex, CellIndex]]:
    """(first cell, last cell) of each merged range of `sheet`; none for a file that is no OpenDocument list.

    Reads XML from a stranger: call it in the process that reads the list, which may be ended.
    """
    try:
        with zipfile.ZipFile(path) as package, package.open("content.xml") as content:
            return list(_ranges(content, sheet))
    except (zipfile.BadZipFile, KeyError, ParseError):
        return []


def _ranges(content: IO[bytes], sheet: str) -> Iterator[tuple[CellIndex, CellIndex]]:
    for (row, column), cell in cells_of(content, sheet):
        down, right = _count(cell, "number-rows-spanned"), _count(cell, "number-columns-spanned")
        if down > 1 or right > 1:
            yield (row, column), (row + down - 1, column + right - 1)


def cells_of(content: IO[bytes], sheet: str) -> Iterator[tuple[CellIndex, Element]]:
    """Every cell of `sheet` with its index; one that is repeated once, at its first. Raises ParseError."""
    row, is_wanted = 0, False
    for event, element in iterparse(content, events=("start", "end")):  # noqa: S314 - in a process of its own
        if element.tag == f"{_TABLE}table":
            if event == "end" and is_wanted:
                return
            if event == "start":
                row, is_wanted = 0, element.get(f"{_TABLE}name") == sheet
        elif event == "end" and element.tag == f"{_TABLE}table-row":
            if is_wanted:
                yield from (((row, column), cell) for column, cell in _of_row(element))
            row += _count(element, "number-rows-repeated")
            element.clear()


def _of_row(element: Element) -> Iterator[tuple[int, Element]]:
    column = 0
    for cell in element:
        if cell.tag in _CELLS:
            yield column, cell
            column += _count(cell, "number-columns-repeated")


def _count(element: Element, name: str) -> int:
    text = element.get(f"{_TABLE}{name}", "1")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 8 else 1
