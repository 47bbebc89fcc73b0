"""What stands beside a list and tells one of its rows in full: it scrolls by itself, and the list stays in sight."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QScrollArea, QWidget

_LEAST_HEIGHT = 120


class SidePanel(QScrollArea):
    """As high as the list beside it, however much it has to tell; give it its content with `setWidget`."""

    def __init__(self, name: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWidgetResizable(True)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(name)

    def sizeHint(self) -> QSize:
        """Little height: the page must not scroll because one row has much to tell, the panel does."""
        return QSize(self.width(), _LEAST_HEIGHT)
