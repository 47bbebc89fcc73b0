"""What a register remembers of the courier: the key bundles are sealed to, and those that may still be answered."""

from __future__ import annotations

import msgspec

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
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


def forget_written(tx: Tx) -> None:
    """The province lost what it had signed for: an answer that is under way may speak of the time before."""
    settings.put(tx.connection, _WRITTEN, [])
