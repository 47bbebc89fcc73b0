"""What counts as pressing what does not look like a button: a row, a tile, a chip."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QAbstractButton, QWidget

_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


def is_key_press(event: QKeyEvent) -> bool:
    """Enter or Space, as on a button. One that is held down presses once: what repeats is to do nothing."""
    return event.key() in _KEYS


def is_click(widget: QWidget, event: QMouseEvent) -> bool:
    """The left button was let go over the widget; drawn away from it, it counts for nothing."""
    return event.button() is Qt.MouseButton.LeftButton and widget.rect().contains(event.position().toPoint())


class Pressable(QAbstractButton):
    """A button that draws itself, also to a screen reader, which can press it: emits `activated`, as a click does."""

    activated = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.clicked.connect(lambda: self.activated.emit())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        """Enter and Space, once for all the time that they are held; arrow keys are left to what is around it."""
        if not is_key_press(event):
            event.ignore()
        elif not event.isAutoRepeat():
            self.click()
