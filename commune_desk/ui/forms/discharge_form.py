"""The end of a stay on the screen."""

from __future__ import annotations

from collections.abc import Callable

from commune_desk.presenters.discharge_form import DischargeForm
from commune_desk.presenters.routes import Route
from commune_desk.ui.forms.stay_form import StayFormPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.workplace import Workplace


class DischargeFormPage(StayFormPage):
    """The form for one stay."""

    def __init__(self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], stay: str) -> None:
        super().__init__(DischargeForm(workplace, stay), workplace, tasks, navigate, Route("resident", stay))
