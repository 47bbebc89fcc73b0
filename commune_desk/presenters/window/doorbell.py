"""What a locked desk shows of what waits for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from commune_desk.domain.time.clock import local_day
from commune_desk.i18n import _, format_date, format_time, ngettext

if TYPE_CHECKING:  # the unlock page does not load it before its first picture
    from commune_desk.usecases.locked.doorbell import Bell

_SOON = timedelta(hours=24)


def bell_text(bell: Bell, now: datetime) -> str:
    """What a locked desk shows: counts, an hour and its day, never a name."""
    parts = _reports(bell.waiting, bell.taken)
    if bell.run_out:
        text = ngettext(
            "{count} time limit has come or run out", "{count} time limits have come or run out", bell.run_out
        )
        parts.append(text.format(count=bell.run_out))
    if bell.next_due:
        parts.append(_next_text(bell.next_due, now))
    return " · ".join(parts)


def bell_tone(bell: Bell, now: datetime) -> str:
    """Red once a limit has run out; amber for reports that wait and for the coming 24 hours."""
    if bell.run_out:
        return "danger"
    is_soon = bell.next_due is not None and bell.next_due - now <= _SOON
    return "warning" if bell.waiting or is_soon else "quiet"


def _next_text(due: datetime, now: datetime) -> str:
    if local_day(due) == local_day(now):
        return _("The next time limit comes at {time}").format(time=format_time(due))
    text = _("The next time limit: {time} on {day}")
    return text.format(time=format_time(due), day=format_date(local_day(due)))


def _reports(waiting: int, taken: int) -> list[str]:
    parts = []
    if waiting:
        text = ngettext(
            "{count} report from the province waits to be taken up",
            "{count} reports from the province wait to be taken up",
            waiting,
        )
        parts.append(text.format(count=waiting))
    if taken:
        parts.append(_("{count} of them taken up on this PC, not sent yet").format(count=taken))
    return parts


def carried_text(
    *, waits: bool, is_signed_for: bool, is_held: bool = False, is_refused: bool = False, waits_paused: bool = False
) -> str:
    """How what was sealed at lock stands; empty where there was nothing to send.

    `is_held`: the line is not free. `is_refused`: it is not tried again while locked. `waits_paused`: somebody paused
    the sync, so nothing was sealed.
    """
    if waits_paused:
        return _("Sync is paused: what was saved here is not sent. To send it, unlock and resume.")
    if waits and is_refused:
        return _("What was saved before the lock waits: it cannot be sent while locked. It goes once somebody unlocks.")
    if waits and is_held:
        return _("What was saved before the lock waits: this line is paid by volume. To send it, unlock and sync.")
    if waits:
        return _("What was saved before the lock waits for a line to the province. It is sealed and goes by itself.")
    if is_signed_for:
        return _("The province has signed for what was sent after the lock. Unlock to see it in the register.")
    return ""
