"""How a sealed text is shown."""

from __future__ import annotations

from commune_desk.i18n import _
from commune_desk.usecases.desk.sealed import CLOSED


def closed_text(text: str | None, *, is_closed: bool, otherwise: str = "") -> str:
    """The text, or that it is closed until this PC was in touch; `otherwise` where there is none."""
    return _(CLOSED) if is_closed else text or otherwise
