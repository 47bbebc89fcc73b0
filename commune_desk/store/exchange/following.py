"""Which of the province's histories this desk follows, and whether the province refuses to serve it."""

from __future__ import annotations

import msgspec

from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.engine import settings
from commune_desk.store.exchange.staged import follow_other_feeds
from commune_desk.store.writing.transaction import Tx


def follow(tx: Tx, epoch: str) -> None:
    """The province was put back from a backup and says so: go on in its new epoch, every scope begun anew."""
    own = settings.identity(tx.connection)
    settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, epoch=epoch))
    follow_other_feeds(tx)
    tx.audit(AuditAction.FOLLOW_EPOCH, detail={"epoch": epoch})
    tx.topic("identity")


def freeze(tx: Tx, code: str) -> None:
    """Keep why the province refuses this desk; empty once it does not any more."""
    own = settings.identity(tx.connection)
    settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, frozen=code))
    tx.topic("identity")
    tx.topic("sync")
