"""What this shift must not forget: who is due back, stays that end, reviews and follow-ups that are due."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime

from commune_desk.domain.limits.deadlines import Urgency
from commune_desk.domain.records.desks import Task
from commune_desk.domain.time.clock import from_iso
from commune_desk.i18n import _, ngettext
from commune_desk.presenters.frame.routes import Route
from commune_desk.presenters.shelter.stay_clocks import NEAR_DAYS, TONES, StayClock, clocks_of
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.deadline_texts import moment_text
from commune_desk.store.pages.placements import StayRow, active_stays, tasks_due
from commune_desk.usecases.desk.workplace import Workplace

_INKS = {"good": "ink"}


@dataclass(frozen=True, slots=True)
class ShiftRow:
    """A line of the list. `ink` is a colour token; `icon` says the same. Its button opens `route` or, for somebody
    who is out, says that they are `back` (the stay's id)."""

    lead: str
    title: str
    detail: str
    button: str
    ink: str = "ink"
    icon: str = ""
    route: Route | None = None
    back: str = ""


def shift_rows(workplace: Workplace) -> tuple[ShiftRow, ...]:
    """The lines, the most pressing first."""
    today = workplace.today()
    now = workplace.present()
    stays = workplace.read(active_stays)
    due = workplace.read(lambda c: tasks_due(c, today.isoformat()))
    found = [*_out(stays, now), *_ending(stays, today), *_tasks(due, today)]
    return tuple(row for _order, row in sorted(found, key=lambda pair: pair[0]))


def is_late(stay: StayRow, now: datetime) -> bool:
    """Whether somebody who is out should be back by now."""
    return bool(stay.due_back_at) and from_iso(stay.due_back_at or "") < now


def _out(stays: list[StayRow], now: datetime) -> Iterator[tuple[tuple[int, str], ShiftRow]]:
    for stay in (one for one in stays if one.status == "out"):
        due = stay.due_back_at
        late = is_late(stay, now)
        yield (
            (0 if late else 1, due or "~"),
            ShiftRow(
                lead=moment_text(due, now) or _("out"),
                title=stay.alias,
                detail=_("should be back by now") if late else _("is out of the house"),
                button=_("Is back"),
                ink="danger" if late else "warning",
                icon="alert-triangle" if late else "door-open",
                back=stay.id,
            ),
        )


def _ending(stays: list[StayRow], today: date) -> Iterator[tuple[tuple[int, str], ShiftRow]]:
    for stay in stays:
        for clock in clocks_of(stay, today):
            if clock.urgency is Urgency.CALM:
                continue
            tone = TONES[clock.urgency]
            lead = ngettext("{count} day left", "{count} days left", clock.days).format(count=clock.days)
            if clock.days <= 0:
                lead = _("today") if clock.days == 0 else _("over")
            yield (
                (_rank(clock), clock.last_day),
                ShiftRow(
                    lead=lead,
                    title=stay.alias,
                    detail=f"{clock.name}: {clock.rule}",
                    button=_("Open"),
                    ink=_INKS.get(tone, tone),
                    icon=clock.chip.icon,
                    route=Route("resident", stay.id),
                ),
            )


def _rank(clock: StayClock) -> int:
    if clock.urgency is Urgency.OVERDUE:
        return 0
    return 1 if clock.days <= NEAR_DAYS else 3


def _tasks(due: list[tuple[Task, StayRow]], today: date) -> Iterator[tuple[tuple[int, str], ShiftRow]]:
    for task, stay in due:
        late = (today - date.fromisoformat(task.due_on or "")).days
        yield (
            (2, task.due_on or ""),
            ShiftRow(
                lead=labels.overdue_text(task.due_on, today) or _("today"),
                title=stay.alias,
                detail=task.title,
                button=_("Log it"),
                ink="warning" if late > 0 else "ink",
                icon="clock",
                route=Route("resident", stay.id, "care_log"),
            ),
        )
