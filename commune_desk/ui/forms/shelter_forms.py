"""Which form a route of the shelter opens."""

from __future__ import annotations

from collections.abc import Callable

from commune_desk.presenters.routes import Route
from commune_desk.ui.forms.admit_form import AdmitFormPage
from commune_desk.ui.forms.beds_form import BedsFormPage
from commune_desk.ui.forms.care_log_form import CareLogFormPage
from commune_desk.ui.forms.discharge_form import DischargeFormPage
from commune_desk.ui.forms.outing_form import BedChangeFormPage, OutingFormPage
from commune_desk.ui.forms.stay_form import StayFormPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.workplace import Workplace


def shelter_form(
    route: Route, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object]
) -> StayFormPage | None:
    """The form of a route: `shelter` with `admit` or `beds`; `resident` with `care_log`, `outing`, `bed`,
    `discharge` or `complete`. None for any other."""
    record = route.record
    match route.page, route.form:
        case "shelter", "admit":
            return AdmitFormPage(workplace, tasks, navigate, bed=record)
        case "shelter", "beds":
            return BedsFormPage(workplace, tasks, navigate)
        case "resident", "complete":
            return AdmitFormPage(workplace, tasks, navigate, stay=record)
        case "resident", "care_log":
            return CareLogFormPage(workplace, tasks, navigate, record)
        case "resident", "outing":
            return OutingFormPage(workplace, tasks, navigate, record)
        case "resident", "bed":
            return BedChangeFormPage(workplace, tasks, navigate, record)
        case "resident", "discharge":
            return DischargeFormPage(workplace, tasks, navigate, record)
        case _:
            return None
