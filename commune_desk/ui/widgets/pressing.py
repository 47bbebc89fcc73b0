"""What counts as pressing a widget that is a button in all but its class: a row, a tile, a chip."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QWidget

_KEYS = (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space)


def is_key_press(event: QKeyEvent) -> bool:
    """Enter or Space, as on a button. One that is held down presses once: what repeats is to do nothing."""
    return event.key() in _KEYS


def is_click(widget: QWidget, event: QMouseEvent) -> bool:
    """The left button was let go over the widget; drawn away from it, it counts for nothing."""
    return event.button() is Qt.MouseButton.LeftButton and widget.rect().contains(event.position().toPoint())
