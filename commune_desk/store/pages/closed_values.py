"""What is sealed about a child so that nobody here can open it: it was sealed for a place that the child has left.

Such a value stands, and is empty here. It opens by itself once whoever still holds it there has sealed it again.
"""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from commune_desk.domain.model.record import Kind, Record
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.changes import writers
from commune_desk.store.changes.sealing import private_boxes
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import read_many
from sync.change import Change, sealed_for

_SEALED = {
    name: [field for field, rule in kind.fields.items() if rule.data.is_sealed]
    for name, kind in KINDS.items()
    if kind.belongs_to and any(rule.data.is_sealed for rule in kind.fields.values())
}
_CHANGES = "SELECT raw FROM change WHERE record=? AND length(raw)>0 ORDER BY seq IS NULL, seq, stamp, id"


class ClosedValue(msgspec.Struct, frozen=True, kw_only=True):
    """A field whose value does not open here; `places` are the scopes that wrote it or can open it."""

    kind: str
    record: str
    field: str
    places: tuple[str, ...]


def closed_values(connection: Connection, person: str) -> list[ClosedValue]:
    """Of the records of the person, of two that are one of both."""
    keys = private_boxes(connection).keys()
    found = []
    for name, fields in _SEALED.items():
        kind = KINDS[name]
        for record in read_many(connection, kind.struct, f"{kind.belongs_to}=? ORDER BY id", person):
            empty = [field for field in fields if not getattr(record, field)]
            for field, change in _sealing(connection, kind, record, empty) if empty else ():
                if change.key not in keys:
                    places = dict.fromkeys((change.scope, sealed_for(change)))
                    elsewhere = tuple(place for place in places if place != record.scope)
                    found.append(ClosedValue(kind=name, record=record.id, field=field, places=elsewhere))
    return found


def _sealing(connection: Connection, kind: Kind, record: Record, fields: list[str]) -> Iterator[tuple[str, Change]]:
    """The changes whose sealed values stand in these fields; of what is written once, the last that sealed one."""
    changes = [msgspec.json.decode(raw, type=Change) for (raw,) in connection.execute(_CHANGES, (record.id,))]
    row = connection.execute(f"SELECT writers FROM {kind.name} WHERE id=?", (record.id,)).fetchone()  # noqa: S608
    standing = {} if kind.append_only else writers.parse(row[0])
    for field in fields:
        sealed = [one for one in changes if field in one.seal]
        wrote = [one for one in sealed if kind.append_only or one.id == standing.get(field)]
        if wrote:
            yield field, wrote[-1]
