"""A cell whose formula has no value arrives as what the spreadsheet shows, not as an empty one."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
import xlsxwriter

from commune_desk.usecases.sheets import error_cells
from commune_desk.usecases.sheets.read_list import open_list

ROWS = [("STT", "Họ và tên", "Thôn"), (1, "Đặng Thị Hoà", "#N/A"), (2, "Lý A Tài", None), (3, "#REF!", "Khe Lặc")]
_NAMESPACES = " ".join(
    f'xmlns:{name}="urn:{urn}:1.0"'
    for name, urn in (
        ("office", "oasis:names:tc:opendocument:xmlns:office"),
        ("table", "oasis:names:tc:opendocument:xmlns:table"),
        ("text", "oasis:names:tc:opendocument:xmlns:text"),
        ("calcext", "org:documentfoundation:names:experimental:calc:xmlns:calcext"),
    )
)


def xlsx(path: Path, first_row: int = 2) -> Path:
    """Below a sheet of another name, two rows down."""
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Bìa").write(0, 0, "x")
        sheet = book.add_worksheet("Danh sách & trẻ")
        for row, cells in enumerate(ROWS, start=first_row):
            for column, cell in enumerate(cells):
                if isinstance(cell, str) and cell.startswith("#"):
                    sheet.write_formula(row, column, "=VLOOKUP(1,A1:B2,2)", None, cell)
                elif row == first_row + 2 and cell is None:
                    sheet.write_formula(row, column, '=IF(1,"","")', None, "")
                else:
                    sheet.write(row, column, cell)
    return path


def ods(path: Path) -> Path:
    def cell(value: object) -> str:
        if value is None:
            return "<table:table-cell/>"
        if str(value).startswith("#"):
            return (
                '<table:table-cell table:formula="of:=NA()" office:value-type="string" office:string-value=""'
                f' calcext:value-type="error"><text:p>{value}</text:p></table:table-cell>'
            )
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    rows = "".join(f"<table:table-row>{''.join(map(cell, row))}</table:table-row>" for row in ROWS)
    body = f'<office:spreadsheet><table:table table:name="S">{rows}</table:table></office:spreadsheet>'
    with zipfile.ZipFile(path, "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr(
            "content.xml",
            f'<?xml version="1.0"?><office:document-content {_NAMESPACES}><office:body>{body}</office:body>'
            "</office:document-content>",
        )
        package.writestr(
            "META-INF/manifest.xml",
            '<?xml version="1.0"?>'
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
            '<manifest:file-entry manifest:full-path="/" manifest:media-type='
            '"application/vnd.oasis.opendocument.spreadsheet"/></manifest:manifest>',
        )
    return path


def test_an_error_of_a_workbook_arrives_in_its_cell(tmp_path: Path) -> None:
    listed = open_list(xlsx(tmp_path / "list.xlsx"))
    assert list(listed.rows("Danh sách & trẻ"))[2:] == ROWS


def test_an_error_of_an_open_document_arrives_in_its_cell(tmp_path: Path) -> None:
    assert list(open_list(ods(tmp_path / "list.ods")).rows("S")) == [(str(n), *cells) for n, *cells in ROWS]


@pytest.mark.parametrize("piece", [1, 7, 64, 1 << 20])
def test_an_error_is_found_wherever_the_reading_is_cut(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, piece: int
) -> None:
    monkeypatch.setattr(error_cells, "_PIECE", piece)
    found = error_cells.error_cells(xlsx(tmp_path / "list.xlsx"), "Danh sách & trẻ")
    assert found == {(3, 2): "#N/A", (5, 1): "#REF!"}


def test_a_file_of_another_kind_has_none(tmp_path: Path) -> None:
    (tmp_path / "list.xls").write_bytes(bytes.fromhex("d0cf11e0a1b11ae1") + bytes(600))
    assert error_cells.error_cells(tmp_path / "list.xls", "S") == {}
    assert error_cells.error_cells(xlsx(tmp_path / "list.xlsx"), "Không có") == {}
