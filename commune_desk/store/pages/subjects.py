"""Whom a record is about, for a title: the person's name, and the child it belongs to when it is a relative."""

from __future__ import annotations

import msgspec

from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.joined import kept_of


class Subject(msgspec.Struct, frozen=True):
    """`name` of the record's person; `of_child` whose family the person belongs to; `child` that child's id."""

    name: str = ""
    of_child: str = ""
    child: str = ""


_PERSON_OF = {
    "person": "SELECT id FROM person WHERE id=?",
    "child_file": "SELECT person FROM child_file WHERE id=?",
    "group_membership": "SELECT person FROM group_membership WHERE id=?",
    "relation": "SELECT person FROM relation WHERE id=?",
    "home_visit": "SELECT person FROM home_visit WHERE id=?",
    "report": "SELECT person FROM report WHERE id=?",
    "placement": "SELECT person FROM placement WHERE id=?",
    "attachment": "SELECT person FROM attachment WHERE id=?",
    "attachment_withdrawal": "SELECT person FROM attachment_withdrawal WHERE id=?",
    "task": "SELECT person FROM task WHERE id=?",
}


def subject_of(connection: Connection, kind: str, record: str) -> Subject:
    """Whom the record is about; of what is about nobody what it is called itself, and a task with whose it is."""
    query = _PERSON_OF.get(kind)
    row = connection.execute(query, (record,)).fetchone() if query else None
    if row is None or row[0] is None:
        return Subject(name=name_of(connection, record))
    person = kept_of(connection, row[0])
    name = name_of(connection, person)
    if kind == "task":
        name = " · ".join(filter(None, (name_of(connection, record), name)))
    has_file = connection.execute("SELECT 1 FROM child_file WHERE person=?", (person,)).fetchone()
    if has_file:
        return Subject(name=name, child=person)
    child = connection.execute(
        "SELECT p.id, p.full_name FROM relation r JOIN person p ON p.id=r.person WHERE r.relative=? LIMIT 1", (person,)
    ).fetchone()
    return Subject(name=name, of_child=child[1] if child else "", child=child[0] if child else person)


_NAMES = (
    "SELECT alias FROM placement WHERE person=? AND alias IS NOT NULL ORDER BY admitted_at DESC LIMIT 1",
    "SELECT full_name FROM person WHERE id=?",
    "SELECT display_name FROM officer WHERE id=?",
    "SELECT label FROM bed WHERE id=?",
    "SELECT head_name FROM household WHERE id=?",
    "SELECT alias FROM placement WHERE id=?",
    "SELECT title FROM task WHERE id=?",
)


def name_of(connection: Connection, record: str) -> str:
    """What a record is called in a line; whoever is or was in the house goes by the name of the house."""
    found = (connection.execute(query, (record,)).fetchone() for query in _NAMES)
    return next((str(row[0]) for row in found if row is not None and row[0]), "")
