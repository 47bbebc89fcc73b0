"""Keeping what is being typed, so that a lock, a crash or a power cut returns to the same field of the same form."""

from __future__ import annotations

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.engine import settings
from commune_desk.store.writing.drafts import (
    DECISION,
    Draft,
    Payload,
    hand_over,
    load_draft,
    open_drafts,
    put_draft,
    remove_draft,
)
from commune_desk.store.writing.transaction import Tx

TOPIC = "drafts"

__all__ = [
    "DECISION",
    "TOPIC",
    "Draft",
    "Payload",
    "drop_draft",
    "load_draft",
    "open_drafts",
    "save_draft",
    "take_over_draft",
]


def save_draft(tx: Tx, form: str, record: str, focus: str, payload: Payload) -> bool:
    """Keep `payload` as the officer's draft of `form` for `record` (a record's id, or "" for a new one); False where
    the record was erased by law.

    Drafts stay on this desk: they are never journalled and leave no audit row.
    """
    draft = Draft(form, record, to_iso(tx.ledger.now()), focus, dict(payload))
    is_kept = put_draft(tx.connection, tx.actor.officer, draft)
    tx.topic(TOPIC)
    return is_kept


def take_over_draft(tx: Tx, officer: str, form: str, record: str) -> None:
    """Go on with what an officer typed who was removed from this PC; taken over by a colleague first, it is theirs.

    Raises Refusal where one has something typed in the same form.
    """
    if load_draft(tx.connection, form, tx.actor.officer, record) is not None:
        raise Refusal(N_("You have something typed in the same form. Save it or throw it away first."))
    if not settings.is_removed(tx.connection, officer) or not hand_over(
        tx.connection, (officer, form, record), tx.actor.officer
    ):
        raise Refusal(N_("A colleague has taken this over, or it is gone."))
    tx.topic(TOPIC)
    tx.topic("settings")


def drop_draft(tx: Tx, form: str, record: str) -> None:
    """Forget the officer's draft; in the transaction that saves its record, or when it is thrown away on purpose."""
    if remove_draft(tx.connection, form, tx.actor.officer, record):
        tx.topic(TOPIC)
