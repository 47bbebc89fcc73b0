"""Moving a child to another commune: which one, and in words what will happen before anything does."""

from __future__ import annotations

from PySide6.QtCore import QSize
from PySide6.QtWidgets import QDialog, QHBoxLayout, QVBoxLayout, QWidget
from shiboken6 import isValid

from commune_desk.i18n import _
from commune_desk.presenters.child.move import ChildMove
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.buttons import PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.text import Text

WIDTH = 520


class MoveDialog(QDialog):
    """Asks for the commune; accepted once the officer has confirmed. `commune.value()` is its scope."""

    def __init__(self, move: ChildMove, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._move = move
        title = _("Move {name} to another commune").format(name=move.name)
        self.setWindowTitle(_("Sunshine Register"))
        self.setAccessibleName(title)
        self.setAccessibleDescription("\n".join(move.consequences()))
        self.setModal(True)
        self.setFixedWidth(WIDTH)
        self.commune = Choice(_("Commune"), move.communes(), placeholder=_("Choose the commune…"))
        self.form = Form(columns=1)
        hint = _("Type the beginning of the name, with or without marks.")
        self.form.add("commune", FieldRow(_("The child now lives in"), self.commune, required=True, hint=hint))
        self._arrange(title)
        self.commune.setFocus()

    def _arrange(self, title: str) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(14)
        column.addWidget(Text(title, size=Size.HEADING, bold=True, wrap=True))
        column.addWidget(self.form)
        if warning := self._move.warning():
            column.addWidget(NoticeBar(warning, Tone.WARNING, dismissable=False))
        column.addLayout(self._consequences())
        column.addLayout(self._buttons())

    def _consequences(self) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(6)
        lines.addWidget(Text(_("What will happen"), bold=True))
        for sentence in self._move.consequences():
            lines.addWidget(Text(f"•\u2002{sentence}", wrap=True))
        other = _(
            "A child who left the province does not move this way: close the file with “Moved out of the province”."
        )
        lines.addWidget(Text(other, size=Size.SMALL, ink="quiet", wrap=True))
        return lines

    def _buttons(self) -> QHBoxLayout:
        self.cancel = SecondaryButton(_("Cancel"))
        self.cancel.clicked.connect(self.reject)
        self.go = PrimaryButton(_("Continue…"))
        self.go.clicked.connect(self.submit)
        line = QHBoxLayout()
        line.setSpacing(8)
        line.addStretch(1)
        line.addWidget(self.cancel)
        line.addWidget(self.go)
        return line

    def sizeHint(self) -> QSize:
        layout = self.layout()
        return QSize(WIDTH, layout.totalHeightForWidth(WIDTH) if layout is not None else WIDTH)

    def submit(self) -> None:
        """Ask once more, naming the commune."""
        to = self.commune.value()
        self.form.set_errors({} if to else {"commune": _("Choose the commune.")}, focus=True)
        if not to:
            return
        asked = self._move.question(to)
        if confirm(self, Message(asked.title, asked.detail, Tone.WARNING), asked.yes, is_dangerous=True):
            self.accept()

    def ask(self) -> str:
        """Show the dialog until it is answered, then let it go; the scope chosen, or an empty text."""
        answer = self.exec()
        if not isValid(self):
            return ""
        self.deleteLater()
        return self.commune.value() if answer == QDialog.DialogCode.Accepted else ""
