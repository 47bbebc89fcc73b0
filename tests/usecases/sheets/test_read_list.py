"""Files as they come, sound and hostile: rows, or one clear sentence, and the program lives on."""

from __future__ import annotations

import contextlib
import io
import os
import random
import threading
import zipfile
from collections.abc import Iterable, Sequence
from datetime import date
from pathlib import Path

import msgspec
import pytest
import xlsxwriter
import xlwt
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from msoffcrypto.format.ooxml import OOXMLFile
from xlwt.CompoundDoc import XlsDoc

from commune_desk.domain.lists.cells import Cell, Row
from commune_desk.domain.lists.header import column_encodings, find_header
from commune_desk.domain.vietnamese.legacy_text import Encoding, from_unicode
from commune_desk.domain.words.errors import Fault
from commune_desk.usecases.sheets import list_guard, list_text, read_list
from commune_desk.usecases.sheets.list_worker import LENGTH_BYTES, Frame
from commune_desk.usecases.sheets.read_list import open_list

TABLE: list[list[Cell]] = [
    ["STT", "Họ và tên", "Số ĐDCN", "Ngày sinh"],
    [1, "Đặng Thị Hoà", 22312004518, date(2012, 2, 3)],
    [2, "Nguyễn Đức Khánh", "022215000001", "05/06/2015"],
    [3, "Lỷ Thị Phượng", "022316000002", "07/2016"],
]
TEXTS = [["STT", "Họ và tên", "Thôn"], ["1", "Đặng Thị Hoà", "Khe Lặc"], ["2", "Nguyễn Đức Khánh", "Nà Ếch"]]


def _xlsx(path: Path, rows: Iterable[Sequence[Cell]], first_column: int = 0) -> Path:
    with xlsxwriter.Workbook(path, {"constant_memory": True, "default_date_format": "dd/mm/yyyy"}) as book:
        sheet = book.add_worksheet("Danh sách")
        for number, row in enumerate(rows):
            sheet.write_row(number, first_column, row)
    return path


def _rows(path: Path) -> list[Row]:
    listed = open_list(path)
    return list(listed.rows(listed.sheets[0]))


def _sentence(path: Path) -> str:
    with pytest.raises(Fault) as caught:
        _rows(path)
    assert caught.value.params["name"] == path.name
    return caught.value.text


def _ods(path: Path, content: str) -> Path:
    names = ("office", "table", "text")
    spaces = " ".join(f'xmlns:{name}="urn:oasis:names:tc:opendocument:xmlns:{name}:1.0"' for name in names)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        package.writestr("META-INF/manifest.xml", "<manifest/>")
        package.writestr(
            "content.xml",
            f"<?xml version='1.0' encoding='UTF-8'?><office:document-content {spaces}><office:body>"
            f'<office:spreadsheet><table:table table:name="Trang 1">{content}</table:table>'
            "</office:spreadsheet></office:body></office:document-content>",
        )
    return path


def test_a_workbook_gives_typed_cells_and_every_row_its_number(tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "a.xlsx", [[], [], *TABLE], first_column=2)
    rows = _rows(path)
    assert rows[:2] == [(None,) * 6] * 2
    assert rows[3] == (None, None, 1, "Đặng Thị Hoà", 22312004518, date(2012, 2, 3))
    assert isinstance(rows[3][4], int)


def test_the_kind_of_a_file_is_judged_by_its_content(tmp_path: Path) -> None:
    _xlsx(tmp_path / "a.xlsx", TABLE).rename(tmp_path / "wrong.csv")
    assert _rows(tmp_path / "wrong.csv")[1][1] == "Đặng Thị Hoà"


def test_an_old_xls_and_its_sheets_without_the_hidden_one(tmp_path: Path) -> None:
    book = xlwt.Workbook()
    book.add_sheet("Thôn 1").write(0, 0, "Hä vµ tªn")
    hidden = book.add_sheet("Nháp")
    hidden.visibility = 1
    book.save(str(tmp_path / "a.xls"))
    listed = open_list(tmp_path / "a.xls")
    assert listed.sheets == ("Thôn 1",)
    assert list(listed.rows("Thôn 1")) == [("Hä vµ tªn",)]


def test_an_opendocument_list_with_its_endless_empty_tail(tmp_path: Path) -> None:
    cells = "".join(
        f'<table:table-cell office:value-type="string"><text:p>{t}</text:p></table:table-cell>' for t in "ab"
    )
    tail = '<table:table-row table:number-rows-repeated="1048575"><table:table-cell/></table:table-row>'
    path = _ods(tmp_path / "a.ods", f"<table:table-row>{cells}</table:table-row>{tail}")
    assert _rows(path) == [("a", "b")]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be"])
@pytest.mark.parametrize("separator", [";", ",", "\t"])
def test_text_in_any_encoding_and_separator(tmp_path: Path, encoding: str, separator: str) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("\r\n".join(separator.join(row) for row in TEXTS).encode(encoding))
    assert _rows(path) == [tuple(row) for row in TEXTS]


def test_text_in_windows_1258_is_composed(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    text = "\n".join(";".join(row) for row in TEXTS)
    apart = {letter: base + mark for letter, base, mark in _toned_letters()}
    path.write_bytes("".join(apart.get(char, char) for char in text).encode("cp1258"))
    assert _rows(path) == [tuple(row) for row in TEXTS]


def _toned_letters() -> Iterable[tuple[str, str, str]]:
    import unicodedata

    for base in "aăâeêioôơuưyAĂÂEÊIOÔƠUƯY":
        for mark in "\u0300\u0301\u0303\u0309\u0323":
            yield unicodedata.normalize("NFC", base + mark), base, mark


@pytest.mark.parametrize("encoding", [Encoding.TCVN3, Encoding.VNI])
def test_text_in_an_old_font_keeps_its_bytes_for_the_columns(tmp_path: Path, encoding: Encoding) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes(from_unicode("\n".join(";".join(row) for row in TEXTS), encoding).encode("latin-1"))
    rows = _rows(path)
    header = find_header(rows)
    assert header is not None
    assert header.titles == ("STT", "Họ và tên", "Thôn")
    assert column_encodings(rows, header)[1] is encoding


@given(st.lists(st.sampled_from([*';,"\n\r\t|ặÒþ1 ', "sep=", "\xad", "\0"]), min_size=1, max_size=80))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_text_whatever_it_holds_stops_the_reading(tmp_path: Path, pieces: list[str]) -> None:
    path = tmp_path / "a.csv"
    path.write_bytes("".join(pieces).encode("utf-8" if "ặ" in pieces else "latin-1"))
    with contextlib.suppress(Fault):
        assert all(isinstance(row, tuple) for row in _rows(path))


def test_excels_separator_line_is_an_empty_row(tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("sep=,\nHọ tên,Thôn; bản\nVi Thị Mai,Khe Lặc\n", "utf-8-sig")
    assert _rows(path) == [(), ("Họ tên", "Thôn; bản"), ("Vi Thị Mai", "Khe Lặc")]


def test_a_list_of_200_000_rows_is_read_without_keeping_it(tmp_path: Path) -> None:
    path = tmp_path / "large.csv"
    path.write_text("Họ tên;Ngày sinh\n" + "Vi Thị Mai;01/02/2015\n" * 199_999, "utf-8")
    assert sum(1 for _ in open_list(path).rows("large")) == 200_000


@pytest.mark.long
def test_a_workbook_of_200_000_rows_is_read(tmp_path: Path) -> None:
    path = _xlsx(tmp_path / "large.xlsx", ([f"Vi Thị Mai {n}", "01/02/2015", n] for n in range(200_000)))
    listed = open_list(path)
    assert sum(1 for _ in listed.rows(listed.sheets[0])) == 200_000


@pytest.mark.parametrize("name", ["many.xlsx", "many.csv"])
def test_more_rows_than_the_limit_are_refused_with_a_sentence(
    tmp_path: Path, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_list, "MAX_ROWS", 2)
    path = tmp_path / name
    if name.endswith("csv"):
        path.write_text("a;b\n" * 4)
    else:
        _xlsx(path, TABLE)
    assert _sentence(path) == list_guard.TOO_MANY_ROWS


def test_stopping_early_ends_the_process(tmp_path: Path) -> None:
    listed = open_list(_xlsx(tmp_path / "a.xlsx", TABLE * 500))
    rows = listed.rows(listed.sheets[0])
    assert next(rows)[1] == "Họ và tên"
    rows.close()  # type: ignore[attr-defined]  # unclosed pipes or a living child would be a warning, and fail


def test_a_file_that_is_not_there_or_empty_or_a_folder(tmp_path: Path) -> None:
    (tmp_path / "empty.xlsx").touch()
    assert _sentence(tmp_path / "none.xlsx") == list_guard.NOT_THERE
    assert _sentence(tmp_path / "empty.xlsx") == list_guard.EMPTY
    (tmp_path / "folder.xls").mkdir()
    assert _sentence(tmp_path / "folder.xls") == list_guard.NOT_A_LIST


def test_no_permission_says_so() -> None:
    assert list_guard.unreadable(Path("a.xls"), PermissionError()).text == list_guard.NO_PERMISSION
    assert list_guard.unreadable(Path("a.xls"), OSError()).text == list_guard.READ_FAILED


@pytest.mark.parametrize("name", ["random.xls", "random.xlsx", "random.csv"])
def test_random_bytes_are_no_list(tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_bytes(random.Random(1).randbytes(20_000))
    assert _sentence(tmp_path / name) == list_guard.NOT_A_LIST


@pytest.mark.parametrize("start", ["%PDF-1.7\n1 0 obj", "{\\rtf1\\ansi Danh sách"])
def test_a_document_that_is_all_letters_is_no_list_either(tmp_path: Path, start: str) -> None:
    (tmp_path / "a.xls").write_text(start + "\nhọ tên, ngày sinh\n" * 40, encoding="utf-8")
    assert _sentence(tmp_path / "a.xls") == list_guard.NOT_A_LIST


def test_a_page_saved_under_an_excel_name(tmp_path: Path) -> None:
    (tmp_path / "web.xls").write_text("\ufeff\n<html><table><tr><td>Họ tên</td></tr></table></html>", "utf-8")
    assert _sentence(tmp_path / "web.xls") == list_guard.RESAVE


def test_another_zip_is_no_list(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.xlsx", "w") as package:
        package.writestr("word/document.xml", "<w/>")
    assert _sentence(tmp_path / "a.xlsx") == list_guard.NOT_A_LIST


@pytest.mark.parametrize("kept", [50, 1000, 3000])
def test_a_truncated_workbook_is_damaged(tmp_path: Path, kept: int) -> None:
    path = _xlsx(tmp_path / "a.xlsx", TABLE)
    path.write_bytes(path.read_bytes()[:kept])
    assert _sentence(path) == list_guard.DAMAGED


def _old_workbook() -> bytes:
    book = xlwt.Workbook()
    sheet = book.add_sheet("S")
    for row in range(40):
        for column in range(8):
            sheet.write(row, column, f"Hä vµ tªn {row}" if column % 2 else row * column)
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def test_a_damaged_xls_ends_its_own_process_only(tmp_path: Path) -> None:
    """Each of these makes the parser panic, or abort for want of memory: in this process it would be the end."""
    sound, rng = _old_workbook(), random.Random(1)
    outcomes = set()
    for number in range(12):
        damaged = bytearray(sound)
        for _ in range(rng.randint(1, 30)):
            damaged[rng.randrange(8, len(damaged))] = rng.randrange(256)
        path = tmp_path / f"{number}.xls"
        path.write_bytes(damaged[: rng.randrange(len(damaged))] if number % 3 == 0 else damaged)
        try:
            _rows(path)
            outcomes.add("read")
        except Fault as fault:
            outcomes.add(fault.text)
    assert outcomes <= {"read", list_guard.DAMAGED, list_guard.EMPTY}
    assert list_guard.DAMAGED in outcomes


def test_two_cells_a_whole_sheet_apart_are_refused(tmp_path: Path) -> None:
    with xlsxwriter.Workbook(tmp_path / "far.xlsx") as book:
        sheet = book.add_worksheet()
        sheet.write(0, 0, "a")
        sheet.write(1_048_575, 16_383, "b")
    assert _sentence(tmp_path / "far.xlsx") == list_guard.DAMAGED


def _bomb(path: Path, size: int, declared: int | None = None) -> Path:
    """A workbook whose sheet unpacks to `size` bytes of spaces; `declared` is what its directory says instead."""
    _xlsx(path, TABLE)
    with zipfile.ZipFile(path, "a", zipfile.ZIP_DEFLATED) as package, package.open("xl/extra.xml", "w") as member:
        for _ in range(size >> 20):
            member.write(b" " * (1 << 20))
    if declared is not None:
        data = path.read_bytes()
        path.write_bytes(data.replace(size.to_bytes(4, "little"), declared.to_bytes(4, "little")))
    return path


def test_a_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = _bomb(tmp_path / "bomb.xlsx", list_guard.MAX_UNPACKED_BYTES + (1 << 20))
    assert path.stat().st_size < 2 << 20
    assert _sentence(path) == list_guard.TOO_LARGE


def test_a_bomb_that_lies_about_its_size_is_damaged(tmp_path: Path) -> None:
    assert _sentence(_bomb(tmp_path / "lie.xlsx", 64 << 20, declared=1 << 20)) == list_guard.DAMAGED


def test_twin_without_the_limit_the_bomb_is_let_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(list_guard, "MAX_UNPACKED_BYTES", 1 << 20)
    path = _bomb(tmp_path / "bomb.xlsx", 4 << 20)
    assert _sentence(path) == list_guard.TOO_LARGE
    monkeypatch.setattr(list_guard, "MAX_UNPACKED_BYTES", 1 << 40)
    assert len(_rows(path)) == len(TABLE)


def test_a_workbook_with_a_password(tmp_path: Path) -> None:
    plain = _xlsx(tmp_path / "plain.xlsx", TABLE)
    with plain.open("rb") as source, (tmp_path / "secret.xlsx").open("wb") as target:
        OOXMLFile(source).encrypt("mat khau", target)
    assert _sentence(tmp_path / "secret.xlsx") == list_guard.PASSWORD


def test_an_old_xls_with_a_password(tmp_path: Path) -> None:
    """FILEPASS (2Fh) after the first BOF is all that the parser looks at."""
    book = xlwt.Workbook()
    book.add_sheet("S").write(0, 0, "a")
    stream = book.get_biff_data()
    first = 4 + int.from_bytes(stream[2:4], "little")
    record = b"\x2f\x00\x36\x00" + b"\x01\x00" * 3 + b"\x00" * 48
    data = io.BytesIO()
    XlsDoc().save(data, stream[:first] + record + stream[first:])
    (tmp_path / "a.xls").write_bytes(data.getvalue())
    assert _sentence(tmp_path / "a.xls") == list_guard.PASSWORD


def test_a_silent_worker_is_given_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_list, "ANSWER_SECONDS", 0.0)
    assert _sentence(_xlsx(tmp_path / "a.xlsx", TABLE)) == list_guard.DAMAGED


def test_a_worker_that_falls_silent_after_its_first_rows_is_given_up_but_not_while_nobody_asks(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_list, "ANSWER_SECONDS", 0.2)
    path = _xlsx(tmp_path / "a.xlsx", TABLE)
    heard, said = os.pipe()
    killed = threading.Event()

    def kill() -> None:
        os.close(said)
        killed.set()

    body = msgspec.msgpack.encode(Frame(rows=[["Đặng Thị Hoà"]]))
    os.write(said, len(body).to_bytes(LENGTH_BYTES, "big") + body)
    with os.fdopen(heard, "rb") as pipe:
        frames = read_list._frames(pipe, path, kill)
        assert next(frames).rows == [["Đặng Thị Hoà"]]
        assert not killed.wait(0.6), "what takes long is the work with these rows"
        with pytest.raises(Fault) as caught:
            next(frames)
    assert caught.value.text == list_guard.DAMAGED
    assert killed.wait(30)


def test_broken_utf_16_is_no_list(tmp_path: Path) -> None:
    (tmp_path / "a.csv").write_bytes(b"\xff\xfe\x00\xd8a\x00")
    assert _sentence(tmp_path / "a.csv") == list_guard.NOT_A_LIST


def test_separator_of_a_single_column() -> None:
    assert list_text.find_separator("Họ tên\nVi Thị Mai\n") == ";"


@pytest.mark.parametrize(
    "rows", ['1;"Lý Thị Mẩy;2016\n2;Lý Thị Hai;2016\n', '1;"Lý Thị Mẩy;2016\n2;"Lý Thị Hai";2016\n3;Lý A;2016\n']
)
def test_a_quotation_mark_that_is_never_closed_swallows_nobody(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text("STT;Họ và tên;Ngày sinh\n" + rows, encoding="utf-8")
    assert _sentence(path) == list_text.OPEN_QUOTE
    path.write_text('STT;Họ và tên;Thôn\n1;"Lý "Thị" Mẩy";"Khe Lặc;\nBình Liêu"\n', encoding="utf-8")
    assert _rows(path)[1][2] == "Khe Lặc;\nBình Liêu"


def test_a_remark_of_several_lines_with_separators_in_it_is_one_cell(tmp_path: Path) -> None:
    """As Excel writes a cell in which somebody pressed Alt+Enter."""
    path = tmp_path / "a.csv"
    titles, remark = "STT,Họ và tên,Ngày sinh,Thôn,Ghi chú", "Bố, mẹ đi xa\nỞ với ông, bà, cô"
    rows = f'1,Lý Thị Mẩy,2016,Khe Lặc,"{remark}"\n2,Lý A Sáng,2015,Nà Ếch,"{remark}"\n3,Bàn A Tài,2014,Khe Lặc,\n'
    path.write_text(f"{titles}\n{rows}", encoding="utf-8-sig")
    read = _rows(path)
    assert [row[1] for row in read[1:]] == ["Lý Thị Mẩy", "Lý A Sáng", "Bàn A Tài"]
    assert [row[4] for row in read[1:]] == [remark, remark, None]


@pytest.mark.parametrize(
    "rows",
    [
        '1,"Lý Thị Mẩy,2016,Khe Lặc,\n2,Lý A Sáng,2015,Nà Ếch,\n',
        '1,"Lý Thị Mẩy,2016,Khe Lặc,\n2,"Lý A Sáng",2015,Nà Ếch,\n',
        '1,Lý Thị Mẩy,2016,"Khe Lặc,\n2,"Lý A Sáng",2015,Nà Ếch,\n',
        '1,"Lý Thị Mẩy,2016,Khe Lặc,\n2,Lý A Sáng,2015,"Nà Ếch",\n',
    ],
)
def test_in_a_wide_list_it_swallows_nobody_either(tmp_path: Path, rows: str) -> None:
    path = tmp_path / "a.csv"
    path.write_text(f"STT,Họ và tên,Ngày sinh,Thôn,Ghi chú\n{rows}3,Bàn A Tài,2014,Khe Lặc,\n", encoding="utf-8")
    assert _sentence(path) == list_text.OPEN_QUOTE
