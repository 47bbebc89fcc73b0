"""Which form a route of the shelter opens."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from commune_desk.presenters.frame.entry_form import EntryForm
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.care_log_form import CareLogForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import BedChangeForm, OutingForm
from commune_desk.ui.forms.beds_form import BedsFormPage
from commune_desk.ui.forms.entry_page import EntryPage
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace


def shelter_form(
    route: Route, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object]
) -> EntryPage | None:
    """The form of a route: `shelter` with `admit` or `beds`; `resident` with `care_log`, `outing`, `bed`,
    `discharge` or `complete`. None for any other."""
    if (route.page, route.form) == ("shelter", "beds"):
        return BedsFormPage(workplace, tasks, navigate)
    form = _form(route, workplace)
    return EntryPage(form, workplace, tasks, navigate) if form is not None else None


def _form(route: Route, workplace: Workplace) -> EntryForm[Any] | None:
    record = route.record
    match route.page, route.form:
        case "shelter", "admit":
            return AdmitForm(workplace, record)
        case "resident", "complete":
            return AdmitForm(workplace, stay=record)
        case "resident", "care_log":
            return CareLogForm(workplace, record)
        case "resident", "outing":
            return OutingForm(workplace, record)
        case "resident", "bed":
            return BedChangeForm(workplace, record)
        case "resident", "discharge":
            return DischargeForm(workplace, record)
        case _:
            return None
