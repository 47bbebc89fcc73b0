"""A workbook is a zip; one that is packed as no office program packs is not unpacked, whatever is in it."""

from __future__ import annotations

import lzma
import zipfile
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Fault
from commune_desk.usecases.sheets import list_guard

METHODS = [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA]
NAME = b"xl/workbook.xml"


def _packed(path: Path, method: int) -> bytes:
    with zipfile.ZipFile(path, "w", method) as package:
        package.writestr(NAME.decode(), b"<workbook/>" * 50)
    return path.read_bytes()


def _damaged_at(path: Path, data: bytes, place: int) -> Path:
    """The file with one byte of its first member changed, so many bytes after the member's name."""
    at = data.index(NAME) + len(NAME) + place
    path.write_bytes(data[:at] + bytes([data[at] ^ 0xFF]) + data[at + 1 :])
    return path


def _sentence(path: Path) -> str:
    with pytest.raises(Fault) as caught:
        list_guard.inspect(path)
    return caught.value.text


@pytest.mark.parametrize("method", METHODS)
def test_a_packing_that_no_office_program_uses_is_not_unpacked(tmp_path: Path, method: int) -> None:
    """Each unpacker has complaints of its own, and LZMA asks for as much memory as its first bytes say."""
    path = tmp_path / "a.xlsx"
    data = _packed(path, method)
    assert _sentence(path) == list_guard.DAMAGED, "a whole one too"
    for place in range(20):
        assert _sentence(_damaged_at(path, data, place)) == list_guard.DAMAGED


def test_unpacked_its_complaint_would_be_a_fault_of_the_program(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    path = tmp_path / "a.xlsx"
    data = _packed(path, zipfile.ZIP_LZMA)
    monkeypatch.setattr(list_guard, "_FOREIGN_PACKING", frozenset())
    with pytest.raises(lzma.LZMAError):
        list_guard.inspect(_damaged_at(path, data, 4))


@pytest.mark.parametrize("method", [zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED])
def test_what_office_programs_use_is_taken(tmp_path: Path, method: int) -> None:
    path = tmp_path / "a.xlsx"
    _packed(path, method)
    assert list_guard.inspect(path) is list_guard.FileKind.WORKBOOK
