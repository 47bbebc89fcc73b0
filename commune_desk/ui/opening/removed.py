"""The page of a PC whose register was removed by the province's order."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from commune_desk.i18n import _
from commune_desk.presenters.window.removed import removed_lines
from commune_desk.ui.opening.frame import OpeningCard
from commune_desk.ui.widgets.buttons import SecondaryButton
from commune_desk.ui.widgets.text import Text
from commune_desk.usecases.registers.profile import Profile
from commune_desk.usecases.registers.removal import removed


class RemovedPage(OpeningCard):
    """Emits `left` when this PC is to be set up anew."""

    left = Signal()

    def __init__(self, profile: Profile, parent: QWidget | None = None) -> None:
        super().__init__(_("The register of this PC was removed"), parent=parent)
        for line in removed_lines(removed(profile)):
            self.body.addWidget(Text(line, wrap=True))
        self.button = SecondaryButton(_("Set up this PC anew…"))
        self.button.clicked.connect(self.left)
        self.body.addWidget(self.button)
