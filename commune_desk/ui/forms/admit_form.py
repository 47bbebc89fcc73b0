"""Admission on the screen, and the same form to complete a stay later."""

from __future__ import annotations

from collections.abc import Callable

from commune_desk.presenters.admit_form import AdmitForm
from commune_desk.presenters.routes import Route
from commune_desk.ui.forms.stay_form import StayFormPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.workplace import Workplace


class AdmitFormPage(StayFormPage):
    """Admit into `bed` (or none yet); with `stay`, complete that stay."""

    def __init__(
        self,
        workplace: Workplace,
        tasks: Tasks,
        navigate: Callable[[Route], object],
        *,
        bed: str = "",
        stay: str = "",
    ) -> None:
        back = Route("resident", stay) if stay else Route("shelter")
        super().__init__(AdmitForm(workplace, bed, stay=stay), workplace, tasks, navigate, back)
        if not stay and bed and self.focusProxy() is self.fields["bed"]:
            self.setFocusProxy(self.fields["alias"])
