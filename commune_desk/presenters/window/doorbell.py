"""What a locked desk shows of what waits for it."""

from __future__ import annotations

from commune_desk.i18n import _, ngettext


def bell_text(waiting: int, next_due: str, taken: int = 0) -> str:
    """What a locked desk shows: counts and an hour, never a name."""
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
    if next_due:
        parts.append(_("The next time limit runs out at {time}").format(time=next_due))
    return " · ".join(parts)


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
