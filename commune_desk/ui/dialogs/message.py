"""Message, question and error dialogs; none ever shows a trace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from commune_desk.domain.words.errors import DeskError, Fault, Mistake
from commune_desk.i18n import _, translate_error
from commune_desk.ui.dialogs.frame import FramedDialog, show_modal
from commune_desk.ui.theme import Size, Tone, tone_colours
from commune_desk.ui.widgets.buttons import DangerButton, PrimaryButton, SecondaryButton
from commune_desk.ui.widgets.card import IconLabel
from commune_desk.ui.widgets.text import Text

_ICONS = {Tone.DANGER: "alert-circle", Tone.WARNING: "alert-triangle", Tone.GOOD: "check-circle", Tone.NOTE: "info"}
WIDTH = 460


@dataclass(frozen=True)
class Message:
    """What a dialog says. `title` is one short sentence, `detail` says what was kept and what to do."""

    title: str
    detail: str = ""
    tone: Tone = Tone.NOTE


class MessageDialog(FramedDialog):
    """A message with its buttons at the lower right. Escape means the answer that changes nothing."""

    def __init__(self, message: Message, parent: QWidget | None = None) -> None:
        super().__init__(message.title, parent, width=WIDTH, detail=message.detail, spacing=20)
        line = QHBoxLayout()
        line.setSpacing(14)
        mark = IconLabel(_ICONS[message.tone], size=24, ink=tone_colours(message.tone).ink)
        line.addWidget(mark, 0, Qt.AlignmentFlag.AlignTop)
        line.addLayout(self._words(message), 1)
        self.body.addLayout(line)

    def _words(self, message: Message) -> QVBoxLayout:
        words = QVBoxLayout()
        words.setSpacing(2)
        title = Text(message.title, size=Size.HEADING, bold=True, wrap=True)
        words.addWidget(title)
        if message.detail:
            words.addWidget(Text(message.detail, wrap=True))
        words.addStretch(1)
        return words

    def ask(self) -> bool:
        """Show the dialog until it is answered, then let it go; whether it was accepted."""
        return show_modal(self)


def inform(parent: QWidget | None, message: Message) -> None:
    """Show a message until it is closed."""
    dialog = MessageDialog(message, parent)
    dialog.add_button(PrimaryButton(_("Close")), dialog.accept, default=True)
    dialog.ask()


def confirm(parent: QWidget | None, message: Message, yes: str, *, is_dangerous: bool = False) -> bool:
    """Ask; `yes` says what will be done ("Discharge"), never "Yes". Enter cancels what cannot be undone."""
    dialog = question(parent, message, yes, is_dangerous=is_dangerous)
    return dialog.ask()


def question(parent: QWidget | None, message: Message, yes: str, *, is_dangerous: bool = False) -> MessageDialog:
    """The dialog of `confirm`, not shown yet."""
    dialog = MessageDialog(message, parent)
    dialog.add_cancel(default=is_dangerous)
    accept = DangerButton(yes) if is_dangerous else PrimaryButton(yes)
    dialog.add_button(accept, dialog.accept, default=not is_dangerous)
    return dialog


def show_error(parent: QWidget | None, error: DeskError) -> None:
    """Tell a person what an error says; only a fault of the surroundings looks like one. Of a mistake of the program
    the top-level hook tells."""
    if isinstance(error, Mistake):
        return
    from commune_desk.presenters.window.desk_window import (
        way_out,  # a dialog before the register is open has no use for it
    )

    tone = Tone.DANGER if isinstance(error, Fault) else Tone.WARNING
    inform(parent, Message(translate_error(error), way_out(error), tone))


def report_bug(parent: QWidget | None, save_details: Callable[[], object], *, has_begun: bool = True) -> None:
    """Say that the program itself failed; `save_details` writes a scrubbed report where the person chooses."""
    dialog = bug_dialog(parent, save_details, has_begun=has_begun)
    dialog.ask()


def bug_dialog(parent: QWidget | None, save_details: Callable[[], object], *, has_begun: bool = True) -> MessageDialog:
    """The dialog of `report_bug`, not shown yet; before the program `has_begun` there is nothing to go on with."""
    if has_begun:
        title, go_on = _("The program made a mistake."), _("Go on working")
        detail = _(
            "What you saved is kept, and so is what you were typing. You can go on working. "
            "If it happens again, save the details and send them to the province's IT officer: "
            "they hold no names."
        )
    else:
        title, go_on = _("The program could not start."), _("Close")
        detail = _(
            "What you saved is kept. Start the program again. If it happens again, save the details and send them "
            "to the province's IT officer: they hold no names."
        )
    dialog = MessageDialog(Message(title, detail, Tone.DANGER), parent)
    dialog.add_button(SecondaryButton(_("Save the details…"), "download"), save_details)
    dialog.add_button(PrimaryButton(go_on), dialog.accept, default=True)
    return dialog
