"""The two clocks of a stay in words: 15 days of temporary isolation, 3 months of emergency protection."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from commune_desk.domain.limits.deadlines import Urgency, end_of_stay
from commune_desk.domain.records.placements import (
    ISOLATION_DAYS,
    PAPERS_ALWAYS,
    has_isolation_ended,
    isolation_ends,
    stay_ends,
)
from commune_desk.domain.time.clock import local_day
from commune_desk.i18n import _, format_date, ngettext
from commune_desk.presenters.wording.labels import ChipText
from commune_desk.store.pages.placements import StayRow

TONES = {Urgency.CALM: "good", Urgency.SOON: "warning", Urgency.URGENT: "danger", Urgency.OVERDUE: "danger"}
NEAR_DAYS = 3
"""Between the first warning, 7 days before an end, and the last, the day before it."""


@dataclass(frozen=True, slots=True)
class StayClock:
    """A running clock. `days` is what is left, negative when it is over; `order` sorts the most pressing first."""

    name: str
    chip: ChipText
    left: str
    """What the chip says where the name of the clock stands beside it."""
    short: str
    """In a line of a tile, without the total: `isolation 12 days left`."""
    rule: str
    """Which day of how many, until when, and by which law."""
    last_day: str
    urgency: Urgency
    days: int

    @property
    def order(self) -> tuple[int, int]:
        return -self.urgency, self.days


def clocks_of(stay: StayRow, today: date) -> tuple[StayClock, ...]:
    """The clocks that run for a stay, the most pressing first; none once it has ended."""
    if not stay.is_active or not stay.admitted_at:
        return ()
    found = [_stay_clock(stay, today)]
    if stay.isolation_from and not has_isolation_ended(stay.isolation_to, today.isoformat()):
        found.append(_isolation_clock(stay.isolation_from, today))
    return tuple(sorted(found, key=lambda clock: clock.order))


def night_text(stay: StayRow, today: date) -> str:
    """`night 3`: the night of admission is the first."""
    return _("night {count}").format(count=max((today - local_day(stay.admitted_at)).days + 1, 1))


def missing_papers(stay: StayRow) -> int:
    """How many papers that every dossier needs have not come."""
    return len(set(PAPERS_ALWAYS) - set(stay.papers))


def missing_text(count: int) -> str:
    """`2 papers missing`; empty for none."""
    return ngettext("{count} paper missing", "{count} papers missing", count).format(count=count) if count else ""


@dataclass(frozen=True, slots=True)
class _Span:
    """From which day until which a clock runs, and how many days that are called."""

    began: date
    last: date
    total: int


def _stay_clock(stay: StayRow, today: date) -> StayClock:
    began, last = local_day(stay.admitted_at), date.fromisoformat(stay_ends(stay.admitted_at))
    rule = _("day {day} of {total}, until {last} · at most 3 months, Decree 20/2021 art. 24")
    span = _Span(began, last, (last - began).days)
    return _clock(_("Stay"), span, today, rule, chip="{text}", short=_("stay: {text}"))


def _isolation_clock(began_on: str, today: date) -> StayClock:
    rule = _("day {day} of {total}, until {last} · Decree 56/2017 art. 32")
    span = _Span(date.fromisoformat(began_on), date.fromisoformat(isolation_ends(began_on)), ISOLATION_DAYS)
    said = _("isolation: {text}")
    return _clock(_("Temporary isolation"), span, today, rule, chip=said, short=said)


def _clock(name: str, span: _Span, today: date, rule: str, *, chip: str, short: str) -> StayClock:
    """`rule`, `chip` and `short` are patterns for the numbers and for what is left."""
    last = span.last.isoformat()
    left = (span.last - today).days
    urgency = end_of_stay(last, today).urgency
    text = _left_of(span.total, left)
    return StayClock(
        name=name,
        chip=ChipText(chip.format(text=text), TONES[urgency], _icon(urgency, left)),
        left=text,
        short=short.format(text=_days_left(left) or text),
        rule=rule.format(day=(today - span.began).days + 1, total=span.total, last=format_date(span.last)),
        last_day=last,
        urgency=urgency,
        days=left,
    )


def _left_of(total: int, left: int) -> str:
    if left > 0:
        return _("{left}/{total} days left").format(left=left, total=total)
    return _("last day today") if left == 0 else _late(-left)


def _icon(urgency: Urgency, left: int) -> str:
    if urgency is Urgency.CALM:
        return ""
    return "alert-triangle" if left <= NEAR_DAYS else "clock"


def _days_left(left: int) -> str:
    return ngettext("{count} day left", "{count} days left", left).format(count=left) if left > 0 else ""


def _late(days: int) -> str:
    return ngettext("{count} day over", "{count} days over", days).format(count=days)
