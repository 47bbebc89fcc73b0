"""Writes resources/demo, the lists of the training commune and what was planted: `python -m bench.demo_lists`."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, date, datetime
from pathlib import Path

import xlsxwriter
import xlwt

from commune_desk.training.lists import AS_OF, CURRENT_NAME, OLD_NAME, TrainingSheet, demo_lists, manifest

FOLDER = Path(__file__).parents[1] / "resources" / "demo"
MANIFEST_NAME = "manifest.json"
_DAY_FORMAT = "dd/mm/yyyy"


def demo_files() -> dict[str, bytes]:
    """Every file of resources/demo by name; byte for byte the same in every run."""
    sheets = demo_lists()
    facts = json.dumps(manifest(sheets), ensure_ascii=False, indent=2) + "\n"
    return {
        CURRENT_NAME: _as_xlsx(sheets[CURRENT_NAME]),
        OLD_NAME: _as_xls(sheets[OLD_NAME]),
        MANIFEST_NAME: facts.encode(),
    }


def _as_xlsx(sheet: TrainingSheet) -> bytes:
    buffer = io.BytesIO()
    book = xlsxwriter.Workbook(buffer, {"in_memory": True})
    book.set_properties({"created": datetime(AS_OF.year, AS_OF.month, AS_OF.day, tzinfo=UTC)})
    page = book.add_worksheet("Danh sách")
    plain = book.add_format({"font_name": sheet.font, "font_size": 11})
    bold = book.add_format({"font_name": sheet.font, "font_size": 11, "bold": True, "align": "center"})
    day = book.add_format({"font_name": sheet.font, "font_size": 11, "num_format": _DAY_FORMAT})
    for first_row, first_column, last_row, last_column in sheet.merged:
        page.merge_range(first_row, first_column, last_row, last_column, "", bold)
    covered = {(row, column) for row, column, _, _ in sheet.merged}
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if isinstance(cell, date):
                page.write_datetime(row, column, datetime(cell.year, cell.month, cell.day), day)  # noqa: DTZ001
            elif isinstance(cell, str):
                page.write_string(row, column, cell, bold if (row, column) in covered else plain)
            elif cell is not None:
                page.write_number(row, column, cell, plain)
    page.set_column(1, len(sheet.rows[6]), 18)
    book.close()
    return buffer.getvalue()


def _as_xls(sheet: TrainingSheet) -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet("Sheet1")
    style = xlwt.easyxf(f"font: name {sheet.font}, height 240")
    ends = {(row, column): (last_row, last_column) for row, column, last_row, last_column in sheet.merged}
    for row, cells in enumerate(sheet.rows):
        for column, cell in enumerate(cells):
            if (row, column) in ends:
                last_row, last_column = ends[row, column]
                page.write_merge(row, last_row, column, last_column, cell, style)
            elif cell is not None:
                page.write(row, column, cell, style)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def main() -> int:
    """Write the files and say how large they are."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    for name, data in demo_files().items():
        (FOLDER / name).write_bytes(data)
        print(f"{name}: {len(data):,} bytes")
    return 0


if __name__ == "__main__":
    sys.exit(main())
