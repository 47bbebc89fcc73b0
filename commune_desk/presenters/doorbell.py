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
