"""The card of the settings where a desk is allowed to sync by itself on lines that are paid by volume."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from commune_desk.i18n import _
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.theme import Size
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.text import Text
from commune_desk.ui.widgets.toggles import Tick
from commune_desk.usecases.desk.metered import choose_metered, syncs_on_metered
from commune_desk.usecases.desk.workplace import Workplace


class MeteredCard(Card):
    """One switch; it holds for this PC, whoever works at it."""

    def __init__(self, workplace: Workplace, tasks: Tasks) -> None:
        super().__init__(_("Metered lines"), "wallet")
        self._workplace, self._tasks = workplace, tasks
        self.tick = Tick(_("Sync by itself there too"))
        self.tick.setChecked(workplace.read(syncs_on_metered))
        self.tick.toggled.connect(self._choose)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(6)
        column.addWidget(self.tick)
        why = _("Where the system says that a line is paid by volume, as through a phone. “Sync now” always works.")
        column.addWidget(Text(why, size=Size.SMALL, ink="quiet", wrap=True))
        self.add_padded(body)

    def _choose(self, is_on: bool) -> None:
        self._tasks.run(partial(self._workplace.write, partial(choose_metered, is_on=is_on)), owner=self)
