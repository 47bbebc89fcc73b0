"""What the head of a page says beside its events: keys, lease, late conflicts, the directory and the certificates."""

from __future__ import annotations

from collections.abc import Sequence

from commune_desk.store.desk.lease import take_lease
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange import courier
from commune_desk.store.intake import conflicts, departures
from commune_desk.store.writing import relocating
from commune_desk.store.writing.transaction import Tx
from sync import protocol

_CERTS_VERSION = "certs_version"


def certs_version(connection: Connection) -> str:
    """Of the certificates that are kept; empty before the first."""
    return settings.get(connection, _CERTS_VERSION, str, "")


def directory_version(connection: Connection) -> str:
    """Of the directory that is kept; empty before the first."""
    return settings.get(connection, relocating.DIRECTORY_VERSION, str, "")


def public_of(connection: Connection, desk: str) -> bytes | None:
    """The signing key of a desk with a verified certificate."""
    row = connection.execute("SELECT sign_public FROM desk_cert WHERE desk=?", (desk,)).fetchone()
    return bytes(row[0]) if row else None


def accept(tx: Tx, header: protocol.PullHeader) -> None:
    """Keep what a verified page says at its head; certificates and directory where they came."""
    courier.keep_key(tx, protocol.unb64(header.courier_public))
    settings.put_scope_keys(
        tx.connection,
        [settings.ScopeKeyPair(k.scope, k.key, protocol.unb64(k.public), None) for k in header.scope_keys],
    )
    settings.put(tx.connection, departures.KEEPS_STUBS, not header.drops_stubs)
    take_lease(tx, at=header.at, until=header.lease_until)
    conflicts.note_late(tx, header.late_conflicts)
    if header.directory is not None:
        settings.put(tx.connection, relocating.DIRECTORY, header.directory)
        settings.put(tx.connection, relocating.DIRECTORY_VERSION, header.directory_version)
    if header.certs is not None:
        _keep_certs(tx.connection, header.certs, header.certs_version)


def _keep_certs(connection: Connection, signed: Sequence[protocol.SignedCert], version: str) -> None:
    certs = [protocol.decode(protocol.unb64(c.body), protocol.DeskCert) for c in signed]
    connection.execute("DELETE FROM desk_cert")
    connection.executemany(
        "INSERT OR REPLACE INTO desk_cert VALUES (?,?,?,?,?)",
        [(c.desk, protocol.unb64(c.sign_public), " ".join(c.scopes), c.label, int(c.revoked)) for c in certs],
    )
    settings.put(connection, _CERTS_VERSION, version)
