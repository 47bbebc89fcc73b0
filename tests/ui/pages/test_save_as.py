"""Where something is written: with its ending, and never over a file that nobody was asked about."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from commune_desk.ui.dialogs.save_as import ask_where_to
from tests.helpers.dialogs import answer


@pytest.fixture
def parent(qtbot: QtBot) -> QWidget:
    made = QWidget()
    qtbot.addWidget(made)
    return made


def choose(monkeypatch: pytest.MonkeyPatch, chosen: str) -> None:
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (chosen, ""))


def ask(parent: QWidget) -> Path | None:
    return ask_where_to(parent, "Lưu", "Dòng có lỗi.xlsx", "Excel (*.xlsx)")


@pytest.mark.parametrize(
    ("typed", "written"), [("loi", "loi.xlsx"), ("loi.XLSX", "loi.XLSX"), ("ds 30.9", "ds 30.9.xlsx"), ("", None)]
)
def test_the_ending_is_put_behind_what_was_typed(
    tmp_path: Path, parent: QWidget, monkeypatch: pytest.MonkeyPatch, typed: str, written: str | None
) -> None:
    choose(monkeypatch, str(tmp_path / typed) if typed else "")
    assert ask(parent) == (tmp_path / written if written else None)


@pytest.mark.parametrize(("choice", "is_replaced"), [("reject", False), ("accept", True)])
def test_the_list_itself_is_not_replaced_by_its_rows_with_errors_unasked(
    tmp_path: Path, parent: QWidget, monkeypatch: pytest.MonkeyPatch, choice: str, is_replaced: bool
) -> None:
    """The system saw no file `ds`, and asked nothing about `ds.xlsx`."""
    (tmp_path / "ds.xlsx").write_bytes(b"the officer's list")
    choose(monkeypatch, str(tmp_path / "ds"))
    asked = answer(choice)
    assert ask(parent) == (tmp_path / "ds.xlsx" if is_replaced else None)
    assert asked == ["Thay thế ds.xlsx?"]


def test_what_the_system_asked_about_is_not_asked_again(
    tmp_path: Path, parent: QWidget, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ds.xlsx").write_bytes(b"the officer's list")
    choose(monkeypatch, str(tmp_path / "ds.xlsx"))
    assert ask(parent) == tmp_path / "ds.xlsx"
