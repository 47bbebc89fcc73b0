"""The frame of a dialog: one column of a fixed width, its buttons at the lower right, and how it is answered."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QSize
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from shiboken6 import isValid

from commune_desk.i18n import _
from commune_desk.ui.widgets.buttons import SecondaryButton


class _Room(QObject):
    """Gives a dialog the height that it needs for what is said in it later. By itself it grows to its least height
    alone, in which a text that just fails to fit into one line has one line."""

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.LayoutRequest and isinstance(watched, QWidget):
            wanted = watched.sizeHint().height()
            if wanted > watched.height():
                watched.resize(watched.width(), wanted)
        return False


class FramedDialog(QDialog):
    """What it asks goes into `body`, its buttons stand below. The window's title names nobody; `title` is spoken."""

    def __init__(self, title: str, parent: QWidget | None, *, width: int, detail: str = "", spacing: int = 14) -> None:
        """`width` and `spacing` in pixels; `detail` is spoken after the title."""
        super().__init__(parent)
        self._width = width
        self.setWindowTitle(_("Sunshine Register"))
        self.setAccessibleName(title)
        self.setAccessibleDescription(detail)
        self.setModal(True)
        self.setFixedWidth(width)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(spacing)
        self.body = QVBoxLayout()
        self.body.setSpacing(spacing)
        column.addLayout(self.body)
        self._buttons = QHBoxLayout()
        self._buttons.setSpacing(8)
        self._buttons.addStretch(1)
        column.addLayout(self._buttons)
        self.installEventFilter(_Room(self))

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return QSize(self._width, layout.totalHeightForWidth(self._width) if layout is not None else self._width)

    def add_button(self, button: QPushButton, on_click: Callable[[], object], *, default: bool = False) -> None:
        """Append a button; `default` is the one that Enter presses."""
        button.clicked.connect(lambda _checked=False: on_click())
        button.setDefault(default)
        self._buttons.addWidget(button)
        if default:
            button.setFocus()

    def add_cancel(self, *, default: bool = False) -> SecondaryButton:
        """Append the button that changes nothing, as Escape does."""
        cancel = SecondaryButton(_("Cancel"))
        self.add_button(cancel, self.reject, default=default)
        return cancel


def show_modal(dialog: QDialog) -> bool:
    """Show a dialog until it is answered or closed, then let it go; whether it was accepted. A lock takes it down.

    What an accepted one holds can be read until the caller returns to the event loop.
    """
    answer = dialog.exec()
    if not isValid(dialog):
        return False
    dialog.deleteLater()
    return answer == QDialog.DialogCode.Accepted
