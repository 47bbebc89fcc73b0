"""What is shown as a window of its own while a test does something."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from PySide6.QtCore import QEvent, QObject
from PySide6.QtWidgets import QApplication, QWidget


@contextmanager
def opened_windows(app: QApplication) -> Iterator[list[str]]:
    """The names of all that is shown as a window of its own meanwhile: a part that had no parent yet is one too."""
    watch = _Watch()
    app.installEventFilter(watch)
    try:
        yield watch.names
    finally:
        app.removeEventFilter(watch)


class _Watch(QObject):
    def __init__(self) -> None:
        super().__init__()
        self.names: list[str] = []

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() is QEvent.Type.Show and isinstance(watched, QWidget) and watched.isWindow():
            self.names.append(f"{type(watched).__name__} {watched.accessibleName()}")
        return False
