"""What is said after a save: where the entry is now, and that the province does not have it yet."""

from __future__ import annotations

from commune_desk.i18n import _
from commune_desk.usecases.desk.workplace import Workplace


def saved_notice(workplace: Workplace, *more: str) -> str:
    """`Saved on this PC, not sent yet.` and whatever else is worth knowing, in sentences."""
    if workplace.register.identity.is_training:
        first = _("Saved on this PC. This is a training register: nothing is ever sent.")
    else:
        first = _("Saved on this PC, not sent yet.")
    return " ".join(filter(None, (first, *more)))
