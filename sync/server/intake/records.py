"""The typed record tables, a batch at a time: one SELECT per kind before the merge, one write per kind after it."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from functools import cache
from operator import attrgetter
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Wire, to_wire
from sync.merge import Tags
from sync.server.engine.appending import amend, append
from sync.server.engine.asking import among
from sync.server.engine.tables import RECORDS, record_key

MOST_UNKNOWN = 200
"""Fields of newer programs that one record holds."""
MOST_MEMBERS = 500
"""Codes in one list of a record, those that a change adds counted as if all of them were new."""
_BETWEEN = " "
"""No id of a record has one."""
_encode = msgspec.json.Encoder().encode
_decode = msgspec.json.Decoder().decode


@dataclass(slots=True)
class Stored:
    """A record as the province holds it. Fields never written hold their declared defaults and have no writer."""

    kind: str
    id: str
    scope: str
    born: str
    values: dict[str, Wire]
    writers: dict[str, str] = field(default_factory=dict)
    tags: dict[str, Tags] = field(default_factory=dict)
    stamps: dict[str, int] = field(default_factory=dict)
    extra: dict[str, Wire] = field(default_factory=dict)
    changed: set[str] = field(default_factory=set)
    """The columns of fields that do not stand in the table as they do here."""

    def value(self, name: str) -> Wire:
        return self.values[name] if name in self.values else self.extra.get(name)

    def put(self, name: str, value: Wire, writer: str) -> None:
        is_declared = name in self.values
        (self.values if is_declared else self.extra)[name] = value
        self.writers[name] = writer
        self.changed.add(name if is_declared else "extra")

    def put_declared(self, values: Mapping[str, Wire], writer: str) -> None:
        """What one change wrote in several fields, all of them declared."""
        self.values |= values
        self.writers |= dict.fromkeys(values, writer)
        self.changed |= values.keys()


class RecordPage:
    """The records that a batch touches."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], Stored] = {}
        self._kinds: dict[str, str] = {}
        self._touched: dict[tuple[str, str], bool] = {}
        """In the order in which they came, which indexes of ids like best: whether they are new."""

    def load(
        self, connection: Connection, changes: Iterable[Change], kinds: Mapping[str, str], at_hand: Iterable[Stored]
    ) -> None:
        """`kinds` are those of the records that there are, at least of those that `changes` speak of; `at_hand` are
        those that were read under the locks and not merged since."""
        self._records |= {(record.kind, record.id): record for record in at_hand}
        wanted: dict[str, set[str]] = {}
        for change in changes:
            if kinds.get(change.record) == change.kind and (change.kind, change.record) not in self._records:
                wanted.setdefault(change.kind, set()).add(change.record)
        for kind, ids in wanted.items():
            for record in read_records(connection, kind, ids):
                self._records[kind, record.id] = record
        self.know(kinds)

    def know(self, kinds: Mapping[str, str]) -> None:
        """Which ids are taken, and by records of which kind."""
        self._kinds |= kinds

    def kind_of(self, record: str) -> str | None:
        """Of which kind the record with this id is, wherever it lives; None for an id that is free.

        Conflicts are found by the record's id alone, and so is what a desk still has to send.
        """
        return self._kinds.get(record)

    def find(self, kind: str, record: str) -> Stored | None:
        return self._records.get((kind, record))

    def touch(self, change: Change, home: str) -> Stored:
        """The record that `change` is about; a new one is made in the scope `home`."""
        key = (change.kind, change.record)
        found = self._records.get(key)
        if found is None:
            found = Stored(change.kind, change.record, home, born_of(change), dict(_DEFAULTS[change.kind]))
            self._records[key] = found
            self._kinds[change.record] = change.kind
            self._touched[key] = True
        else:
            self._touched.setdefault(key, False)
        return found

    def flush(self, connection: Connection) -> None:
        for kind, records in sorted(self._touched_by_kind(is_new=True).items()):
            append(connection, RECORDS[kind], [_to_row(kind, record) for record in records])
        for kind, records in sorted(self._touched_by_kind(is_new=False).items()):
            amend(connection, RECORDS[kind], _amendments(kind, [record for record in records if record.changed]))
        self._touched.clear()

    def _touched_by_kind(self, *, is_new: bool) -> dict[str, list[Stored]]:
        found: dict[str, list[Stored]] = {}
        for key, made in self._touched.items():
            if made is is_new:
                found.setdefault(key[0], []).append(self._records[key])
        return found


def kinds_of(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """By id, the kinds of the records that there are, wherever they live."""
    if not ids:
        return {}
    together = func.aggregate_strings(record_key.c.record, _BETWEEN)
    held = select(record_key.c.kind, together).where(among(record_key.c.record, ids)).group_by(record_key.c.kind)
    return {record: kind for kind, records in connection.execute(held) for record in records.split(_BETWEEN)}


def read_records(connection: Connection, kind: str, ids: Iterable[str]) -> list[Stored]:
    """The records of a kind with these ids, as far as there are any."""
    table, wanted = RECORDS[kind], set(ids)
    rows = connection.execute(select(table).where(among(table.c.id, wanted))).all() if wanted else ()
    return [_from_row(kind, row) for row in rows]


def born_of(change: Change) -> str:
    """What made a record: the desk and its group of changes, for kinds that are written once but in two classes."""
    return f"{change.desk}/{change.group or change.id}"


def is_born_of(record: Stored, change: Change, names: Collection[str]) -> bool:
    """Whether the change is a part of what made the record; `names` are those of its desk's PC."""
    desk, _, group = record.born.partition("/")
    return desk in names and group == (change.group or change.id)


def outgrows(record: Stored, change: Change) -> bool:
    """Whether the record would hold more than any honest one: it is read and written whole with each change of it."""
    unknown = [name for name in change.fields if name not in record.values]
    if unknown and len(record.extra.keys() | set(unknown)) > MOST_UNKNOWN:
        return True
    lists = [(name, value) for name, value in change.set.items() if isinstance(value, list)]
    added = ((name, sum(code.startswith("+") for code in value)) for name, value in lists)
    return any(more and len(record.tags.get(name, ())) + more > MOST_MEMBERS for name, more in added)


_DEFAULTS = {
    kind: {name: to_wire(rule.default) for name, rule in declared.fields.items()} for kind, declared in KINDS.items()
}


def _from_row(kind: str, row: Sequence[Any]) -> Stored:
    """`row` has the columns in the order of the table."""
    record, scope, *fields, born, writers, tags, stamps, extra = row
    values = dict(zip(KINDS[kind].fields, fields, strict=True))
    for name, read in _READ_OTHERWISE[kind]:
        if values[name] is not None:
            values[name] = read(values[name])
    found = Stored(kind, record, scope, born, values, _decode(writers))
    if (tags, stamps, extra) != _NO_BOOKS:
        found.tags, found.stamps, found.extra = map(_decode, (tags, stamps, extra))
    for name in found.extra.keys() & values.keys():  # written when this program did not know the field yet
        values[name] = found.extra.pop(name)
        found.changed |= {name, "extra"}
    return found


def _to_row(kind: str, record: Stored) -> dict[str, Any]:
    row: dict[str, Any] = {**record.values, "id": record.id, "scope": record.scope, "born": record.born}
    for name, book in _BOOKS.items():
        row[name] = book(record)
    for name, written in _OTHERWISE[kind].items():
        row[name] = written(row[name])
    return row


def _amendments(kind: str, records: Sequence[Stored]) -> list[dict[str, Any]]:
    """Of records that there were the columns that changed, in any of them; mostly one field and who wrote it."""
    columns = ["id", *sorted(set().union(*(_columns_changed(record) for record in records)))]
    written = [_written(kind, name) for name in columns]
    return [{name: of(record) for name, of in zip(columns, written, strict=True)} for record in records]


def _columns_changed(record: Stored) -> Set[str]:
    books = (("tags", record.tags), ("stamps", record.stamps))
    return {"writers", *record.changed, *(name for name, book in books if book)}


@cache
def _written(kind: str, column: str) -> Callable[[Stored], Any]:
    """How what stands in a column is taken from a record."""
    if column == "id":
        return attrgetter("id")
    if column in _BOOKS:
        return _BOOKS[column]
    otherwise = _OTHERWISE[kind].get(column)
    return (lambda one: otherwise(one.values[column])) if otherwise else lambda one: one.values[column]


def _book(name: str) -> Callable[[Stored], str]:
    taken = attrgetter(name)
    return lambda record: _encode(taken(record)).decode() if taken(record) else _EMPTY


_EMPTY = "{}"
_NO_BOOKS = (_EMPTY, _EMPTY, _EMPTY)
_BOOKS = {name: _book(name) for name in ("writers", "tags", "stamps", "extra")}
"""Columns of JSON by field."""


def _sealed(value: Wire) -> Any:
    """What was sealed stands there as text, or not at all."""
    return value if isinstance(value, str) else None


def _open(value: Wire) -> Any:
    if isinstance(value, bool):
        return int(value)
    return _encode(value).decode() if isinstance(value, list) else value


_OTHERWISE = {
    kind: {
        name: _sealed if rule.data.is_sealed else _open
        for name, rule in declared.fields.items()
        if rule.type in (bool, tuple) or (rule.data.is_sealed and rule.type is not str)
    }
    for kind, declared in KINDS.items()
}
"""Fields whose values may stand in their column in another form than on the wire."""

_READ_OTHERWISE: dict[str, list[tuple[str, Callable[[Any], Wire]]]] = {
    kind: [
        (name, _decode if rule.type is tuple else bool)
        for name, rule in declared.fields.items()
        if rule.type in (bool, tuple) and not rule.data.is_sealed
    ]
    for kind, declared in KINDS.items()
}
"""And how they are read."""
