"""Writes the rows that an import refused to a new workbook, the reason beside each, to be put right and tried again."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from commune_desk.domain.lists.cells import Row, cell_text
from commune_desk.domain.words.labels import N_
from commune_desk.usecases.desk.written_whole import write_whole

WRITE_FAILED = N_(
    "{name} could not be written: the disk is full, or the file is open or the folder is read-only. "
    "The list and the register are unchanged. Choose another folder and try again."
)
VILLAGE_TITLE = "Thôn"
"""In the language of lists, whatever the reader's: the next reading understands it."""
_MAX_CELL_CHARS = 32_767
_REASON_WIDTH, _COLUMN_WIDTH = 60, 18


@dataclass(frozen=True, slots=True)
class Reject:
    """A refused row: its cells as they were read, the reasons in the reader's language, the village above it."""

    cells: Row
    reasons: Sequence[str]
    heading: str = ""


def write_rejects(
    path: Path, rejects: Iterable[Reject], *, titles: Sequence[str], reason_title: str, list_title: str = ""
) -> int:
    """Write a workbook with the reason first and then the columns of the list; returns how many rows it has.

    It can be brought in again: the list's title stands above, and villages that were headings have a column. Every
    cell is text: an ID keeps its zeros, and nothing can be taken for a formula. The file appears whole or not at
    all. Raises Fault when it cannot be written.
    """
    refused = list(rejects)
    rows = [["\n".join(reject.reasons), *map(cell_text, reject.cells)] for reject in refused]
    header = [reason_title, *titles]
    if any(reject.heading for reject in refused):
        width = max(map(len, (header, *rows)))
        header += [""] * (width - len(header)) + [VILLAGE_TITLE]
        rows = [row + [""] * (width - len(row)) + [reject.heading] for row, reject in zip(rows, refused, strict=True)]
    write_whole(path, _workbook(list_title, header, rows), WRITE_FAILED)
    return len(rows)


def _workbook(title: str, header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.BytesIO()
    # In memory: otherwise XlsxWriter leaves the names in clear in the folder for temporary files when it is killed.
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    text = book.add_format({"valign": "top", "num_format": "@"})
    sheet.set_column(0, 0, _REASON_WIDTH)
    sheet.set_column(1, max(1, len(header) - 1), _COLUMN_WIDTH)
    bold = book.add_format({"bold": True, "text_wrap": True})
    top = 1 if title else 0
    if title:
        sheet.write_string(0, 1, title[:_MAX_CELL_CHARS], book.add_format({"bold": True}))
    for column, text_above in enumerate(header):
        sheet.write_string(top, column, text_above[:_MAX_CELL_CHARS], bold)
    for number, cells in enumerate(rows, start=top + 1):
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(number, column, cell[:_MAX_CELL_CHARS], text if column else wrapped)
    sheet.freeze_panes(top + 1, 1)
    book.close()
    return buffer.getvalue()
