"""One value sealed to several keys: when its record comes to a place, that sealing stands which opens there.

Whoever hands a value on seals it for where the child lives at that time. A child who is back by then, or goes to a
place of before, has it sealed for another one; but among those before may be the place's own. All of them say the same.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set

import msgspec
from sqlalchemy import Connection, select, update

from commune_desk.domain.records.kinds import KINDS
from sync.change import Change, Verb, sealed_for
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.intake.records import Stored
from sync.server.intake.standing import lines_of

_RESEAL = Verb.RESEAL


def let_stand_what_opens(connection: Connection, records: Sequence[Stored], place: str) -> None:
    """Of each sealed value of these records, which come to `place`, let the sealing stand that opens there, if the one
    that stands says the same for another place."""
    for record in records:
        names = [name for name, rule in KINDS[record.kind].fields.items() if rule.data.is_sealed]
        writers = {record.writers[name] for name in names if name in record.writers}
        if all(sealed_for(line.change) == place for line in lines_of(connection, writers)):
            continue
        said = _said_of(connection, record.id)
        passed_over = _passed_over(connection, said)
        found = {
            name: _opening(said, record.writers.get(name, ""), name, place, passed_over=passed_over) for name in names
        }
        _write(connection, record, {name: change for name, change in found.items() if change is not None})


def _said_of(connection: Connection, record: str) -> dict[str, Change]:
    """The changes of a record by id."""
    change = tables.change
    ids = connection.scalars(select(change.c.id).where(change.c.record == record))
    return {line.change.id: line.change for line in lines_of(connection, ids)}


def _passed_over(connection: Connection, changes: Iterable[str]) -> set[tuple[str, str]]:
    """(change, field) of what never stood."""
    table = tables.outcome
    rows = connection.execute(select(table.c.change, table.c.field).where(among(table.c.change, set(changes))))
    return {(row.change, row.field) for row in rows}


def _opening(
    said: Mapping[str, Change], stands: str, name: str, place: str, *, passed_over: Set[tuple[str, str]]
) -> Change | None:
    """The first sealing for the place of the value that stands; None where it is that itself, or there is none."""
    if stands not in said or sealed_for(said[stands]) == place:
        return None
    value = _first(said, stands, name)
    there = (one for one in said.values() if name in one.seal and sealed_for(one) == place)
    same = (one for one in there if (one.id, name) not in passed_over and _first(said, one.id, name) == value)
    return min(same, key=lambda one: one.id, default=None)


def _first(said: Mapping[str, Change], change: str, name: str) -> str:
    """The change that wrote the value, which this one may seal again."""
    way = [change]
    while (one := said.get(way[-1])) is not None and one.verb == _RESEAL and (base := one.base.get(name)):
        if base in way:
            break
        way.append(base)
    return way[-1]


def _write(connection: Connection, record: Stored, opens: Mapping[str, Change]) -> None:
    if not opens:
        return
    for name, change in opens.items():
        record.put(name, change.seal[name], change.id)
    table = tables.RECORDS[record.kind]
    values = {name: change.seal[name] for name, change in opens.items()}
    writers = msgspec.json.encode(record.writers).decode()
    connection.execute(update(table).where(table.c.id == record.id).values(**values, writers=writers))
