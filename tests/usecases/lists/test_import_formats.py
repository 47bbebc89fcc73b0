"""However a commune keeps its list, the same child comes in; and a file that went away or changed says so."""

from __future__ import annotations

import os
import unicodedata
import zipfile
from collections.abc import Callable, Sequence
from datetime import date
from pathlib import Path

import pytest
import xlsxwriter
import xlwt

from commune_desk.domain.lists.cells import Cell
from commune_desk.domain.vietnamese.legacy_text import Encoding, from_unicode
from commune_desk.domain.words.errors import Fault
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.lists.import_reading import ListReading
from commune_desk.usecases.lists.import_source import look_into, mapping_for, source_of
from commune_desk.usecases.sheets import list_guard
from tests.helpers.lists import bring_in, the_child

Rows = Sequence[Sequence[Cell]]
TITLE = "DANH SÁCH TRẺ EM CÓ HOÀN CẢNH ĐẶC BIỆT"
ROWS: Rows = (
    (TITLE,),
    ("(Kèm theo Báo cáo số 12/BC-UBND)",),
    (),
    ("STT", "Họ và tên", "Giới tính", "Ngày sinh", "Số định danh", "Thôn", "Người chăm sóc", None, None),
    (None, None, None, None, None, None, "Họ tên", "Quan hệ", "SĐT"),
    tuple(range(1, 10)),
    (1, "Lý Thị Mẩy", "Nữ", date(2016, 6, 5), 22316001234, "Khe Lặc", "Chíu Thị Múi", "Bà ngoại", 912345678),
)
"""A title and a subtitle, merged where cells can be, a header of two lines, and numbers without their leading 0."""


def as_text(rows: Rows, separator: str) -> str:
    texts = [[f"{c:%d/%m/%Y}" if isinstance(c, date) else "" if c is None else str(c) for c in row] for row in rows]
    return "\r\n".join(separator.join(row) for row in texts)


def xlsx(path: Path, rows: Rows = ROWS, *, is_1904: bool = False, form: str = "NFC") -> Path:
    options = {"default_date_format": "dd/mm/yyyy", "date_1904": is_1904}
    with xlsxwriter.Workbook(path, options) as book:
        sheet = book.add_worksheet("Trang 1")
        for number, row in enumerate(rows):
            texts = [unicodedata.normalize(form, cell) if isinstance(cell, str) else cell for cell in row]  # type: ignore[arg-type]
            if len(texts) == 1:
                sheet.merge_range(number, 0, number, 8, texts[0])
            else:
                sheet.write_row(number, 0, texts)
        sheet.merge_range(3, 6, 3, 8, "Người chăm sóc")
    return path


def xls(path: Path, *, is_1904: bool = False, encoding: Encoding = Encoding.UNICODE) -> Path:
    book = xlwt.Workbook()
    book.dates_1904 = is_1904
    sheet = book.add_sheet("Trang 1")
    zero = date(1904, 1, 1) if is_1904 else date(1899, 12, 30)
    day = xlwt.easyxf(num_format_str="dd/mm/yyyy")
    for number, row in enumerate(ROWS):
        for column, cell in enumerate(row):
            if isinstance(cell, date):
                sheet.write(number, column, (cell - zero).days, day)
            elif cell is not None:
                sheet.write(number, column, from_unicode(cell, encoding) if isinstance(cell, str) else cell)
    book.save(str(path))
    return path


def ods(path: Path) -> Path:
    def cell(value: Cell) -> str:
        if isinstance(value, date):
            return f'<table:table-cell office:value-type="date" office:date-value="{value.isoformat()}"/>'
        if isinstance(value, int):
            return f'<table:table-cell office:value-type="float" office:value="{value}"/>'
        return f'<table:table-cell office:value-type="string"><text:p>{value}</text:p></table:table-cell>'

    body = "".join(
        "<table:table-row>"
        + "".join("<table:table-cell/>" if c is None else cell(c) for c in row)
        + "</table:table-row>"
        for row in ROWS
    )
    spaces = " ".join(
        f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in ("office", "table", "text")
    )
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr(
            "content.xml",
            f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {spaces}><office:body><office:spreadsheet>"
            f'<table:table table:name="Trang 1">{body}</table:table></office:spreadsheet></office:body>'
            "</office:document-content>",
        )
    return path


def csv(path: Path, separator: str, encode: Callable[[str], bytes]) -> Path:
    path.write_bytes(encode(as_text(ROWS, separator)))
    return path


def windows_1258(text: str) -> bytes:
    """As Windows wrote it: a letter with its hat or horn, then the tone by itself."""
    apart = []
    for char in unicodedata.normalize("NFC", text):
        parts = unicodedata.normalize("NFD", char)
        tone = parts[-1] if len(parts) > 1 and parts[-1] in "\u0300\u0301\u0303\u0309\u0323" else ""
        for mark in parts[1:]:
            tone = mark if mark in "\u0300\u0301\u0303\u0309\u0323" else tone
        rest = unicodedata.normalize("NFC", parts.replace(tone, "", 1)) if tone else char
        apart.append(rest + tone)
    return "".join(apart).encode("cp1258")


def in_old_font(encoding: Encoding) -> Callable[[str], bytes]:
    return lambda text: from_unicode(text, encoding).encode("latin-1")


MAKERS: dict[str, Callable[[Path], Path]] = {
    "xlsx": lambda p: xlsx(p),
    "xlsx with the 1904 epoch": lambda p: xlsx(p, is_1904=True),
    "xlsx in NFD": lambda p: xlsx(p, form="NFD"),
    "xls": lambda p: xls(p),
    "xls with the 1904 epoch": lambda p: xls(p, is_1904=True),
    "xls in TCVN3": lambda p: xls(p, encoding=Encoding.TCVN3),
    "xls in VNI": lambda p: xls(p, encoding=Encoding.VNI),
    "ods": ods,
    **{
        f"csv in {name} by {separator!r}": lambda p, separator=separator, encode=encode: csv(p, separator, encode)  # type: ignore[misc]
        for separator in (";", "\t")
        for name, encode in {
            "UTF-8": lambda text: text.encode(),
            "UTF-8 with BOM": lambda text: text.encode("utf-8-sig"),
            "UTF-16": lambda text: text.encode("utf-16"),
            "Windows-1258": windows_1258,
            "TCVN3": in_old_font(Encoding.TCVN3),
            "VNI": in_old_font(Encoding.VNI),
        }.items()
    },
}


@pytest.mark.parametrize("make", MAKERS.values(), ids=MAKERS)
def test_the_same_child_comes_in_whatever_the_list_is_kept_in(
    workplace: Workplace, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    bring_in(workplace, make(tmp_path / "list"))
    child = the_child(workplace, "ly thi may")
    person = child.person
    assert (person.full_name, person.sex, person.birth_date) == ("Lý Thị Mẩy", "female", "2016-06-05")
    assert (person.id_number, person.village) == ("022316001234", "Khe Lặc")
    (carer,) = child.kin
    assert (carer.person.full_name, carer.person.phone) == ("Chíu Thị Múi", "0912345678")
    assert carer.relation.relation == "maternal_grandmother"


def reading_of(workplace: Workplace, path: Path) -> ListReading:
    head = look_into(path)
    assert head.header is not None
    header = head.header
    return ListReading(workplace, source_of(head, workplace.read(lambda c: mapping_for(c, header))))


def told(work: Callable[[], object]) -> str:
    with pytest.raises(Fault) as caught:
        work()
    return caught.value.text


@pytest.mark.parametrize("make", [xlsx, lambda p: csv(p, ";", str.encode)], ids=["xlsx", "csv"])
def test_a_file_that_went_away_or_changed_after_its_columns_were_shown(
    workplace: Workplace, tmp_path: Path, make: Callable[[Path], Path]
) -> None:
    path = make(tmp_path / "list")
    changed = reading_of(workplace, path)
    path.write_bytes(path.read_bytes() + b"\n")
    assert told(changed.step) == list_guard.CHANGED
    gone = reading_of(workplace, make(path))
    path.unlink()
    assert told(gone.step) == list_guard.NOT_THERE


def test_a_workbook_that_goes_away_while_it_is_read_is_not_called_damaged(tmp_path: Path) -> None:
    head = look_into(xlsx(tmp_path / "list.xlsx"))
    rows = head.file.rows(head.sheet)
    head.file.path.unlink()
    assert told(lambda: next(rows)) == list_guard.NOT_THERE


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that opens and cannot be read")
def test_a_disk_that_fails_in_the_middle_is_not_called_damage() -> None:
    """Reading unmapped memory at 0 is an input/output error, as a stick pulled out is."""
    assert list_guard.broken(Path("/proc/self/mem")).text == list_guard.READ_FAILED


@pytest.mark.parametrize("name", ["blank.csv", "mark.csv", "sheets.xlsx"])
def test_a_list_without_any_cell_is_empty(tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name == "sheets.xlsx":
        with xlsxwriter.Workbook(path) as book:
            book.add_worksheet()
            book.add_worksheet()
    else:
        path.write_bytes(b"\n\n  \n" if name == "blank.csv" else b"\xef\xbb\xbf")
    assert told(lambda: look_into(path)) == list_guard.EMPTY


def test_the_sheet_that_holds_something_is_shown_when_none_has_a_header(tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with xlsxwriter.Workbook(path) as book:
        book.add_worksheet("Trống")
        book.add_worksheet("Có chữ").write(0, 0, "một")
    assert look_into(path).sheet == "Có chữ"


def test_an_opendocument_list_with_a_password_of_either_kind(tmp_path: Path) -> None:
    for name, member in (("new.ods", "encrypted-package"), ("old.ods", "content.xml")):
        with zipfile.ZipFile(tmp_path / name, "w") as package:
            package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
            package.writestr(member, os.urandom(400))
            package.writestr(
                "META-INF/manifest.xml",
                '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0">'
                f'<manifest:file-entry manifest:full-path="{member}"><manifest:encryption-data/></manifest:file-entry>'
                "</manifest:manifest>",
            )
        path = tmp_path / name
        assert told(lambda path=path: look_into(path)) == list_guard.PASSWORD  # type: ignore[misc]
