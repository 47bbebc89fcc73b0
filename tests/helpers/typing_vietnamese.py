"""Text as a Vietnamese keyboard commits it: never as key clicks, which Qt aborts on outside ASCII."""

from __future__ import annotations

from PySide6.QtGui import QInputMethodEvent
from PySide6.QtWidgets import QApplication, QWidget


def commit_text(widget: QWidget, text: str) -> None:
    """Type `text` into `widget` as an input method does: a preedit of each word, then the commit."""
    widget.setFocus()
    for index, word in enumerate(text.split(" ")):
        compose(widget, word)
        commit = QInputMethodEvent()
        commit.setCommitString(word if index == 0 else f" {word}")
        QApplication.sendEvent(widget, commit)


def compose(widget: QWidget, preedit: str) -> None:
    """Show `preedit` as text that is still being composed."""
    QApplication.sendEvent(widget, QInputMethodEvent(preedit, []))
