"""What somebody had before them when they began to edit, and how an edit is put on what stands by now.

A form may stay open, or lie as a draft, while a pull brings other values. Only what its officer changed is written, and
the change names as its `base` what the officer saw: the province then sees that two wrote one field.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from typing import Any, TypeVar, cast

import msgspec

from commune_desk.domain.model.record import Kind, Merge, Record, Value, kind_of, record_from, values_of
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.changes import shadow, writers
from commune_desk.store.changes.sealing import opened
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, read_record
from sync.change import Change, from_wire, to_wire
from sync.merge import apply_delta, delta

R = TypeVar("R", bound=Record)

Base = Mapping[str, str | None]
"""For a field the change whose value was seen in it; none for a field that nobody had written."""


class Opened(msgspec.Struct, frozen=True):
    """Records as they stood when a form was opened, and the base of an edit of each; both by the record's id."""

    records: dict[str, Record] = {}
    bases: dict[str, Base] = {}

    def seen(self, record: R) -> R:
        """The record as it stood at the opening; one that was not read then, as it is given."""
        return cast(R, self.records.get(record.id, record))

    def base(self, record_id: str, fields: Iterable[str]) -> Base:
        """What an edit of these fields names as its base; a record that was not read then was seen empty."""
        known = self.bases.get(record_id, {})
        return {name: known.get(name) for name in fields}

    def payload(self) -> dict[str, Any]:
        """As a draft keeps it."""
        return {
            one.id: {
                "kind": kind_of(one).name,
                "scope": one.scope,
                "values": {name: to_wire(value) for name, value in values_of(one).items() if value is not None},
                "base": dict(self.bases.get(one.id, {})),
            }
            for one in self.records.values()
        }


def open_records(connection: Connection, *records: Record | None) -> Opened:
    """Read `records` again, each in one piece with what an edit of it builds on."""
    found: dict[str, Record] = {}
    bases: dict[str, Base] = {}
    for record in filter(None, records):
        entry = kind_of(record)
        row = connection.execute(SELECT_ONE[entry.name], (record.id,)).fetchone()
        if row is not None:
            found[record.id], written = read_record(entry, row)
            seen = writers.parse(written)
            hidden = unseen(connection, entry, found[record.id], written)
            base = _base(connection, entry, record.id, seen)
            bases[record.id] = {name: change for name, change in base.items() if name not in hidden}
    return Opened(found, bases)


def opened_from(payload: Mapping[str, Any]) -> Opened:
    """What `Opened.payload` gave; kinds that this version does not know are left out."""
    known = {one: kept for one, kept in payload.items() if kept["kind"] in KINDS}
    return Opened(
        {one: record_from(kept["kind"], one, kept["scope"], _values(kept)) for one, kept in known.items()},
        {one: kept["base"] for one, kept in known.items()},
    )


def without_sealed(payload: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What `Opened.payload` gave without what was sealed in it, as the lease has run out since; and that, by field."""
    left: dict[str, Any] = {}
    sealed: dict[str, Any] = {}
    for one, kept in payload.items():
        fields = KINDS[kept["kind"]].fields if kept["kind"] in KINDS else {}
        hidden = {name for name in kept["values"] if name in fields and fields[name].data.is_sealed}
        sealed |= {name: kept["values"][name] for name in hidden}
        left[one] = dict(kept) | {part: _all_but(hidden, kept[part]) for part in ("values", "base")}
    return left, sealed


def _all_but(names: Collection[str], found: Mapping[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in found.items() if name not in names}


def base_of(connection: Connection, entry: Kind, record_id: str, written: str) -> Base:
    """The base of an edit of a stored record as it stands, from its `writers` column."""
    return _base(connection, entry, record_id, writers.parse(written))


def closed_fields(connection: Connection, record: Record) -> set[str]:
    """The sealed fields of a stored record whose value does not open here, or is hidden."""
    entry = kind_of(record)
    row = connection.execute(SELECT_ONE[entry.name], (record.id,)).fetchone()
    return unseen(connection, entry, *read_record(entry, row)) if row is not None else set()


def unseen(connection: Connection, entry: Kind, record: Record, written: str) -> set[str]:
    """The sealed fields of a record that stand empty here though somebody has written a value into them.

    It was sealed to a key that this PC has not, or the lease has run out: what is typed there builds on nothing, and
    the province asks people about the two. One that was emptied by hand was seen so.
    """
    known = writers.parse(written)
    return {
        name
        for name, rule in entry.fields.items()
        if rule.data.is_sealed and name in known and not getattr(record, name)
        if _has_value(connection, known[name], name)
    }


def _has_value(connection: Connection, change_id: str, field: str) -> bool:
    row = connection.execute("SELECT raw FROM change WHERE id=?", (change_id,)).fetchone()
    if row is None or not row[0]:
        return False
    value, is_readable = opened(connection, msgspec.json.decode(row[0], type=Change), field)
    return bool(value) or not is_readable


def edited(before: R, after: R, present: R) -> R:
    """`present` with what `after` changes of `before`; of a set, what was added and what was taken away."""
    fields = kind_of(after).fields
    changed: dict[str, Any] = {}
    for name in edited_fields(before, after):
        old, new, now = (getattr(one, name) for one in (before, after, present))
        is_set = fields[name].merge is Merge.SET
        changed[name] = tuple(apply_delta(now, delta(old, new))) if is_set and set(now) != set(old) else new
    return msgspec.structs.replace(present, **changed)


def is_our_own_yet(connection: Connection, change_id: str) -> bool:
    """Whether the change has not come back in a feed: it waits, is on its way, or was set aside."""
    row = connection.execute("SELECT seq, state FROM change WHERE id=?", (change_id,)).fetchone()
    return row is not None and row[0] is None and row[1] != "received"


def edited_fields(before: Record, after: Record) -> list[str]:
    """The fields that `after` changes of `before`."""
    return [name for name in kind_of(after).fields if getattr(before, name) != getattr(after, name)]


def _base(connection: Connection, entry: Kind, record_id: str, seen: Mapping[str, str]) -> Base:
    """Of a SET field the last change that came from the province: a removal takes what its author saw there."""
    base: dict[str, str | None] = dict(seen)
    ours = [name for name in seen if _is_set(entry, name) and is_our_own_yet(connection, seen[name])]
    if ours:
        behind = shadow.standing_writers(connection, record_id)
        base.update({name: behind.get(name) for name in ours})
    return base


def _is_set(entry: Kind, name: str) -> bool:
    return name in entry.fields and entry.fields[name].merge is Merge.SET


def _values(kept: Mapping[str, Any]) -> dict[str, Value]:
    return {name: from_wire(value) for name, value in kept["values"].items()}
