"""Text fields that Vietnamese input methods can trust: nothing is rewritten or completed while it is typed."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6 import QtCore, QtWidgets
from PySide6.QtCore import QEvent, QObject, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QSizePolicy, QWidget

from commune_desk.domain.vietnamese.text import nfc, tidy
from commune_desk.i18n import _
from commune_desk.ui import theme
from commune_desk.ui.widgets.composing import Composing


class LineEdit(Composing, QLineEdit):
    """One line. `edited` fires for each change by hand, `left` with the tidied text when the field is left."""

    edited = Signal(str)
    left = Signal(str)

    def __init__(self, name: str = "", *, placeholder: str = "", parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName(name)
        self.setPlaceholderText(placeholder)
        self.setFont(theme.font())
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self._suggestions: QtCore.QStringListModel | None = None
        self.textEdited.connect(self._on_edited)

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
            self._suggestions = QtCore.QStringListModel(self)
            completer = QtWidgets.QCompleter(self._suggestions, self)
            completer.setCompletionMode(QtWidgets.QCompleter.CompletionMode.UnfilteredPopupCompletion)
            self.setCompleter(completer)
            popup = completer.popup()
            if popup is not None:
                popup.installEventFilter(self)
                popup.setObjectName("suggestions")  # dressed in the style sheet: Qt's rows cut the tops off Ẫ and Ể
            completer.activated.connect(lambda chosen: self._take_suggestion(chosen))
        self._suggestions.setStringList(list(words))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Escape belongs to the suggestions while they are open, whatever it means around the field; Enter does not
        where none of them is marked: Qt would write the first that begins so."""
        if not isinstance(event, QKeyEvent) or not isinstance(watched, QtWidgets.QAbstractItemView):
            return super().eventFilter(watched, event)
        keys, moments = QtCore.Qt.Key, QEvent.Type
        if event.type() is moments.ShortcutOverride and event.key() == keys.Key_Escape:
            event.accept()
            return True
        is_enter = event.type() is moments.KeyPress and event.key() in (keys.Key_Return, keys.Key_Enter)
        if is_enter and not watched.selectedIndexes():
            watched.hide()
            QtCore.QCoreApplication.sendEvent(self, event)
            return True
        return super().eventFilter(watched, event)

    def settle(self) -> None:
        """Tidy the text; done when the field is left, and by forms before saving."""
        if self.text() != self.value():
            self.setText(self.value())
        self.left.emit(self.text())

    def _take_suggestion(self, chosen: str) -> None:
        """A suggestion that was chosen counts as typed; Qt only shows it."""
        if self.text() != chosen:
            self.setText(chosen)
        self.edited.emit(chosen)

    def _on_edited(self, text: str) -> None:
        if not self.is_composing:
            self.edited.emit(text)


class PasswordField(LineEdit):
    """A passphrase: shown as dots, never tidied, kept from input methods' learning."""

    def __init__(self, name: str = "", parent: QWidget | None = None) -> None:
        super().__init__(name or _("Passphrase"), parent=parent)
        self.setEchoMode(QLineEdit.EchoMode.Password)  # with it Qt hints to input methods that it is secret

    def value(self) -> str:
        """Exactly what was typed, in NFC, so that every keyboard opens the same vault."""
        return nfc(self.text())

    def settle(self) -> None:
        self.left.emit("")
