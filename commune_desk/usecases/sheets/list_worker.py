"""Reads one workbook in a process of its own: a damaged file can only end that process, never the program.

The parser is native code; on a damaged .xls it may panic, or ask for more memory than the PC has and abort.
One request comes as JSON on stdin, so that no path shows in the list of processes; the answer goes to stdout
as MessagePack frames, each after its length: the names of the sheets, or batches of rows and a last empty one.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    load_workbook,
)

from commune_desk.domain.lists.cells import Cell, Row
from commune_desk.domain.model.batches import batched
from commune_desk.usecases.sheets.error_cells import error_cells
from commune_desk.usecases.sheets.ods_merges import CellIndex, merged_ranges

MEMORY_LIMIT = 2 << 30
"""Bytes of address space; a list of 250,000 rows takes under a tenth of it."""
ROWS_PER_FRAME = 500
LENGTH_BYTES = 4
DATE, MOMENT = 1, 2


class Request(msgspec.Struct, frozen=True):
    """What to read: `sheet` None asks for the names of the sheets, otherwise rows, `limit` at most.

    In the columns `shared` a cell merged downwards stands in each of its rows, if it begins at row `data_from` or below
    (from 0): the header above is left as it is.
    """

    path: bytes
    sheet: str | None = None
    limit: int = 0
    shared: tuple[int, ...] = ()
    data_from: int = 0


class Frame(msgspec.Struct, frozen=True):
    """One piece of the answer. `fault` is `password`, `damaged`, `rows` (too many) or empty."""

    fault: str = ""
    sheets: tuple[str, ...] = ()
    rows: list[list[object]] = []
    last: bool = False


def pack_cell(value: object) -> object:
    """A cell as it is sent: empty as None, whole numbers as int, dates with their type."""
    if isinstance(value, datetime):
        return msgspec.msgpack.Ext(MOMENT, value.isoformat().encode())
    if isinstance(value, date):
        return msgspec.msgpack.Ext(DATE, value.isoformat().encode())
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return int(value)
    if value == "":
        return None
    return value if isinstance(value, int | float | str) else str(value)


def unpack_cell(code: int, data: memoryview) -> date:
    """The other side of `pack_cell`, as msgspec's `ext_hook`."""
    text = bytes(data).decode()
    return datetime.fromisoformat(text) if code == MOMENT else date.fromisoformat(text)


def main() -> int:
    """Answer the one request on stdin."""
    _limit_memory()
    request = msgspec.json.decode(sys.stdin.buffer.read(), type=Request)
    for frame in _answer(request):
        _send(sys.stdout.buffer, frame)
    return 0


def _limit_memory() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY_LIMIT, MEMORY_LIMIT))


def _send(pipe: BinaryIO, frame: Frame) -> None:
    body = msgspec.msgpack.encode(frame)
    pipe.write(len(body).to_bytes(LENGTH_BYTES, "big") + body)
    pipe.flush()


def _answer(request: Request) -> Iterator[Frame]:
    try:
        with load_workbook(os.fsdecode(request.path)) as workbook:
            if request.sheet is None:
                yield Frame(sheets=_sheet_names(workbook), last=True)
            else:
                yield from _row_frames(workbook.get_sheet_by_name(request.sheet), request)
    except PasswordError:
        yield Frame(fault="password", last=True)
    except CalamineError:
        yield Frame(fault="damaged", last=True)


def _sheet_names(workbook: CalamineWorkbook) -> tuple[str, ...]:
    sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet]
    shown = [sheet for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
    return tuple(sheet.name for sheet in shown or sheets)


def _row_frames(sheet: CalamineSheet, request: Request) -> Iterator[Frame]:
    if sheet.total_height >= request.limit:
        yield Frame(fault="rows", last=True)
        return
    # The parser gives the empty rows above the data, but leaves out the empty columns before it.
    missing: list[object] = [None] * (sheet.start[1] if sheet.start else 0)
    rows: Iterator[list[object]] = (missing + [pack_cell(value) for value in row] for row in sheet.iter_rows())
    if errors := error_cells(Path(os.fsdecode(request.path)), sheet.name):
        rows = _with_errors(rows, errors)
    if spread := _merged_downwards(sheet, request):
        rows = _spread(rows, spread)
    for batch in batched(rows, ROWS_PER_FRAME):
        yield Frame(rows=list(batch))
    yield Frame(last=True)


def _with_errors(rows: Iterator[list[object]], errors: Mapping[CellIndex, str]) -> Iterator[list[object]]:
    columns: dict[int, list[int]] = {}
    for row, column in errors:
        columns.setdefault(row, []).append(column)
    for number, cells in enumerate(rows):
        for column in columns.get(number, ()):
            if column < len(cells) and cells[column] is None:
                cells[column] = errors[number, column]
        yield cells


def _merged_downwards(sheet: CalamineSheet, request: Request) -> dict[tuple[int, int], int]:
    """(first row, column) of each such cell to its last row."""
    shared = set(request.shared)
    ranges = sheet.merged_cell_ranges if shared else []
    if ranges is None:
        ranges = merged_ranges(Path(os.fsdecode(request.path)), sheet.name)
    return {
        (top, column): bottom
        for (top, column), (bottom, _right) in ranges
        if bottom > top >= request.data_from and column in shared
    }


def _spread(rows: Iterator[list[object]], merged: dict[tuple[int, int], int]) -> Iterator[list[object]]:
    columns = {column for _top, column in merged}
    running: dict[int, tuple[object, int]] = {}
    for number, row in enumerate(rows):
        for column in columns & set(range(len(row))):
            if (bottom := merged.get((number, column))) is not None:
                running[column] = (row[column], bottom)
            elif column in running and number <= running[column][1] and row[column] is None:
                row[column] = running[column][0]
        yield row


def as_row(cells: list[object]) -> Row:
    """A row as `_row_frames` sent it, typed."""
    return tuple(cell if isinstance(cell, Cell) else str(cell) for cell in cells)


if __name__ == "__main__":
    sys.exit(main())
