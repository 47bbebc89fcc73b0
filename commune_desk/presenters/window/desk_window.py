"""What the window says around its pages: who works here and where, and what must ring while it is locked."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, time

from commune_desk.domain.limits.deadlines import emergency_due_at
from commune_desk.domain.model.access import ROLE_LABELS
from commune_desk.domain.records.placements import has_isolation_ended, isolation_ends, stay_ends
from commune_desk.domain.time.clock import VIETNAM, from_iso
from commune_desk.domain.words.errors import DeskError
from commune_desk.i18n import _, language
from commune_desk.presenters.wording.labels import place_name
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.placements import StayRow, active_stays
from commune_desk.store.pages.reports import emergency_hours, running_since
from commune_desk.store.writing.transaction import load
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.registers.opening import is_damage

_RINGS = 50
"""Reports that ring, the latest: what ran out long ago has rung."""
_MORNING = time(8)
"""Of a stay's last day, when something can still be done about it."""


def officer(workplace: Workplace) -> tuple[str, str]:
    """(name, role) of the officer at work."""
    actor = workplace.actor
    record = workplace.read(lambda db: load(db, "officer", actor.officer))
    return str(getattr(record, "display_name", "")), _(ROLE_LABELS[actor.role])


def place(workplace: Workplace) -> str:
    """Where this desk works: the commune with its kind, or the Sunshine House."""
    scope = workplace.actor.scope
    kind, _colon, code = scope.partition(":")
    if kind == "C":
        commune = workplace.codes.commune(code, workplace.today())
        return (commune.name_vi if language() == "vi" else commune.name_en) if commune else code
    return place_name(workplace.codes, scope)


def way_out(error: DeskError) -> str:
    """What an officer at work can do about `error` beyond what it says; empty when that is all."""
    return _("Lock the register: the unlock page then offers to restore a backup.") if is_damage(error) else ""


def next_due(connection: Connection) -> list[datetime]:
    """What a locked desk must ring for: 12-hour clocks that run out, residents due back, the last day of a stay."""
    hours = emergency_hours(connection)
    reports = [emergency_due_at(received_at, hours) for received_at in running_since(connection, _RINGS)]
    return reports + [instant for stay in active_stays(connection) for instant in _of_stay(stay)]


def _of_stay(stay: StayRow) -> Iterator[datetime]:
    if stay.status == "out" and stay.due_back_at:
        yield from_iso(stay.due_back_at)
    last_days = [stay_ends(stay.admitted_at)] if stay.admitted_at else []
    if stay.isolation_from and not has_isolation_ended(stay.isolation_to, last := isolation_ends(stay.isolation_from)):
        last_days.append(last)
    for day in last_days:
        yield datetime.combine(date.fromisoformat(day), _MORNING, VIETNAM)
