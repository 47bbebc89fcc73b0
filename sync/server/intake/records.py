"""The typed record tables, a batch at a time: one SELECT per kind before the merge, one write per kind after it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import msgspec
from sqlalchemy import Connection, select

from commune_desk.domain.model.record import Field
from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Wire, to_wire
from sync.merge import Tags
from sync.server.engine.appending import append, put
from sync.server.engine.asking import among
from sync.server.engine.tables import RECORDS, record_key

MOST_UNKNOWN = 200
"""Fields of newer programs that one record holds."""
MOST_MEMBERS = 500
"""Codes in one list of a record, those that a change adds counted as if all of them were new."""
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

    def value(self, name: str) -> Wire:
        return self.values[name] if name in self.values else self.extra.get(name)

    def put(self, name: str, value: Wire, writer: str) -> None:
        target = self.values if name in self.values else self.extra
        target[name] = value
        self.writers[name] = writer


class RecordPage:
    """The records that a batch touches."""

    def __init__(self) -> None:
        self._records: dict[tuple[str, str], Stored] = {}
        self._kinds: dict[str, str] = {}
        self._touched: dict[tuple[str, str], bool] = {}
        """In the order in which they came, which indexes of ids like best: whether they are new."""

    def load(self, connection: Connection, changes: Iterable[Change], kinds: Mapping[str, str]) -> None:
        """`kinds` are those of the records that there are, at least of those that `changes` speak of."""
        wanted: dict[str, set[str]] = {}
        for change in changes:
            if kinds.get(change.record) == change.kind:
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
        for is_new, write in ((True, append), (False, put)):
            for kind, rows in sorted(self._rows_by_kind(is_new).items()):
                write(connection, RECORDS[kind], rows)
        self._touched.clear()

    def _rows_by_kind(self, is_new: bool) -> dict[str, list[dict[str, Any]]]:
        rows: dict[str, list[dict[str, Any]]] = {}
        for key in (key for key, made in self._touched.items() if made is is_new):
            rows.setdefault(key[0], []).append(_to_row(key[0], self._records[key]))
        return rows


def kinds_of(connection: Connection, ids: Collection[str]) -> dict[str, str]:
    """By id, the kinds of the records that there are, wherever they live."""
    held = select(record_key.c.record, record_key.c.kind).where(among(record_key.c.record, ids))
    return {record: kind for record, kind in connection.execute(held)} if ids else {}


def read_records(connection: Connection, kind: str, ids: Iterable[str]) -> list[Stored]:
    """The records of a kind with these ids, as far as there are any."""
    table = RECORDS[kind]
    rows = connection.execute(select(table).where(among(table.c.id, set(ids)))).mappings()
    return [_from_row(kind, dict(row)) for row in rows]


def born_of(change: Change) -> str:
    """What made a record: the desk and its group of changes, for kinds that are written once but in two classes."""
    return f"{change.desk}/{change.group or change.id}"


def is_born_of(record: Stored, change: Change, names: Collection[str]) -> bool:
    """Whether the change is a part of what made the record; `names` are those of its desk's PC."""
    desk, _, group = record.born.partition("/")
    return desk in names and group == (change.group or change.id)


def outgrows(record: Stored, change: Change) -> bool:
    """Whether the record would hold more than any honest one: it is read and written whole with each change of it."""
    unknown = [name for name in change.set.keys() | change.seal.keys() if name not in record.values]
    if unknown and len(record.extra.keys() | set(unknown)) > MOST_UNKNOWN:
        return True
    lists = ((name, value) for name, value in change.set.items() if isinstance(value, list))
    added = ((name, sum(code.startswith("+") for code in value)) for name, value in lists)
    return any(more and len(record.tags.get(name, ())) + more > MOST_MEMBERS for name, more in added)


_DEFAULTS = {
    kind: {name: to_wire(rule.default) for name, rule in declared.fields.items()} for kind, declared in KINDS.items()
}


def _from_row(kind: str, row: dict[str, Any]) -> Stored:
    values = {name: _read(declared, row[name]) for name, declared in KINDS[kind].fields.items()}
    books = {name: _decode(row[name]) for name in ("writers", "tags", "stamps", "extra")}
    for name in books["extra"].keys() & values.keys():
        values[name] = books["extra"].pop(name)  # written when this program did not know the field yet
    return Stored(kind, row["id"], row["scope"], row["born"], values, **books)


def _to_row(kind: str, record: Stored) -> dict[str, Any]:
    row: dict[str, Any] = {
        **record.values,
        "id": record.id,
        "scope": record.scope,
        "born": record.born,
        "writers": _encode(record.writers).decode(),
        "tags": _encode(record.tags).decode() if record.tags else "{}",
        "stamps": _encode(record.stamps).decode() if record.stamps else "{}",
        "extra": _encode(record.extra).decode() if record.extra else "{}",
    }
    for name, written in _OTHERWISE[kind]:
        row[name] = written(row[name])
    return row


def _sealed(value: Wire) -> Any:
    """What was sealed stands there as text, or not at all."""
    return value if isinstance(value, str) else None


def _open(value: Wire) -> Any:
    if isinstance(value, bool):
        return int(value)
    return _encode(value).decode() if isinstance(value, list) else value


_OTHERWISE = {
    kind: [
        (name, _sealed if rule.data.is_sealed else _open)
        for name, rule in declared.fields.items()
        if rule.type in (bool, tuple) or (rule.data.is_sealed and rule.type is not str)
    ]
    for kind, declared in KINDS.items()
}
"""Fields whose values may stand in their column in another form than on the wire."""


def _read(declared: Field, value: Any) -> Wire:
    if value is None or declared.data.is_sealed:
        return value  # type: ignore[no-any-return]
    if declared.type is tuple:
        return _decode(value)  # type: ignore[no-any-return]
    return bool(value) if declared.type is bool else value
