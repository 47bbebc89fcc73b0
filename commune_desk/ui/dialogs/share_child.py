"""Sharing a child's record with a shelter: with which, on what ground, and in words what it will see from then on."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.presenters.child.share import ChildShare
from commune_desk.ui.dialogs.frame import FramedDialog, show_modal
from commune_desk.ui.dialogs.message import Message, confirm
from commune_desk.ui.theme import Size, Tone
from commune_desk.ui.widgets.bullets import bullet
from commune_desk.ui.widgets.buttons import PrimaryButton
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.forms import FieldRow, Form
from commune_desk.ui.widgets.text import Text


class ShareDialog(FramedDialog):
    """Asks for the place and the ground; accepted once the officer has confirmed. Where there is one place only, it is
    chosen already."""

    def __init__(self, share: ChildShare, parent: QWidget | None = None) -> None:
        title = _("Share the record of {name} with…").format(name=share.name)
        told = "\n".join((*share.sees(), *share.consequences()))
        super().__init__(title, parent, width=640, detail=told, spacing=12)
        self._share = share
        places = share.places()
        self.place = Choice(_("Place"), places, placeholder=_("Choose the place…"))
        self.ground = Choice(_("Ground"), share.grounds(), placeholder=_("Choose the ground…"))
        if len(places) == 1:
            self.place.set_value(places[0][0])
        self.form = Form(columns=1)
        self.form.add("place", FieldRow(_("Who holds the record too from now on"), self.place, required=True))
        hint = _("It is written in this PC's log; nobody else is told the ground.")
        self.form.add("ground", FieldRow(_("On what ground"), self.ground, required=True, hint=hint))
        self._arrange(title)
        (self.ground if len(places) == 1 else self.place).setFocus()

    def _arrange(self, title: str) -> None:
        self.body.addWidget(Text(title, size=Size.HEADING, bold=True, wrap=True))
        self.body.addWidget(self.form)
        self.body.addLayout(_sentences(_("What the house will see"), self._share.sees()))
        self.body.addLayout(_sentences(_("What will happen"), self._share.consequences()))
        self.body.addStretch(1)
        self.cancel = self.add_cancel()
        self.go = PrimaryButton(_("Continue…"))
        self.add_button(self.go, self.submit)

    def submit(self) -> None:
        """Ask once more, naming the place."""
        place, ground = self.place.value(), self.ground.value()
        wrong = {} if place else {"place": _("Choose the place.")}
        wrong |= {} if ground else {"ground": _("Choose the ground.")}
        self.form.set_errors(wrong, focus=True)
        if wrong:
            return
        asked = self._share.question(place)
        if confirm(self, Message(asked.title, asked.detail, Tone.WARNING), asked.yes, is_dangerous=True):
            self.accept()

    def ask(self) -> tuple[str, str]:
        """Show the dialog until it is answered, then let it go; scope and ground, or two empty texts."""
        return (self.place.value(), self.ground.value()) if show_modal(self) else ("", "")


def _sentences(heading: str, sentences: Sequence[str]) -> QVBoxLayout:
    lines = QVBoxLayout()
    lines.setSpacing(4)
    lines.addWidget(Text(heading, bold=True))
    for sentence in sentences:
        lines.addWidget(bullet(sentence))
    return lines
