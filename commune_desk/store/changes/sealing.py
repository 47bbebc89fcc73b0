"""Opening what a change brings sealed, and sealing it again to another key."""

from __future__ import annotations

from collections.abc import Mapping

import msgspec

from commune_desk.domain.model.record import Value
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.changes.ledger import ScopeSeal
from commune_desk.store.engine.database import Connection
from sync import seal
from sync.change import Change, from_wire, sealed_for, to_wire


def private_box(connection: Connection, key: str) -> seal.BoxKey | None:
    """The private half of a scope key, where this desk holds it."""
    row = connection.execute("SELECT private FROM scope_key WHERE key=?", (key,)).fetchone()
    return seal.BoxKey.from_bytes(bytes(row[0])) if row is not None and row[0] is not None else None


def private_boxes(connection: Connection) -> dict[str, seal.BoxKey]:
    """Of every scope key that this desk holds the private half of, by the key's id."""
    rows = connection.execute("SELECT key, private FROM scope_key WHERE private IS NOT NULL").fetchall()
    return {key: seal.BoxKey.from_bytes(bytes(private)) for key, private in rows}


def unsealed(box: seal.BoxKey, change: Change, field: str) -> Value:
    """A sealed value of the change. Raises SealBroken."""
    value = seal.open_value(box, change.seal[field], scope=sealed_for(change), record=change.record, field=field)
    return from_wire(value)  # type: ignore[arg-type]


def opened(connection: Connection, change: Change, field: str) -> tuple[Value, bool]:
    """The value that the change gives the field, and whether it can be read: what does not open here cannot."""
    if field not in change.seal:
        return from_wire(change.set.get(field)), True
    box = private_box(connection, change.key)
    if box is None:
        return None, False
    try:
        value = unsealed(box, change, field)
    except seal.SealBroken:
        return None, False
    return (value, True) if _is_of_its_kind(change.kind, field, value) else (None, False)


def _is_of_its_kind(kind: str, field: str, value: Value) -> bool:
    """Whether the value is what a form can hold: nobody could look into it before it was opened here."""
    if isinstance(value, tuple) and not all(isinstance(code, str) for code in value):
        return False
    return value is None or type(value) is KINDS[kind].fields[field].type


def sealed_anew(connection: Connection, seals: Mapping[str, ScopeSeal], change: Change) -> Change:
    """The change, sealed to its place's present key where this desk can open what it holds; else as it is.

    A province that was founded anew knows only its own keys.
    """
    recipient = seals.get(change.scope)
    if not change.seal or recipient is None or recipient.key == change.key:
        return change
    box = private_box(connection, change.key)
    if box is None:
        return change
    values = {}
    for field in change.seal:
        value = to_wire(unsealed(box, change, field))
        values[field] = seal.seal_value(recipient.public, value, scope=change.scope, record=change.record, field=field)
    return msgspec.structs.replace(change, key=recipient.key, seal=values)
