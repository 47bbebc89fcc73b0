"""A dialog that is typed into: a key that leaves it asks before what was typed is lost."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QCloseEvent, QKeyEvent
from PySide6.QtWidgets import QWidget

from commune_desk.i18n import _
from commune_desk.ui.dialogs.frame import FramedDialog
from commune_desk.ui.dialogs.message import Message, MessageDialog, question
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.fields import LineEdit


class TypingDialog(FramedDialog):
    """Escape, and the cross of the window, ask first where one of the fields that are `watch`ed says something else
    than it did. "Cancel" is pressed on purpose, and a lock asks nobody."""

    def __init__(self, title: str, parent: QWidget | None, *, width: int) -> None:
        super().__init__(title, parent, width=width)
        self._watched: dict[LineEdit, str] = {}
        self._asking = QTimer(self, singleShot=True, interval=0)  # a lock may take the dialog down: out of its event
        self._asking.timeout.connect(self._ask)

    def watch(self, *fields: LineEdit) -> None:
        """Remember what stands in these fields before anybody types."""
        self._watched |= {field: field.text() for field in fields}

    @property
    def is_typed(self) -> bool:
        """Whether something would be lost."""
        return any(field.is_composing or field.text() != before for field, before in self._watched.items())

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape and self.is_typed:
            self._asking.start()
        else:
            super().keyPressEvent(event)

    def closeEvent(self, event: QCloseEvent) -> None:
        if event.spontaneous() and self.is_typed:
            event.ignore()
            self._asking.start()
        else:
            super().closeEvent(event)

    def parting_question(self) -> MessageDialog:
        """What is asked before something typed is lost, not shown yet."""
        asked = Message(_("Throw away what you typed?"), tone=Tone.WARNING)
        return question(self, asked, _("Throw away"), is_dangerous=True)

    def _ask(self) -> None:
        if self.parting_question().ask():
            self.reject()
