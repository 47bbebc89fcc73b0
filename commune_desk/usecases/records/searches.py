"""Writing down that the register was searched."""

from __future__ import annotations

import hashlib

from commune_desk.domain.vietnamese.text import fold
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.usecases.desk.workplace import Workplace

PAUSE_MS = 1_500
"""A search is written down once nothing was typed for so long, not with every letter."""


def note_search(workplace: Workplace, typed: str, found: int) -> None:
    """Write down that a search was made: a digest of what was `typed` and how many were `found`, never the words."""
    words = fold(typed)
    if words:
        digest = hashlib.sha256(f"{workplace.register.identity.db_id}|{words}".encode()).hexdigest()[:16]
        workplace.note(AuditAction.SEARCH, "child_file", detail={"q": digest, "found": found})
