"""Why a file is taken back."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QWidget

from commune_desk.i18n import _
from commune_desk.presenters.wording.labels import Option
from commune_desk.ui.dialogs.message import Message, MessageDialog
from commune_desk.ui.theme import Tone
from commune_desk.ui.widgets.buttons import DangerButton
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.forms import FieldRow


class TakeBackDialog(MessageDialog):
    """Asks for the reason; accepted with one in `reason`."""

    def __init__(self, reasons: Sequence[Option], parent: QWidget | None = None) -> None:
        super().__init__(
            Message(
                _("Take this file back?"),
                _(
                    "It stays in the history with your reason, and no other PC fetches it any more. "
                    "What was fetched already stays there; to have it erased, ask the province."
                ),
                Tone.WARNING,
            ),
            parent,
        )
        self.choice = Choice(_("Reason"), reasons)
        self._row = FieldRow(_("Reason"), self.choice, required=True)
        self.body.addWidget(self._row)
        self.add_cancel()
        self.add_button(DangerButton(_("Take back")), self._submit)
        self.choice.setFocus()

    @property
    def reason(self) -> str:
        return self.choice.value()

    def _submit(self) -> None:
        self._row.set_error("" if self.reason else _("Please fill this in."))
        if self.reason:
            self.accept()
