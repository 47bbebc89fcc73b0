"""The site map: which pages a commune's desk and a shelter's desk have, and what opens over them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from commune_desk.i18n import _
from commune_desk.presenters.routes import Route
from commune_desk.ui.main_window import PageEntry
from commune_desk.ui.tasks import Tasks
from commune_desk.usecases.opening import OpenDesk
from commune_desk.usecases.workplace import Workplace

START = Route("today")


@dataclass(frozen=True)
class Surroundings:
    """What a page is built with."""

    desk: OpenDesk
    workplace: Workplace
    tasks: Tasks
    navigate: Callable[[Route], None]
    back: Callable[[], None]


def has_register(workplace: Workplace) -> bool:
    """Whether this desk keeps a commune's register; a shelter's desk has the house instead."""
    return workplace.actor.scope.startswith("C:")


def pages(around: Surroundings) -> list[PageEntry]:
    """The rail shows one's own work: a commune desk has no shelter page, a shelter desk no register."""
    entries = _commune(around) if has_register(around.workplace) else _shelter(around)
    return [
        PageEntry("today", _("Today"), "sun", lambda: _today(around)),
        *entries,
        PageEntry("sync", _("Sync"), "refresh", lambda: _sync(around)),
        PageEntry("settings", _("Settings"), "settings", lambda: _settings(around)),
        PageEntry("help", _("Help"), "help", _help),
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
    from commune_desk.ui.pages.import_page import build_import_page

    return build_import_page(around.workplace, around.tasks, around.navigate)


def _house(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.shelter import ShelterPage

    return ShelterPage(around.workplace, around.tasks, around.navigate)


def _sync(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.sync import SyncPage

    return SyncPage(around.workplace, around.tasks)


def _settings(around: Surroundings) -> QWidget:
    from commune_desk.ui.pages.settings import SettingsPage

    return SettingsPage(around.desk, around.tasks)


def _help() -> QWidget:
    from commune_desk.ui.pages.help import HelpPage

    return HelpPage()


def over(around: Surroundings, route: Route) -> QWidget | None:
    """The record or form that a route opens over the page, or None when it names a page of the rail."""
    return None
