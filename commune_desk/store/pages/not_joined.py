"""Two records that this desk joined and the province did not: what was taken of the one and stands in the other."""

from __future__ import annotations

from collections.abc import Iterator

import msgspec

from commune_desk.domain.model.record import Merge, Value
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.changes import writers
from commune_desk.store.changes.journal import OPEN
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, read_record
from commune_desk.store.writing.joined import kept_of
from sync.change import Change, Verb, from_wire
from sync.merge import apply_delta

_REFUSED = (
    f"SELECT raw FROM change WHERE {OPEN} AND state='quarantined' AND kind='person' AND length(raw)>0"  # noqa: S608
    " AND json_extract(CAST(raw AS TEXT), '$.k')=? ORDER BY stamp DESC, id DESC"
)
_OF_THE_SAME_SAVE = (
    "SELECT raw FROM change WHERE record IN (SELECT id FROM child_file WHERE person=?1 UNION ALL SELECT ?1)"
    " AND state<>'quarantined' AND length(raw)>0 AND json_extract(CAST(raw AS TEXT), '$.tx')=?2 ORDER BY stamp, id"
)


class Taken(msgspec.Struct, frozen=True, kw_only=True):
    """A field of the record kept in which the other's value stands `now`, and what stood there `before`."""

    kind: str
    record: str
    field: str
    now: Value
    before: Value


class NotJoined(msgspec.Struct, frozen=True):
    """Who was to be one with whom, and what was taken of `old` with that and still stands in the record of `kept`."""

    old: str
    kept: str
    taken: tuple[Taken, ...] = ()


def not_joined(connection: Connection, person: str) -> NotJoined | None:
    """What this desk joined and the province set aside, where `person` is one of the two and they are two.

    Of several the last one of which something stands, or the last.
    """
    found = list(_refused(connection, person))
    return next((one for one in found if one.taken), found[0] if found else None)


def _refused(connection: Connection, person: str) -> Iterator[NotJoined]:
    for (raw,) in connection.execute(_REFUSED, (Verb.ALIAS.value,)).fetchall():
        change = msgspec.json.decode(raw, type=Change)
        old, kept = change.record, str(change.set["joined_to"])
        if person in (old, kept) and kept_of(connection, old) != kept_of(connection, kept):
            group = change.group
            yield NotJoined(old, kept, tuple(_taken(connection, kept, group)) if group else ())


def _taken(connection: Connection, kept: str, group: str) -> Iterator[Taken]:
    for (raw,) in connection.execute(_OF_THE_SAME_SAVE, (kept, group)).fetchall():
        change = msgspec.json.decode(raw, type=Change)
        row = connection.execute(SELECT_ONE[change.kind], (change.record,)).fetchone()
        if row is None:
            continue  # the record kept had left with what was written there
        record, written = read_record(KINDS[change.kind], row)
        standing = writers.parse(written)
        for field in change.set:
            if standing.get(field) == change.id and _is_known(connection, change, field):
                now = getattr(record, field)
                before = _before(connection, change, field, now)
                yield Taken(kind=change.kind, record=change.record, field=field, now=now, before=before)


def _is_known(connection: Connection, change: Change, field: str) -> bool:
    """Whether what the change stands upon is here: of a list, what it added is enough."""
    return change.base.get(field) is None or _is_set(change, field) or _base(connection, change, field) is not None


def _before(connection: Connection, change: Change, field: str, now: Value) -> Value:
    if _is_set(change, field):
        steps, members = change.set[field], now if isinstance(now, tuple) else ()
        return tuple(apply_delta(members, [_undone(step) for step in steps] if isinstance(steps, list) else []))
    base = _base(connection, change, field)
    return KINDS[change.kind].fields[field].default if base is None else from_wire(base.set.get(field))


def _undone(step: str) -> str:
    return ("-" if step.startswith("+") else "+") + step[1:]


def _base(connection: Connection, change: Change, field: str) -> Change | None:
    asked = "SELECT raw FROM change WHERE id=? AND length(raw)>0"
    row = connection.execute(asked, (change.base.get(field),)).fetchone()
    return msgspec.json.decode(row[0], type=Change) if row else None


def _is_set(change: Change, field: str) -> bool:
    return KINDS[change.kind].fields[field].merge is Merge.SET
