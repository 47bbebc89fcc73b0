"""Text that is still being typed: what an input method holds, and what is no leaving of the field."""

from __future__ import annotations

from collections.abc import Callable

from PySide6 import QtCore
from PySide6.QtGui import QFocusEvent, QGuiApplication, QInputMethodEvent
from PySide6.QtWidgets import QWidget


def is_left(event: QFocusEvent) -> bool:
    """Whether a field is left. It is not for a list or a menu that opens over it, nor for another window: whoever looks
    something up there comes back to the same letter."""
    reasons = QtCore.Qt.FocusReason
    return event.reason() not in (reasons.PopupFocusReason, reasons.ActiveWindowFocusReason)


def commit_composed(field: QWidget, composed: Callable[[], str]) -> None:
    """Have what an input method still holds become text of the field; `composed` tells what that is now."""
    QGuiApplication.inputMethod().commit()
    if held := composed():  # the field has not the keyboard any more, or the system no say in it
        committed = QInputMethodEvent()
        committed.setCommitString(held)
        QtCore.QCoreApplication.sendEvent(field, committed)
