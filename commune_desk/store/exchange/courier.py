"""What a register remembers of the courier: the key bundles are sealed to, and those that may still be answered."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from commune_desk.store.desk.lease import lease_of, record_contact
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange.sync_history import set_contact_back
from commune_desk.store.writing.transaction import Tx

_WRITTEN = "courier_written"
_REMEMBERED = 64
"""Bundles; an answer to an older one is not believed, and a new bundle gets one that is."""


class Written(msgspec.Struct, frozen=True, kw_only=True):
    """A bundle that this desk wrote. `before_n`: what the province had signed for when it was written."""

    id: str
    fingerprint: str
    before_n: int
    last_n: int
    told_at: str = ""
    """What the province had told last of its time by then."""


def keep_key(tx: Tx, public: bytes) -> None:
    """Pin the key that bundles for the province are sealed to, as a proven page named it."""
    own = settings.identity(tx.connection)
    if len(public) != settings.COURIER_KEY_BYTES or own.pins is None or own.pins.courier_public == public:
        return
    pins = msgspec.structs.replace(own.pins, courier_public=public)
    settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, pins=pins))
    tx.topic("identity")
    tx.topic("sync")


def written(connection: Connection) -> list[Written]:
    """Those that an answer is believed for, oldest first."""
    return settings.get(connection, _WRITTEN, list[Written], [])


def note_written(tx: Tx, bundle: Written) -> None:
    settings.put(tx.connection, _WRITTEN, [*written(tx.connection), bundle][-_REMEMBERED:])


def answered(tx: Tx, bundles: Collection[str], at: str) -> None:
    """The province answered these bundles at its time `at`, or one whose program says none.

    That is after whatever it told before one of them was written. If the last that it told is later all the same, its
    clock had run ahead. An answer to an older one says nothing: it may be an old stick that is shown again.
    """
    lease = lease_of(tx.connection)
    if (
        not at
        or lease is None
        or not any(one.id in bundles and one.told_at == lease.told_at for one in written(tx.connection))
    ):
        return
    record_contact(tx, at)
    if at < lease.told_at:
        set_contact_back(tx, at)


def forget_written(tx: Tx) -> None:
    """The province lost what it had signed for: an answer that is under way may speak of the time before."""
    settings.put(tx.connection, _WRITTEN, [])
