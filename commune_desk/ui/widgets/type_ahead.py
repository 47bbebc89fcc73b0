"""The list of a choice: what is typed finds an item without its marks."""

from __future__ import annotations

from PySide6.QtCore import QElapsedTimer, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QListView, QWidget

from commune_desk.domain.vietnamese.text import fold, nfc

_TYPE_AHEAD_MS = 1200


class TypeAheadList(QListView):
    """Finds an item by what is typed, without marks, at the start of the label or of any word in it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._typed = ""
        self._since = QElapsedTimer()

    def keyboardSearch(self, search: str) -> None:
        if not self.is_searching:
            self._typed = ""
        self._typed = nfc(self._typed + search)
        self._find()

    def forget_letter(self) -> None:
        """An input method takes a letter back before it writes the marked one."""
        self._typed = self._typed[:-1]
        self._since.restart()

    @property
    def is_searching(self) -> bool:
        """Whether the next key still belongs to what is being typed."""
        return bool(self._typed) and self._since.isValid() and self._since.elapsed() <= _TYPE_AHEAD_MS

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Backspace:
            self.forget_letter()
            return
        super().keyPressEvent(event)

    def _find(self) -> None:
        self._since.restart()
        wanted = fold(self._typed)
        model = self.model()
        labels = [fold(str(model.index(row, 0).data() or "")) for row in range(model.rowCount())]
        starts = [row for row, label in enumerate(labels) if label.startswith(wanted)]
        inside = [row for row, label in enumerate(labels) if f" {wanted}" in f" {label}"]
        if wanted and (found := starts or inside):
            self.setCurrentIndex(model.index(found[0], 0))
