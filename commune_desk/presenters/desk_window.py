"""What the window says around its pages: who works here and where, and what must ring while it is locked."""

from __future__ import annotations

from datetime import datetime, timedelta

from commune_desk.domain.access import ROLE_LABELS
from commune_desk.domain.clock import from_iso
from commune_desk.i18n import _, language
from commune_desk.store.database import Connection
from commune_desk.store.reports import emergency_hours, running_reports
from commune_desk.store.transaction import load
from commune_desk.usecases.workplace import Workplace

_RINGS = 50


def officer(workplace: Workplace) -> tuple[str, str]:
    """(name, role) of the officer at work."""
    actor = workplace.actor
    record = workplace.read(lambda db: load(db, "officer", actor.officer))
    return str(getattr(record, "display_name", "")), _(ROLE_LABELS[actor.role])


def place(workplace: Workplace) -> str:
    """Where this desk works: the commune with its kind, or the shelter."""
    kind, _colon, code = workplace.actor.scope.partition(":")
    if kind == "C":
        commune = workplace.codes.commune(code, workplace.today())
        return (commune.name_vi if language() == "vi" else commune.name_en) if commune else code
    return _("Shelter")


def next_due(connection: Connection) -> list[datetime]:
    """When the running 12-hour clocks run out: what a locked desk must ring for."""
    hours = timedelta(hours=emergency_hours(connection))
    return [from_iso(row.received_at) + hours for row in running_reports(connection, _RINGS)]
