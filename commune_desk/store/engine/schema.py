"""The tables that the record declarations ask for. Migrations are frozen SQL; a test holds the two together."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any, TypeVar, cast

from commune_desk.domain.model.record import Field, Record, Value, kind_of, record_from, values_of
from commune_desk.domain.records.kinds import KINDS, Kind
from commune_desk.store.engine.database import Connection

R = TypeVar("R", bound=Record)
_list = json.JSONEncoder(ensure_ascii=False).encode


def declared_columns(kind: Kind) -> list[tuple[str, str]]:
    """(name, SQL type) of each column of a kind's table, in order."""
    own = [(name, field.sql_type) for name, field in kind.fields.items()]
    return [("id", "TEXT"), ("scope", "TEXT"), ("writers", "TEXT"), *own]


def table_sql(kind: Kind) -> str:
    """The STRICT table of a kind, as the next migration would write it."""
    own = ",\n".join(f"  {name} {field.sql_type}" for name, field in kind.fields.items())
    return (
        f"CREATE TABLE {kind.name} (\n"
        "  id TEXT NOT NULL PRIMARY KEY,\n  scope TEXT NOT NULL,\n  writers TEXT NOT NULL DEFAULT '',\n"
        f"{own}\n) STRICT, WITHOUT ROWID;\n"
    )


def to_column(value: Value) -> Any:
    """A value as its column holds it: lists as JSON, yes/no as 1/0."""
    if isinstance(value, tuple):
        return _list(value) if value else None
    return int(value) if isinstance(value, bool) else value


def from_column(field: Field, stored: Any) -> Value:
    if field.type is tuple:
        return tuple(json.loads(stored)) if stored else ()
    if field.type is bool:
        return bool(stored)
    return stored  # type: ignore[no-any-return]


def read_record(kind: Kind, row: Sequence[Any]) -> tuple[Record, str]:
    """A record and its writers from a row of `SELECT`."""
    values = {
        name: value
        for (name, field), stored in zip(kind.fields.items(), row[3:], strict=True)
        if (value := from_column(field, stored)) is not None
    }
    return record_from(kind.name, row[0], row[1], values), row[2]


def _select(kind: Kind) -> str:
    return f"SELECT id, scope, writers, {', '.join(kind.fields)} FROM {kind.name}"  # noqa: S608 - declared names only


def _upsert(kind: Kind) -> str:
    names = ["id", "scope", "writers", *kind.fields]
    updates = ", ".join(f"{n}=excluded.{n}" for n in names[1:])
    marks = ", ".join("?" * len(names))
    return f"INSERT INTO {kind.name} ({', '.join(names)}) VALUES ({marks}) ON CONFLICT(id) DO UPDATE SET {updates}"  # noqa: S608


SELECT: Mapping[str, str] = {name: _select(kind) for name, kind in KINDS.items()}
SELECT_ONE: Mapping[str, str] = {name: sql + " WHERE id=?" for name, sql in SELECT.items()}
UPSERT: Mapping[str, str] = {name: _upsert(kind) for name, kind in KINDS.items()}


def write_record(connection: Connection, record: Record, written: str) -> None:
    """Put the record's row as it is given, with its `writers` column; only the write path may do this."""
    name = kind_of(record).name
    columns = [to_column(value) for value in values_of(record).values()]
    connection.execute(UPSERT[name], (record.id, record.scope, written, *columns))


def read_many(connection: Connection, struct: type[R], where: str, value: Any) -> tuple[R, ...]:
    """The records of a kind for which `where`, which takes `value`, holds."""
    entry = kind_of(struct)
    rows = connection.execute(f"{SELECT[entry.name]} WHERE {where}", (value,)).fetchall()
    return tuple(cast("R", read_record(entry, row)[0]) for row in rows)
