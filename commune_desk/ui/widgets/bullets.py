"""Sentences of a list, each behind its dot."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from commune_desk.ui.widgets.text import Text


def bullet(sentence: str) -> QWidget:
    """A sentence of a list; its further lines begin below its first word, not below the dot."""
    holder = QWidget()
    line = QHBoxLayout(holder)
    line.setContentsMargins(0, 0, 0, 0)
    line.setSpacing(7)
    line.addWidget(Text("•"), 0, Qt.AlignmentFlag.AlignTop)
    line.addWidget(Text(sentence, wrap=True), 1)
    return holder
