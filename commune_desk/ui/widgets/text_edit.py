"""Several lines of text that Vietnamese input methods can trust."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QSize, Signal
from PySide6.QtGui import QResizeEvent, QTextBlockFormat, QTextCursor
from PySide6.QtWidgets import QTextEdit, QWidget

from commune_desk.domain.vietnamese.text import visible
from commune_desk.ui import theme
from commune_desk.ui.widgets.composing import Composing
from commune_desk.ui.widgets.text import line_height

_MOST_PASTED = 20_000
"""Characters of one paste: several times what any field takes. Qt needs minutes to break a million into lines."""


def tidy_text(text: str) -> str:
    """Several lines in NFC, without invisible characters, spaces at line ends or empty lines at either end."""
    lines = visible(text).replace("\u2029", "\n").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


class TextEdit(Composing, QTextEdit):
    """Several lines of plain text that grow with what is typed; Tab leaves the field."""

    edited = Signal(str)
    left = Signal(str)

    def __init__(
        self,
        name: str = "",
        *,
        placeholder: str = "",
        lines: int = 3,
        most_lines: int = 10,
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font())
        self.setAcceptRichText(False)
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(3)
        self._lines, self._most_lines = lines, most_lines
        self._is_loading = False
        self._space_lines()
        self.textChanged.connect(self._on_changed)
        self.document().documentLayout().documentSizeChanged.connect(lambda _size: self._fit())
        self._fit()

    def value(self) -> str:
        return tidy_text(self.toPlainText())

    def set_value(self, text: str) -> None:
        if text == self.value():
            return
        self._is_loading = True
        self.setPlainText(text)
        self._space_lines()
        self._is_loading = False
        self._fit()

    def settle(self) -> None:
        """Tidy the text; done when the field is left, and by forms before saving."""
        if self.toPlainText() != self.value():
            self.set_value_with_undo(self.value())
        self.left.emit(self.value())

    def set_value_with_undo(self, text: str) -> None:
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.insertText(text)

    def insertFromMimeData(self, source: QMimeData) -> None:
        """What is pasted or dropped here, unless it is a whole book: then its beginning, which is still too long."""
        text = source.text()
        if len(text) > _MOST_PASTED:
            source = QMimeData()
            source.setText(text[:_MOST_PASTED])
        super().insertFromMimeData(source)

    def sizeHint(self) -> QSize:
        return QSize(320, self.minimumHeight())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _space_lines(self) -> None:
        """Give every line room for stacked marks, without an entry in the undo list."""
        self.document().setUndoRedoEnabled(False)
        spacing = QTextBlockFormat()
        spacing.setLineHeight(line_height(self.font()), QTextBlockFormat.LineHeightTypes.MinimumHeight.value)
        cursor = QTextCursor(self.document())
        cursor.select(QTextCursor.SelectionType.Document)
        cursor.mergeBlockFormat(spacing)
        self.document().setUndoRedoEnabled(True)

    def _on_changed(self) -> None:
        self._fit()
        if not (self.is_composing or self._is_loading):
            self.edited.emit(self.toPlainText())

    def _fit(self) -> None:
        one = line_height(self.font())
        wanted = int(self.document().size().height()) + 12
        height = min(max(wanted, self._lines * one + 18), self._most_lines * one + 18)
        if height != self.minimumHeight():
            self.setFixedHeight(height)
