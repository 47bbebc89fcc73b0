"""A name that was copied does not outlive the lock on the clipboard; what another program put there does."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit
from pytestqt.qtbot import QtBot

from commune_desk.ui.copied import Copied
from tests.system.at_work import at_work

NAME = "Đặng Thị Nghiễng"

pytestmark = pytest.mark.usefixtures("own_clipboard")


@pytest.fixture
def own_clipboard(qapp: QApplication) -> Iterator[None]:
    """As it was, afterwards: the process is that of the tests."""
    before = qapp.clipboard().text()
    yield
    qapp.clipboard().setText(before)


def _copy_by_hand(qtbot: QtBot) -> None:
    line = QLineEdit(NAME)
    qtbot.addWidget(line)
    with qtbot.waitActive(line):
        line.show()
        line.activateWindow()
    line.selectAll()
    QTest.keyClick(line, Qt.Key.Key_C, Qt.KeyboardModifier.ControlModifier)
    assert QApplication.clipboard().text() == NAME


def test_a_name_that_was_copied_leaves_with_the_lock(qtbot: QtBot, tmp_path: Path) -> None:
    program = at_work(qtbot, tmp_path)
    _copy_by_hand(qtbot)
    program.put_away()
    assert QApplication.clipboard().text() == ""


def test_without_it_the_name_would_stay(qtbot: QtBot, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Copied, "take_away", lambda _self: None)
    program = at_work(qtbot, tmp_path)
    _copy_by_hand(qtbot)
    program.put_away()
    assert QApplication.clipboard().text() == NAME


def test_what_another_program_copied_stays(qapp: QApplication) -> None:
    copied = Copied(qapp, is_in_use=lambda: False)
    qapp.clipboard().setText("from elsewhere")
    copied.take_away()
    assert qapp.clipboard().text() == "from elsewhere"
