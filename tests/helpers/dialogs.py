"""What a test does in the dialog that opens next."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog

from commune_desk.ui.dialogs.message import MessageDialog

AnyDialog = TypeVar("AnyDialog", bound=QDialog)
_LOOK_MS, _LOOKS = 20, 250


def when_asked(kind: type[AnyDialog], do: Callable[[AnyDialog], object]) -> list[str]:
    """Do something in the dialog of this kind that opens next; its title, once that is done.

    Whatever comes of it, the dialog closes: a test that fails in it ends. One that never opens, though another stands
    in its place, fails the test after some seconds.
    """
    titles: list[str] = []

    def look(left: int) -> None:
        dialog = QApplication.activeModalWidget()
        if isinstance(dialog, kind):
            _close_after(dialog, do)
            titles.append(dialog.accessibleName())
        elif left:
            QTimer.singleShot(_LOOK_MS, lambda: look(left - 1))
        elif isinstance(dialog, QDialog):
            dialog.reject()
            raise AssertionError(f"{type(dialog).__name__} was opened instead")

    QTimer.singleShot(_LOOK_MS, lambda: look(_LOOKS))
    return titles


def answer(choose: str) -> list[str]:
    """Choose `accept` or `reject` at the question that is asked next; its title, once it is answered."""
    return when_asked(MessageDialog, lambda dialog: getattr(dialog, choose)())


def _close_after(dialog: AnyDialog, do: Callable[[AnyDialog], object]) -> None:
    try:
        do(dialog)
    finally:
        if dialog.isVisible():
            dialog.reject()
