"""Text fields that Vietnamese input methods can trust: nothing is rewritten or completed while it is typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPoint, QSize, QStringListModel, Qt, QTimer, Signal
from PySide6.QtGui import (
    QFocusEvent,
    QInputMethodEvent,
    QKeyEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlockFormat,
    QTextCursor,
)
from PySide6.QtWidgets import QCompleter, QLineEdit, QSizePolicy, QTextEdit, QWidget

from commune_desk.domain.text import nfc, tidy
from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.icons import paint_icon
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.text import line_height

SEARCH_PAUSE_MS = 150
_ROOM_FOR_KEY = 360
_STEPS = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1, Qt.Key.Key_PageDown: 10, Qt.Key.Key_PageUp: -10}

_ON_PURPOSE = (
    Qt.FocusReason.TabFocusReason,
    Qt.FocusReason.BacktabFocusReason,
    Qt.FocusReason.ShortcutFocusReason,
    Qt.FocusReason.MouseFocusReason,
)


def tidy_text(text: str) -> str:
    """Several lines in NFC, without spaces at line ends or empty lines at either end."""
    lines = nfc(text).replace("\u2029", "\n").splitlines()
    return "\n".join(line.rstrip() for line in lines).strip("\n")


class LineEdit(QLineEdit):
    """One line. `edited` fires for each change by hand, `left` with the tidied text when the field is left."""

    edited = Signal(str)
    left = Signal(str)

    def __init__(self, name: str = "", *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._is_composing = False
        self._suggestions: QStringListModel | None = None
        self.textEdited.connect(self._on_edited)

    @property
    def is_composing(self) -> bool:
        """Whether an input method still holds letters that are not part of the text yet."""
        return self._is_composing

    def value(self) -> str:
        """The text as it will be kept, even while the field still has the focus."""
        return tidy(self.text())

    def set_value(self, text: str) -> None:
        """Show `text`, unless that is already what stands there: the cursor must not jump under a typist."""
        if text != self.value():
            self.setText(text)

    def suggest(self, words: Sequence[str]) -> None:
        """Offer `words` in a popup below the field; the typed text is never completed in place."""
        if self._suggestions is None:
            self._suggestions = QStringListModel(self)
            completer = QCompleter(self._suggestions, self)
            completer.setCompletionMode(QCompleter.CompletionMode.UnfilteredPopupCompletion)
            self.setCompleter(completer)
        self._suggestions.setStringList(list(words))

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason and not self._is_composing:
            self.settle()

    def settle(self) -> None:
        """Tidy the text; done when the field is left, and by forms before saving."""
        if self.text() != self.value():
            self.setText(self.value())
        self.left.emit(self.text())

    def _on_edited(self, text: str) -> None:
        if not self._is_composing:
            self.edited.emit(text)


class SearchField(LineEdit):
    """A search field with its icon and key; `searched` fires after a short pause in typing, and on Enter,
    `stepped` with the rows to move on the keys that move in a list, `begun` when one comes to it or types anew."""

    begun = Signal()
    searched = Signal(str)
    stepped = Signal(int)
    accepted = Signal()

    def __init__(self, name: str, *, placeholder: str = "", key_hint: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name, placeholder=placeholder, parent=parent)
        self._key_hint = key_hint
        self.setClearButtonEnabled(False)
        self._pause = QTimer(self, interval=SEARCH_PAUSE_MS, singleShot=True)
        self._pause.timeout.connect(lambda: self.searched.emit(self.value()))
        self.edited.connect(lambda _text: self._pause.start())
        self.edited.connect(lambda _text: self.begun.emit())
        self.returnPressed.connect(self._search_now)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        has_room = self._key_hint and self.width() >= _ROOM_FOR_KEY
        self.setTextMargins(24, 0, 52 if has_room else 0, 0)

    def begin(self) -> None:
        """Take the keyboard; what is typed takes the place of what stands in the field."""
        self.setFocus(Qt.FocusReason.ShortcutFocusReason)
        self.selectAll()
        self.begun.emit()

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        if event.reason() in _ON_PURPOSE:
            self.begun.emit()

    def clear_search(self) -> None:
        self.clear()
        self._search_now()

    def _search_now(self) -> None:
        self._pause.stop()
        self.searched.emit(self.value())
        self.accepted.emit()

    def event(self, event: QEvent) -> bool:
        """Escape belongs to the field while something stands in it, whatever it means around it."""
        is_override = event.type() is QEvent.Type.ShortcutOverride
        if isinstance(event, QKeyEvent) and is_override and event.key() == Qt.Key.Key_Escape and self.text():
            event.accept()
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.text():
            self.clear()
            self.searched.emit("")
            return
        if step := _STEPS.get(Qt.Key(event.key())):
            if self._pause.isActive():
                self._pause.stop()
                self.searched.emit(self.value())
            self.stepped.emit(step)
        super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        corner = self.rect().topLeft()
        corner += QPoint(11, (self.height() - 16) // 2)
        paint_icon(painter, corner, "search", 16, "quiet")
        if self._key_hint and not self.text() and self.width() >= _ROOM_FOR_KEY:
            self._paint_key(painter)

    def _paint_key(self, painter: QPainter) -> None:
        painter.setFont(theme.font(Size.SMALL))
        width = painter.fontMetrics().horizontalAdvance(self._key_hint) + 12
        box = self.rect().adjusted(self.width() - width - 9, 6, -9, -6)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(theme.colour("line"))
        painter.drawRoundedRect(box, 4, 4)
        painter.setPen(theme.colour("quiet"))
        painter.drawText(box, Qt.AlignmentFlag.AlignCenter, self._key_hint)


class TextEdit(QTextEdit):
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
        self._is_composing = self._is_loading = False
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

    def inputMethodEvent(self, event: QInputMethodEvent) -> None:
        self._is_composing = bool(event.preeditString())
        super().inputMethodEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() is not Qt.FocusReason.PopupFocusReason and not self._is_composing:
            self.settle()

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
        if not (self._is_composing or self._is_loading):
            self.edited.emit(self.toPlainText())

    def _fit(self) -> None:
        one = line_height(self.font())
        wanted = int(self.document().size().height()) + 12
        height = min(max(wanted, self._lines * one + 18), self._most_lines * one + 18)
        if height != self.minimumHeight():
            self.setFixedHeight(height)


class PasswordField(LineEdit):
    """A passphrase: shown as dots, never tidied, kept from input methods' learning."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name or _("Passphrase"), parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)
        self.setInputMethodHints(
            Qt.InputMethodHint.ImhSensitiveData
            | Qt.InputMethodHint.ImhNoPredictiveText
            | Qt.InputMethodHint.ImhHiddenText
        )

    def value(self) -> str:
        """Exactly what was typed, in NFC, so that every keyboard opens the same vault."""
        return nfc(self.text())

    def settle(self) -> None:
        self.left.emit("")
