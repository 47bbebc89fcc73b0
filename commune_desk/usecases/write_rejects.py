"""Writes the rows that an import refused to a new workbook, the reason beside each, to be put right and tried again."""

from __future__ import annotations

import contextlib
import io
import os
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import xlsxwriter

from commune_desk.domain.errors import Fault
from commune_desk.domain.labels import N_
from commune_desk.domain.list_cells import Row, cell_text

WRITE_FAILED = N_(
    "{name} could not be written: the disk is full, or the file is open or the folder is read-only. "
    "The list and the register are unchanged. Choose another folder and try again."
)
_MAX_CELL_CHARS = 32_767
_REASON_WIDTH, _COLUMN_WIDTH = 60, 18


@dataclass(frozen=True, slots=True)
class Reject:
    """A refused row: its cells as they were read, and the reasons in the reader's language."""

    cells: Row
    reasons: Sequence[str]


def write_rejects(path: Path, rejects: Iterable[Reject], *, titles: Sequence[str], reason_title: str) -> int:
    """Write a workbook with the reason first and then the columns of the list; returns how many rows it has.

    Every cell is text: an ID keeps its zeros, and nothing can be taken for a formula. The file appears whole or
    not at all. Raises Fault when it cannot be written.
    """
    rows = [["\n".join(reject.reasons), *map(cell_text, reject.cells)] for reject in rejects]
    _replace(path, _workbook([reason_title, *titles], rows))
    return len(rows)


def _workbook(header: Sequence[str], rows: Sequence[Sequence[str]]) -> bytes:
    buffer = io.BytesIO()
    # In memory: otherwise XlsxWriter leaves the names in clear in the folder for temporary files when it is killed.
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    sheet = book.add_worksheet()
    wrapped = book.add_format({"text_wrap": True, "valign": "top", "num_format": "@"})
    text = book.add_format({"valign": "top", "num_format": "@"})
    sheet.set_column(0, 0, _REASON_WIDTH)
    sheet.set_column(1, max(1, len(header) - 1), _COLUMN_WIDTH)
    for column, title in enumerate(header):
        sheet.write_string(0, column, title[:_MAX_CELL_CHARS], book.add_format({"bold": True, "text_wrap": True}))
    for number, cells in enumerate(rows, start=1):
        for column, cell in enumerate(cells):
            if cell:
                sheet.write_string(number, column, cell[:_MAX_CELL_CHARS], text if column else wrapped)
    sheet.freeze_panes(1, 1)
    book.close()
    return buffer.getvalue()


def _replace(path: Path, data: bytes) -> None:
    """Write beside `path` and put it in place at once; a failure leaves what was there."""
    temporary: str | None = None
    try:
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".", suffix=".part")
        with os.fdopen(handle, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        Path(temporary).replace(path)
    except OSError as error:
        if temporary:
            with contextlib.suppress(OSError):
                Path(temporary).unlink()
        raise Fault(WRITE_FAILED, name=path.name) from error
