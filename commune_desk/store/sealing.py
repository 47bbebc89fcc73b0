"""Sealing again what was sealed to a former key: a province that was founded anew knows only its own."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from commune_desk.store.database import Connection
from commune_desk.store.ledger import ScopeSeal
from sync import seal
from sync.change import Change


def sealed_anew(connection: Connection, seals: Mapping[str, ScopeSeal], change: Change) -> Change:
    """The change, sealed to its place's present key where this desk can open what it holds; else as it is."""
    recipient = seals.get(change.scope)
    if not change.seal or recipient is None or recipient.key == change.key:
        return change
    row = connection.execute("SELECT private FROM scope_key WHERE key=?", (change.key,)).fetchone()
    if row is None or row[0] is None:
        return change
    box = seal.BoxKey.from_bytes(bytes(row[0]))
    values = {}
    for field, text in change.seal.items():
        opened = seal.open_value(box, text, scope=change.scope, record=change.record, field=field)
        values[field] = seal.seal_value(recipient.public, opened, scope=change.scope, record=change.record, field=field)
    return msgspec.structs.replace(change, key=recipient.key, seal=values)
