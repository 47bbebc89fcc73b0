"""The site map: which pages a commune's desk and a shelter's desk have, and what opens over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QWidget

from commune_desk.domain.model.ids import is_commune_scope
from commune_desk.i18n import _
from commune_desk.presenters.frame.routes import JOIN, Route
from commune_desk.ui.main_window import PageEntry
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.opening import OpenDesk

if TYPE_CHECKING:
    from commune_desk.ui.forms.entry_page import EntryPage

START = Route("today")


@dataclass(frozen=True)
class Surroundings:
    """What a page is built with."""

    desk: OpenDesk
    workplace: Workplace
    tasks: Tasks
    navigate: Callable[[Route], None]


def has_register(workplace: Workplace) -> bool:
    """Whether this desk keeps a commune's register; a shelter's desk has the house instead."""
    return is_commune_scope(workplace.actor.scope)


def pages(around: Surroundings) -> list[PageEntry]:
    """The rail shows one's own work: a commune desk has no shelter page, a shelter desk no register."""
    entries = _commune(around) if has_register(around.workplace) else _shelter(around)
    return [
        PageEntry("today", _("Today"), "sun", lambda: _today(around)),
        *entries,
        PageEntry("sync", _("Sync"), "refresh", lambda: _sync(around)),
        PageEntry("settings", _("Settings"), "settings", lambda: _settings(around)),
        PageEntry("help", _("Help"), "help", lambda: _help(around)),
    ]


def _commune(around: Surroundings) -> list[PageEntry]:
    return [
        PageEntry("register", _("Children"), "users", lambda: _register(around)),
        PageEntry("reports", _("Reports"), "file-warning", lambda: _reports(around)),
        PageEntry("import", _("Bring in a list"), "file-spreadsheet", lambda: _import(around)),
    ]


def _shelter(around: Surroundings) -> list[PageEntry]:
    return [PageEntry("shelter", _("Sunshine House"), "home", lambda: _house(around))]


def _today(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.today import TodayPage

    return TodayPage(around.workplace, around.tasks, around.navigate)


def _register(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.register import RegisterPage

    return RegisterPage(around.workplace, around.tasks, around.navigate)


def _reports(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.reports import ReportsPage

    return ReportsPage(around.workplace, around.tasks, around.navigate)


def _import(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.import_page import ImportPage

    return ImportPage(around.workplace, around.tasks, around.navigate)


def _house(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.shelter import ShelterPage

    return ShelterPage(around.workplace, around.tasks, around.navigate)


def _sync(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.sync import SyncPage

    return SyncPage(around.workplace, around.tasks)


def _settings(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.emergency_hours import EmergencyHoursCard
    from commune_desk.ui.pages.settings import SettingsPage

    page = SettingsPage(around.desk, around.tasks)
    if not around.desk.register.identity.is_training:
        from commune_desk.ui.pages.metered import MeteredCard  # a training register has no line

        page.add_first(MeteredCard(around.workplace, around.tasks))
    if has_register(around.workplace):
        page.add_first(EmergencyHoursCard(around.workplace, around.tasks))
    return page


def _help(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.help import HelpPage

    return HelpPage(has_register=has_register(around.workplace))


def over(around: Surroundings, route: Route) -> QWidget | None:
    """The record or form that a route opens over the page, or None when it names a page of the rail."""
    if route.page in ("shelter", "resident"):
        return _over_house(around, route)
    if route.page == "child" and route.form.partition(":")[0] == JOIN:
        from commune_desk.ui.pages.join import JoinPage

        return JoinPage(around.workplace, around.tasks, around.navigate, route)
    if route.form:
        return commune_form(route, around.workplace, around.tasks, around.navigate)
    if route.page == "child":
        from commune_desk.ui.pages.child import ChildPage

        return ChildPage(around.workplace, around.tasks, around.navigate, route.record)
    return None


def _over_house(around: Surroundings, route: Route) -> QWidget | None:
    from commune_desk.ui.forms.shelter_forms import shelter_form
    from commune_desk.ui.pages.resident import ResidentPage

    if route.form:
        return shelter_form(route, around.workplace, around.tasks, around.navigate)
    if route.record:
        return ResidentPage(around.workplace, around.tasks, around.navigate, route.record)
    return None


def commune_form(
    route: Route, workplace: Workplace, tasks: Tasks, navigate: Callable[[Route], object]
) -> EntryPage | None:
    """A commune's form; a word that is no form (a filter of a list) opens nothing."""
    from commune_desk.presenters.child.relation_form import GroupForm, RelationForm
    from commune_desk.presenters.reports.form import MeasuresForm
    from commune_desk.ui.forms.child_form import ChildFormPage
    from commune_desk.ui.forms.entry_page import EntryPage
    from commune_desk.ui.forms.report_form import ReportFormPage
    from commune_desk.ui.forms.visit_form import VisitFormPage

    place = (workplace, tasks, navigate)
    form, _colon, which = route.form.partition(":")
    match form:
        case "visit":
            return VisitFormPage(*place, person=route.record)
        case "visit_correction":
            return VisitFormPage(*place, amends=route.record)
        case "report":
            return ReportFormPage(*place, person=route.record)
        case "measures":
            return EntryPage(MeasuresForm(workplace, route.record), *place)
        case "child":
            return ChildFormPage(*place, route.record)
        case "relation":
            return EntryPage(RelationForm(workplace, route.record, which), *place)
        case "group":
            return EntryPage(GroupForm(workplace, route.record), *place)
        case _:
            return None


PAGE_BELOW = {"child": "register", "resident": "shelter"}
"""The page of the rail that a record is found on."""
