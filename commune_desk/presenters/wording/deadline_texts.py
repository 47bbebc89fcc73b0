"""Clocks and due days as they are read on every page: a text, an icon and a tone that say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from commune_desk.domain.limits.deadlines import Countdown, DayDue, Urgency, emergency_clock, end_of_stay, visit_due
from commune_desk.domain.model.codes import CodeBook
from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.i18n import _, format_date, format_time, language, ngettext
from commune_desk.presenters.wording import labels
from commune_desk.presenters.wording.labels import ChipText
from commune_desk.store.intake.conflicts import Wait

_LONG_OVERDUE_HOURS = 48
_LONG_SOURCE = 28
_TONES = {
    Urgency.CALM: "quiet",
    Urgency.SOON: "warning",
    Urgency.URGENT: "danger",
    Urgency.OVERDUE: "danger",
}


@dataclass(frozen=True, slots=True)
class ClockText:
    """A running clock: `left` is what remains or how late it is, `due` says until when."""

    left: str
    due: str
    tone: str
    icon: str


def emergency_text(received_at: str, now: datetime, hours: int) -> ClockText:
    """The emergency clock of a report received at an ISO instant, where `hours` are allowed."""
    clock = emergency_clock(received_at, now, hours)
    icon = "alert-triangle" if clock.urgency >= Urgency.URGENT else "clock"
    return ClockText(_left(clock), due_text(clock.due, now), _TONES[clock.urgency], icon)


def widest_clocks() -> tuple[str, str]:
    """What a clock can read that needs the most room, before it has run out and after."""
    return _left_text("00", "00"), _late_text("00", "00")


def _left(clock: Countdown) -> str:
    hours, minutes = str(clock.hours), f"{clock.minutes:02d}"
    if clock.urgency is not Urgency.OVERDUE:
        return _left_text(hours, minutes)
    if clock.hours >= _LONG_OVERDUE_HOURS:
        days = clock.hours // 24
        return ngettext("{count} day late", "{count} days late", days).format(count=days)
    return _late_text(hours, minutes)


def _left_text(hours: str, minutes: str) -> str:
    return _("{hours} h {minutes} left").format(hours=hours, minutes=minutes)


def _late_text(hours: str, minutes: str) -> str:
    return _("{hours} h {minutes} late").format(hours=hours, minutes=minutes)


def due_text(due: datetime, now: datetime) -> str:
    """`until 11:40`, with the day when it is another."""
    local, today = local_day(due), local_day(now)
    if local == today:
        return _("until {time}").format(time=format_time(due))
    return _("until {time} on {day}").format(time=format_time(due), day=f"{local.day:02d}/{local.month:02d}")


def moment_text(iso: str | None, now: datetime) -> str:
    """`06:15` of today, `23:40 yesterday`, `06:15 18/11`; empty for none."""
    if not iso:
        return ""
    moment, today = from_iso(iso), local_day(now)
    day = local_day(moment)
    return (
        format_time(moment) if day == today else f"{format_time(moment)} {labels.near_day_text(day.isoformat(), today)}"
    )


def source_text(codes: CodeBook, source: str) -> str:
    """Who reported, in few words: of a long Vietnamese name the first alias, as "Tổng đài 111"."""
    name = labels.code_text(codes, "report_sources", source)
    entry = codes.entry("report_sources", source)
    if language() != "vi" or entry is None or not entry.aliases or len(name) <= _LONG_SOURCE:
        return name
    return entry.aliases[0][:1].upper() + entry.aliases[0][1:]


def visit_chip(risk: str | None, next_visit_on: str, today: date) -> ChipText:
    """`High · 2 days overdue`, `Medium · today`, and `Low` alone in the coming week: the card says that of all."""
    due = visit_due(next_visit_on, today)
    when = {
        Urgency.OVERDUE: ngettext("{count} day overdue", "{count} days overdue", due.days).format(count=due.days),
        Urgency.URGENT: _("today"),
        Urgency.SOON: _("this week"),
        Urgency.CALM: format_date(date.fromisoformat(next_visit_on)),
    }[due.urgency]
    chip = labels.risk_short_chip(risk, "" if due.urgency is Urgency.SOON else when)
    return chip or ChipText(when[:1].upper() + when[1:], "quiet")


def last_day_chip(last_day: str, today: date) -> ChipText:
    """`3 days left`, `last day today`, `2 days over` of a last day that is still allowed."""
    due = end_of_stay(last_day, today)
    icon = "alert-triangle" if due.urgency is Urgency.OVERDUE else "clock"
    return ChipText(_days_left(due), _TONES[due.urgency], icon)


def _days_left(due: DayDue) -> str:
    if due.urgency is Urgency.OVERDUE:
        return ngettext("{count} day over", "{count} days over", due.days).format(count=due.days)
    if due.days == 0:
        return _("last day today")
    return ngettext("{count} day left", "{count} days left", due.days).format(count=due.days)


def late_text(wait: Wait | None, now: datetime) -> str:
    """Of a field to decide that was in the province's queue; empty for one that was not."""
    if wait is None:
        return ""
    days = max(0, (now - from_iso(wait.since)).days)
    if not wait.is_told:  # a province that was put back counts anew
        text = ngettext("has waited {count} day for a decision", "has waited {count} days for a decision", days)
        return text.format(count=days)
    text = ngettext(
        "has waited {count} day for a decision; the province has been told",
        "has waited {count} days for a decision; the province has been told",
        days,
    )
    return text.format(count=days)
