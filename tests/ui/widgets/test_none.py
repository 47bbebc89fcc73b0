"""The Qt binding counts references of None, which Python 3.11 still does (decision 0006)."""

from __future__ import annotations

import sys

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot


def test_calls_that_return_nothing_lose_no_reference_of_none(qtbot: QtBot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    before = sys.getrefcount(None)
    for width in range(500):
        widget.resize(100 + width, 100)
        widget.updateGeometry()
    assert sys.getrefcount(None) > before - 200
