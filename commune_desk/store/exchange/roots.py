"""The province's newest daily root as this register was shown it, and what proves a contradiction, kept for good."""

from __future__ import annotations

import msgspec

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx
from sync.roots import KnownRoot

ROOT = "root"
CONTRADICTION = "contradiction"


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Two statements under the province's signature that cannot both be true: a root, and the body of a page."""

    at: str
    root: KnownRoot
    page: bytes
    signature: bytes


def known(connection: Connection) -> KnownRoot | None:
    return settings.get(connection, ROOT, KnownRoot | None, None)  # type: ignore[arg-type]


def keep(tx: Tx, root: KnownRoot) -> None:
    settings.put(tx.connection, ROOT, root)


def contradiction(connection: Connection) -> Contradiction | None:
    """What was kept, if the province ever contradicted itself."""
    return settings.get(connection, CONTRADICTION, Contradiction | None, None)  # type: ignore[arg-type]


def keep_contradiction(tx: Tx, root: KnownRoot, page: bytes, signature: bytes) -> None:
    """Keep the first proof; later ones of the same add nothing."""
    if contradiction(tx.connection) is not None:
        return
    at = to_iso(tx.ledger.now())
    settings.put(tx.connection, CONTRADICTION, Contradiction(at=at, root=root, page=page, signature=signature))
    tx.audit(AuditAction.SPLIT_VIEW, detail={"root": root.n, "seq": root.seq})
    tx.topic("sync")
