"""The details of a bug are saved where a person chooses, or the person is told that they were not."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtWidgets import QFileDialog, QPushButton
from pytestqt.qtbot import QtBot

from commune_desk.ui.dialogs.message import MessageDialog, bug_dialog
from commune_desk.ui.hooks import BugHook
from tests.helpers.dialogs import when_asked


@pytest.fixture
def hook(qtbot: QtBot) -> Iterator[BugHook]:
    made = BugHook()
    yield made
    made.deleteLater()


def save_to(target: Path, hook: BugHook, monkeypatch: pytest.MonkeyPatch) -> MessageDialog:
    """The dialog of a bug in which the button that saves the details was pressed."""
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_asked: (str(target), ""))
    dialog = bug_dialog(None, lambda: hook._save(RuntimeError("Đặng Thị Hoà")))
    dialog.findChildren(QPushButton)[0].click()
    return dialog


def test_the_details_are_saved_without_a_name(
    qtbot: QtBot, hook: BugHook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    qtbot.addWidget(save_to(tmp_path / "report.txt", hook, monkeypatch))
    assert "RuntimeError" in (written := (tmp_path / "report.txt").read_text("utf-8"))
    assert "Hoà" not in written


def test_a_place_that_refuses_is_told(
    qtbot: QtBot, hook: BugHook, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Raised, it would reach a hook that is busy with the bug itself, which shows nothing more."""
    told = when_asked(MessageDialog, lambda dialog: dialog.accept())
    qtbot.addWidget(save_to(tmp_path / "no such folder" / "report.txt", hook, monkeypatch))
    assert len(told) == 1
