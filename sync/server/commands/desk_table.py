"""The PCs of a province in a table, and in sentences those that somebody should look after."""

from __future__ import annotations

from datetime import datetime, timedelta

from commune_desk.domain.time.clock import from_iso
from commune_desk.domain.time.skew import MOST_OFF
from commune_desk.domain.words.labels import N_
from sync.server.commands.console import Console, local_time
from sync.server.commands.texts import harmless
from sync.server.identity import desks
from sync.server.lifecycle.status import DeskHealth, DeskStatus

LONGEST_WAIT = timedelta(days=7)
"""What waits for longer is told: a PC that has a line sends within minutes."""
_STATUSES = {
    desks.EXPECTED: N_("expected"),
    desks.ACTIVE: N_("active"),
    desks.REVOKED: N_("revoked"),
    desks.FROZEN: N_("stopped"),
}
_TITLES = (
    *(N_("Desk"), N_("Status"), N_("Places"), N_("Changes"), N_("Last contact")),
    *(N_("Version"), N_("To send"), N_("Waiting since"), N_("PC clock"), N_("Label")),
)
_UNKNOWN = "–"


def print_desks(listed: list[DeskStatus], console: Console) -> None:
    if not listed:
        console.say(N_("No desk yet. Make a code with: commune-desk-server enrol-code"))
        return
    rows = [tuple(map(console.texts.say, _TITLES)), *(_row(one, console) for one in listed)]
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    for row in rows:
        console.line("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())


def _row(one: DeskStatus, console: Console) -> tuple[str, ...]:
    seen = local_time(one.seen_at) if one.seen_at else _UNKNOWN
    status, places = console.texts.say(_STATUSES[one.status]), ",".join(one.scopes)
    version = harmless(one.program_version) or _UNKNOWN
    return one.desk, status, places, str(one.changes), seen, version, *_standing(one.health), harmless(one.label)


def _standing(health: DeskHealth | None) -> tuple[str, str, str]:
    """How many changes wait there, since when, and by how many seconds its clock is ahead."""
    if health is None:
        return _UNKNOWN, _UNKNOWN, _UNKNOWN
    since = local_time(health.oldest_at) if health.oldest_at else _UNKNOWN
    clock = _UNKNOWN if health.clock_ahead is None else f"{health.clock_ahead:+d} s"
    return str(health.waiting), since, clock


def warn_of_desks(listed: list[DeskStatus], console: Console, *, now: datetime) -> None:
    """Of those in service: where words have waited for long, and whose clock is wrong. Each said so itself."""
    for one in listed:
        if one.health is not None and one.status in (desks.ACTIVE, desks.FROZEN):
            _warn_of(one, one.health, console, now)


def _warn_of(one: DeskStatus, health: DeskHealth, console: Console, now: datetime) -> None:
    named = {"desk": one.desk, "label": one.label, "said": local_time(health.said_at)}
    if health.oldest_at and now - from_iso(health.oldest_at) > LONGEST_WAIT:
        console.say(
            N_(
                "Desk {desk} ({label}): changes that wait there to be sent: {number}, the oldest since {since}, as it "
                "said at {said}. See what keeps that PC from sending."
            ),
            number=health.waiting,
            since=local_time(health.oldest_at),
            **named,
        )
    ahead = timedelta(seconds=health.clock_ahead or 0)
    if abs(ahead) > MOST_OFF:
        text = (
            N_("Desk {desk} ({label}): its clock was {minutes} minutes ahead at {said}. Have it set.")
            if ahead > timedelta(0)
            else N_("Desk {desk} ({label}): its clock was {minutes} minutes behind at {said}. Have it set.")
        )
        console.say(text, minutes=abs(ahead) // timedelta(minutes=1), **named)
