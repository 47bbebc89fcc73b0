"""Going out and changing the bed on the screen."""

from __future__ import annotations

from collections.abc import Callable

from commune_desk.presenters.outing_form import BedChangeForm, OutingForm
from commune_desk.presenters.routes import Route
from commune_desk.ui.forms.stay_form import StayFormPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.workplace import Workplace


class OutingFormPage(StayFormPage):
    """A resident goes out for some hours."""

    def __init__(self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], stay: str) -> None:
        super().__init__(OutingForm(workplace, stay), workplace, tasks, navigate, Route("resident", stay))


class BedChangeFormPage(StayFormPage):
    """Another bed for a resident."""

    def __init__(self, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object], stay: str) -> None:
        super().__init__(BedChangeForm(workplace, stay), workplace, tasks, navigate, Route("resident", stay))
