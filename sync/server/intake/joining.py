"""Two records of one child: what stands against joining them, and which people are one by what was joined before.

A person who was joined names in `joined_to` the person kept, who may have been joined in turn. The chain ends in one
person, for nothing that would close it into a ring is taken in; all of it lives in one place and moves together.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from sync.change import JOINED_TO, Change
from sync.server.engine.asking import among
from sync.server.engine.tables import RECORDS
from sync.server.intake.records import Stored, read_records
from sync.server.intake.whereabouts import PERSON, Route

MOST_AS_ONE = 16
"""Records that are one child, at most: whoever joins more of them makes no child of them, but work for the province."""
JOINED = "joined"
"""The code of what speaks of a person who was joined otherwise before."""


def fault(connection: Connection, change: Change, route: Route | None) -> str | None:
    """Why the two may not be joined: the code of the quarantine, or None. Their place is locked."""
    if route is None or route.is_late:
        return "moved"
    if change.scope != route.home:
        return "scope"
    wanted = str(change.set[JOINED_TO])
    two = {one.id: one for one in read_records(connection, PERSON, [change.record, wanted])}
    if change.record not in two or wanted not in two or two[wanted].scope != route.home:
        return "moved"
    if not _have_files(connection, two):
        return "scope"
    former = two[change.record].value(JOINED_TO)
    if former is not None:
        return None if former == wanted else JOINED
    is_ring = _end_of(connection, two[wanted]) == change.record
    return JOINED if is_ring or len(one_with(connection, two)) > MOST_AS_ONE else None


def one_with(connection: Connection, people: Iterable[str]) -> set[str]:
    """The people themselves and all who are the same child as one of them: those joined to them, those they joined."""
    table = RECORDS[PERSON]
    found: set[str] = set()
    fresh = set(people)
    while fresh:
        found |= fresh
        kept = select(table.c.joined_to).where(among(table.c.id, fresh), table.c.joined_to.is_not(None))
        joined = select(table.c.id).where(among(table.c.joined_to, fresh))
        fresh = {*connection.scalars(kept), *connection.scalars(joined)} - found
    return found


def files_of_joined(connection: Connection, files: Iterable[str]) -> set[str]:
    """Of these child files those whose child was joined: the file of the person kept is the child's."""
    file, person = RECORDS["child_file"], RECORDS[PERSON]
    asked = select(file.c.id).join(person, person.c.id == file.c.person)
    return set(connection.scalars(asked.where(among(file.c.id, set(files)), person.c.joined_to.is_not(None))))


def _have_files(connection: Connection, people: Iterable[str]) -> bool:
    """Whether all of them are children of the register."""
    wanted, table = set(people), RECORDS["child_file"]
    return wanted <= set(connection.scalars(select(table.c.person).where(among(table.c.person, wanted))))


def _end_of(connection: Connection, person: Stored) -> str:
    """Who is kept, at the end of the chain that begins with `person`."""
    named = person.value(JOINED_TO)
    while isinstance(named, str):
        (person,) = read_records(connection, PERSON, [named])
        named = person.value(JOINED_TO)
    return person.id
