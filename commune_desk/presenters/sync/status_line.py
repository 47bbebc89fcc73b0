"""One line of what the sync page tells."""

from __future__ import annotations

from dataclasses import KW_ONLY, dataclass

from commune_desk.domain.time.clock import from_iso
from commune_desk.i18n import format_instant
from commune_desk.presenters.frame.routes import Route


@dataclass(frozen=True, slots=True)
class StatusLine:
    """One line of the status: a bold part, a quiet part below, a count at the end, a tone and an icon by name,
    and where the line leads to, if anywhere."""

    text: str
    detail: str = ""
    _: KW_ONLY
    count: str = ""
    tone: str = "quiet"
    icon: str = ""
    route: Route | None = None


def when(iso: str) -> str:
    return format_instant(from_iso(iso)) if iso else ""
