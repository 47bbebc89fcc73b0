"""What was copied from the program's own windows: it leaves the clipboard when the register is locked."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, Qt
from PySide6.QtWidgets import QApplication


class Copied(QObject):
    """Knows whether what lies on the clipboard was put there from here.

    Told by which program the person was in: of who owns the clipboard not every system knows.
    """

    def __init__(
        self, app: QApplication, parent: QObject | None = None, *, is_in_use: Callable[[], bool] | None = None
    ) -> None:
        """`is_in_use`: whether the person is in this program now, if not the system is to be asked."""
        super().__init__(parent)
        self._clipboard, self._is_ours = app.clipboard(), False
        self._is_in_use = is_in_use or (lambda: app.applicationState() is Qt.ApplicationState.ApplicationActive)
        self._clipboard.dataChanged.connect(self._on_copied)

    def _on_copied(self) -> None:
        self._is_ours = self._is_in_use()

    def take_away(self) -> None:
        """Empty the clipboard of a name, a number or an address; what another program put there stays."""
        if self._is_ours:
            self._clipboard.clear()
