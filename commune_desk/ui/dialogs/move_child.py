"""Moving a child to another commune: which one, and in words what will happen before anything does."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.child.move import ChildMove
from commune_desk.ui.dialogs.frame import FramedDialog, show_modal
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.bullets import bullet
from commune_desk.ui.widgets.buttons import PrimaryButton
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.notice import NoticeBar
from commune_desk.ui.widgets.text import Text


class MoveDialog(FramedDialog):
    """Asks for the commune; accepted once the officer has confirmed. `commune.value()` is its scope."""

    def __init__(self, move: ChildMove, parent: QWidget | None = None) -> None:
        title = _("Move {name} to another commune").format(name=move.name)
        super().__init__(title, parent, width=520, detail="\n".join(move.consequences()))
        self._move = move
        self.commune = Choice(_("Commune"), move.communes(), placeholder=_("Choose the commune…"))
        self.form = Form(columns=1)
        hint = _("Type the beginning of the name, with or without marks.")
        self.form.add("commune", FieldRow(_("The child now lives in"), self.commune, required=True, hint=hint))
        self._arrange(title)
        self.commune.setFocus()

    def _arrange(self, title: str) -> None:
        self.body.addWidget(Text(title, size=Size.HEADING, bold=True, wrap=True))
        self.body.addWidget(self.form)
        if warning := self._move.warning():
            self.body.addWidget(NoticeBar(warning, Tone.WARNING, dismissable=False))
        self.body.addLayout(self._consequences())
        self.cancel = self.add_cancel()
        self.go = PrimaryButton(_("Continue…"))
        self.add_button(self.go, self.submit)

    def _consequences(self) -> QVBoxLayout:
        lines = QVBoxLayout()
        lines.setSpacing(6)
        lines.addWidget(Text(_("What will happen"), bold=True))
        for sentence in self._move.consequences():
            lines.addWidget(bullet(sentence))
        other = _(
            "A child who left the province does not move this way: close the file with “Moved out of the province”."
        )
        lines.addWidget(Text(other, size=Size.SMALL, ink="quiet", wrap=True))
        return lines

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
        return self.commune.value() if show_modal(self) else ""
