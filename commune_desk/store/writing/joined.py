"""Two records of one child: who is the same as whom in this register, and the rows that name the one who is kept.

A person who was joined names another in `joined_to`. What was signed stays as it is; the rows of this register, which
are made of it, name the person kept, so that every question about a child finds all of it. That is done in one place,
at the end of every transaction: whatever way a row came in, and however late.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

import msgspec

from commune_desk.domain.limits.erasure import ABOUT
from commune_desk.store.changes import writers
from commune_desk.store.engine.database import Connection
from sync.change import Change

_THEMSELVES = ("person", "child_file", "care_log_entry")
"""The records that are joined; their own fields go on naming what they named. And what names no person."""
_NAMING = {kind: fields for kind, fields in ABOUT.items() if kind not in _THEMSELVES}
"""By kind, the fields that name a person whose record may have been joined to another."""
_IN_THE_END = "SELECT kept FROM joined WHERE person=?"


def kept_of(connection: Connection, person: str) -> str:
    """The record that stands for the person: their own, or the one that it was joined to."""
    row = connection.execute(_IN_THE_END, (person,)).fetchone()
    return str(row[0]) if row else person


def end_of(connection: Connection, person: str) -> str:
    """Who is kept of all whom signed changes join the person to, as far as they are here; also before `settle`."""
    asked, way = "SELECT joined_to FROM person WHERE id=?", [person]
    while (row := connection.execute(asked, (way[-1],)).fetchone()) and row[0] and row[0] not in way:
        way.append(str(row[0]))
    return way[-1]


def records_of(connection: Connection, person: str) -> list[str]:
    """The records that are joined to the one of `person`: people and their child files."""
    people = joined_people(connection, person)
    files = "SELECT id FROM child_file WHERE person IN (SELECT person FROM joined WHERE kept=?) ORDER BY id"
    return [*people, *(row[0] for row in connection.execute(files, (person,)))]


def joined_people(connection: Connection, person: str) -> list[str]:
    """Who is joined to the person."""
    return [row[0] for row in connection.execute("SELECT person FROM joined WHERE kept=? ORDER BY person", (person,))]


def shown_instead(connection: Connection, kind: str, record: str) -> str:
    """The record that is shown where this one was joined: of the person kept, the person or the child file."""
    if kind == "person":
        return kept_of(connection, record)
    asked = (
        "SELECT g.id FROM child_file f JOIN joined j ON j.person=f.person JOIN child_file g ON g.person=j.kept"
        " WHERE f.id=? ORDER BY g.id LIMIT 1"
    )
    row = connection.execute(asked, (record,)).fetchone() if kind == "child_file" else None
    return str(row[0]) if row else record


def settle(connection: Connection, changed: Mapping[str, Collection[str]], people: Iterable[str]) -> set[str]:
    """Let rows name who is kept; `changed` are the records written since the last time, by kind.

    Returns those of `people` whose derived rows are to be made anew, the kept for the joined, and who else is touched.
    """
    before = _known(connection)
    after = _followed(connection) if "person" in changed else before
    if before == after == {}:
        return set(people)
    parted = {person: kept for person, kept in before.items() if after.get(person) != kept}
    for person, kept in parted.items():
        _name_as_written(connection, person, kept)
    if before != after:
        connection.execute("DELETE FROM joined")
        connection.executemany("INSERT INTO joined VALUES (?,?)", list(after.items()))
    for kind in _NAMING if before != after else _NAMING.keys() & changed.keys():
        _name_who_is_kept(connection, kind, after)
    fresh = {person: kept for person, kept in after.items() if before.get(person) != kept}
    touched = {*parted, *parted.values(), *fresh, *fresh.values(), *people}
    return touched | {after[person] for person in touched if person in after}


def _known(connection: Connection) -> dict[str, str]:
    return dict(connection.execute("SELECT person, kept FROM joined").fetchall())


def _followed(connection: Connection) -> dict[str, str]:
    """By person who is kept in the end, of those who are both here."""
    rows = connection.execute(
        "SELECT p.id, k.id FROM person p JOIN person k ON k.id=p.joined_to WHERE p.joined_to IS NOT NULL AND k.id<>p.id"
    )
    named = dict(rows.fetchall())
    ends = {person: _end(named, person) for person in named}
    return {person: end for person, end in ends.items() if end != person}


def _end(named: Mapping[str, str], person: str) -> str:
    """Two desks may close a ring, until the province has set one of the two aside: then the oldest id stands."""
    way = [person]
    while (following := named.get(way[-1])) is not None:
        if following in way:
            return min(way[way.index(following) :])
        way.append(following)
    return way[-1]


def _name_who_is_kept(connection: Connection, kind: str, kept: Mapping[str, str]) -> None:
    for field in _NAMING[kind]:
        named = f"UPDATE {kind} SET {field}=? WHERE {field}=?"  # noqa: S608 - declared names only
        connection.executemany(named, [(end, person) for person, end in kept.items()])


def _name_as_written(connection: Connection, person: str, kept: str) -> None:
    """The two are not one after all, as far as is known here: what was written of `person` names them again."""
    for kind, fields in _NAMING.items():
        for field in fields:
            ours = [(person, one) for one in _written_of(connection, kind, field, (person, kept))]
            connection.executemany(f"UPDATE {kind} SET {field}=? WHERE id=?", ours)  # noqa: S608


def parted_records(connection: Connection, kind: str, field: str, person: str) -> list[str]:
    """What was written of somebody who is one with nobody after all, and still names who was kept until `settle`."""
    kept = kept_of(connection, person)
    if kept == person or kind not in _NAMING or end_of(connection, person) != person:
        return []
    return _written_of(connection, kind, field, (person, kept))


def _written_of(connection: Connection, kind: str, field: str, two: tuple[str, str]) -> list[str]:
    """The records that name the second of the two and were written of the first."""
    rows = connection.execute(f"SELECT id, writers FROM {kind} WHERE {field}=?", two[1:]).fetchall()  # noqa: S608
    return [one for one, by in rows if written(connection, one, field, by) == two[0]]


def written(connection: Connection, record: str, field: str, by: str) -> object:
    """What the change says that wrote the field; a record that is written once names none in its `writers`, `by`."""
    writer = writers.parse(by).get(field, "")
    asked = "SELECT raw FROM change WHERE record=? AND length(raw)>0 ORDER BY id<>?, stamp DESC, id DESC"
    changes = (msgspec.json.decode(raw, type=Change) for (raw,) in connection.execute(asked, (record, writer)))
    return next((change.set[field] for change in changes if field in change.set), None)
