"""The lease as the register keeps it, and the gate that closes what is sealed once it has run out.

The gate stands at the connection that pages read from: the engine itself gives an empty value for every sealed column,
whoever asks and however. Writing goes on, for the writer's connection has no gate.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from commune_desk.domain.limits.lease import Lease
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx

LEASE = "lease"
"""The setting, and the topic of its changes."""
_READ, _ALLOWED, _EMPTY = 20, 0, 2
"""The engine's own numbers: SQLITE_READ, SQLITE_OK, SQLITE_IGNORE (the column reads as NULL)."""
SEALED = frozenset(
    (name, field.name) for name, kind in KINDS.items() for field in kind.fields.values() if field.data.is_sealed
) | {("scope_key", "private")}
"""Columns (table, name) that the gate closes; without the places' private keys nothing received is opened either."""


def lease_of(connection: Connection) -> Lease | None:
    """None as long as the province told none: a training register has no lease, and none runs out."""
    return settings.get(connection, LEASE, Lease | None, None)  # type: ignore[arg-type]


def take_lease(tx: Tx, *, at: str, until: str) -> None:
    """Keep what a page of the province says; a province of an older program says nothing."""
    if at and until:
        now = tx.ledger.now()
        known = lease_of(tx.connection) or Lease(until=until, told_at="")
        _keep(tx, known.told(at=at, until=until, now=now))


def record_contact(tx: Tx, at: str) -> None:
    """Count what has passed by the province's own time."""
    known = lease_of(tx.connection)
    if known is not None and at:
        _keep(tx, known.heard(at, tx.ledger.now()))


def count_lease(tx: Tx, at_work: float) -> None:
    """Count `at_work` seconds since this was last called, or what this PC's clock says if that is more."""
    known = lease_of(tx.connection)
    if known is not None:
        _keep(tx, known.counted(tx.ledger.now(), at_work))


def _keep(tx: Tx, lease: Lease) -> None:
    settings.put(tx.connection, LEASE, lease)
    tx.topic(LEASE)
    tx.topic("sync")


def at_work(seconds: float) -> Callable[[Tx], None]:
    """The operation that counts time at work."""
    return lambda tx: count_lease(tx, seconds)


class SealedGate:
    """Closes and opens one reading connection, each time before it is read."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._is_closed = False

    def watch(self, lease: Lease | None, now: Callable[[], datetime]) -> Connection:
        """The connection, closed to what is sealed if the lease has run out."""
        is_closed = lease is not None and lease.is_over(now())
        if is_closed is not self._is_closed:
            # A new authorizer, also one that allows all, has the engine prepare every statement again.
            self._connection.set_authorizer(_hides_what_is_sealed if is_closed else _allows_all)
            self._is_closed = is_closed
        return self._connection


def _hides_what_is_sealed(
    action: int, first: str | None, second: str | None, database: str | None, trigger: str | None
) -> int:
    return _EMPTY if action == _READ and (first, second) in SEALED else _ALLOWED


def _allows_all(action: int, first: str | None, second: str | None, database: str | None, trigger: str | None) -> int:
    return _ALLOWED
