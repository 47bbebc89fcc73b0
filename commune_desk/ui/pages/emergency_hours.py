"""The card of the settings page in which a commune sets itself fewer hours than the law."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from commune_desk.i18n import _
from commune_desk.presenters.reports.emergency_hours import hours_now, hours_operation, hours_options
from commune_desk.ui.tasks import Tasks
from commune_desk.ui.widgets.card import Card
from commune_desk.ui.widgets.choice import Choice
from commune_desk.ui.widgets.forms import FieldRow
from commune_desk.usecases.desk.workplace import Workplace


class EmergencyHoursCard(Card):
    """A choice that holds at once, for every report whose clock runs."""

    def __init__(self, workplace: Workplace, tasks: Tasks, parent: QWidget | None = None) -> None:
        super().__init__(_("Reports"), "file-warning", parent=parent)
        self._workplace, self._tasks = workplace, tasks
        self.hours = Choice(_("Hours for emergency measures"), hours_options())
        self.hours.removeItem(0)
        self.hours.set_value(hours_now(workplace))
        self.hours.chosen.connect(self._choose)
        hint = _("Counted from the hour of receipt, nights and holidays included. A place may set itself fewer hours.")
        self.add_padded(FieldRow(_("Hours for emergency measures"), self.hours, hint=hint))

    def _choose(self, code: str) -> None:
        if code != hours_now(self._workplace):
            operation = hours_operation(code)
            self._tasks.run(lambda: self._workplace.write(operation), owner=self)
