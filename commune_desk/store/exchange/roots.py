"""The province's newest daily root as this register was shown it, and what proves a contradiction, kept for good."""

from __future__ import annotations

import msgspec

from commune_desk.domain.time.clock import to_iso
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx
from sync.protocol import b64
from sync.roots import KnownRoot
from sync.split_view import FORMAT, Proof, SignedPage, other_root

ROOT = "root"
CONTRADICTION = "contradiction"


class Contradiction(msgspec.Struct, frozen=True, kw_only=True):
    """Two statements under the province's signature that cannot both be true: a root, and the body of a page."""

    at: str
    root: KnownRoot
    page: bytes
    signature: bytes
    place: bytes = b""
    place_signature: bytes = b""
    """A page of the province that names nobody and says that the chain at the root's place is another one."""


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


def unproven(connection: Connection) -> KnownRoot | None:
    """The root that the province contradicted, while what is kept could not be shown to others; else None."""
    kept = contradiction(connection)
    return kept.root if kept is not None and proof(connection) is None else None


def keep_place(tx: Tx, page: bytes, signature: bytes) -> None:
    """Keep the second statement of the proof; there was none."""
    kept = contradiction(tx.connection)
    if kept is not None:
        told = msgspec.structs.replace(kept, place=page, place_signature=signature)
        settings.put(tx.connection, CONTRADICTION, told)
        tx.topic("sync")


def proof(connection: Connection) -> Proof | None:
    """What can be shown to anybody; None where the second statement is a page with what was entered about children."""
    kept, pins = contradiction(connection), settings.identity(connection).pins
    if kept is None or pins is None:
        return None
    other, page = other_root(kept.root, kept.page, pins.authority_public), None
    if other is None:
        if not kept.place:
            return None
        page = SignedPage(body=b64(kept.place), signature=b64(kept.place_signature))
    return Proof(format=FORMAT, authority=b64(pins.authority_public), root=kept.root.shown, other=other, page=page)
