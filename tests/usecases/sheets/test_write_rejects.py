"""The workbook of refused rows: readable, harmless, whole or not there."""

from __future__ import annotations

import zipfile
from datetime import date
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Fault
from commune_desk.usecases.sheets.read_list import open_list
from commune_desk.usecases.sheets.write_rejects import WRITE_FAILED, Reject, write_rejects

TITLES = ["Họ và tên", "Số ĐDCN", "Ngày sinh"]
REJECT = Reject(("Đặng Thị Hoà", "022312004518", date(2009, 2, 3)), ["Đã đủ 16 tuổi", "Trùng dòng 7"])


def _write(path: Path, *rejects: Reject) -> int:
    return write_rejects(path, rejects, titles=TITLES, reason_title="Lý do")


def test_the_reason_stands_first_and_the_row_as_it_was(tmp_path: Path) -> None:
    path = tmp_path / "bị loại.xlsx"
    assert _write(path, REJECT, Reject((None, 22312004518), ["Thiếu họ tên"])) == 2
    listed = open_list(path)
    rows = list(listed.rows(listed.sheets[0]))
    assert rows[0] == ("Lý do", *TITLES)
    assert rows[1] == ("Đã đủ 16 tuổi\nTrùng dòng 7", "Đặng Thị Hoà", "022312004518", "03/02/2009")
    assert rows[2][:3] == ("Thiếu họ tên", None, "22312004518")


@pytest.mark.parametrize("cell", ["=1+1", "+84912345678", "-1", "@SUM(A1)", "http://a.example", "{=A1}", "\t=1+1"])
def test_nothing_written_becomes_a_formula_or_a_link(tmp_path: Path, cell: str) -> None:
    path = tmp_path / "a.xlsx"
    _write(path, Reject((cell,), [cell]))
    with zipfile.ZipFile(path) as package:
        sheet = package.read("xl/worksheets/sheet1.xml").decode()
    assert "<f>" not in sheet
    assert "hyperlink" not in sheet
    assert sheet.count('t="s"') == len(TITLES) + 1 + 2


def test_a_failure_leaves_the_earlier_file_and_nothing_else(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "a.xlsx"
    _write(path, REJECT)
    before = path.read_bytes()

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("os.fsync", full)
    with pytest.raises(Fault) as caught:
        _write(path, REJECT, REJECT)
    assert caught.value.text == WRITE_FAILED
    assert path.read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_not_there_gets_the_sentence(tmp_path: Path) -> None:
    with pytest.raises(Fault):
        _write(tmp_path / "none" / "a.xlsx", REJECT)


def test_no_name_goes_to_the_folder_for_temporary_files(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TMPDIR", str(tmp_path / "nowhere"))
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "nowhere"))
    assert _write(tmp_path / "a.xlsx", REJECT) == 1


def test_very_long_text_is_cut_to_what_a_cell_holds(tmp_path: Path) -> None:
    _write(tmp_path / "a.xlsx", Reject(("x" * 40_000,), ["a"]))
    listed = open_list(tmp_path / "a.xlsx")
    assert len(str(list(listed.rows(listed.sheets[0]))[1][1])) == 32_767
