"""Text that is still being typed: what an input method holds, and what is no leaving of the field."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6 import QtCore
from PySide6.QtGui import QFocusEvent, QGuiApplication, QInputMethodEvent

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    class _Field(QWidget):
        def settle(self) -> None:
            """Tidy the text; done when the field is left, and by forms before saving."""

else:
    _Field = object


class Composing(_Field):
    """Stands before Qt's own class among the bases of a field of text, and knows what an input method still holds.

    The field is settled when it is left, unless letters are still being composed.
    """

    _composed = ""

    @property
    def is_composing(self) -> bool:
        """Whether an input method still holds letters that are not part of the text yet."""
        return bool(self._composed)

    def finish_composing(self) -> None:
        """Take what an input method still holds as typed: nobody will go on with it."""
        if not self._composed:
            return
        QGuiApplication.inputMethod().commit()
        if self._composed:  # the field has not the keyboard any more, or the system no say in it
            committed = QInputMethodEvent()
            committed.setCommitString(self._composed)
            QtCore.QCoreApplication.sendEvent(self, committed)

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._composed = event.preeditString()
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if _is_left(event) and not self.is_composing:
            self.settle()


def _is_left(event: QFocusEvent) -> bool:
    """Whether a field is left. It is not for a list or a menu that opens over it, nor for another window: whoever looks
    something up there comes back to the same letter."""
    reasons = QtCore.Qt.FocusReason
    return event.reason() not in (reasons.PopupFocusReason, reasons.ActiveWindowFocusReason)
