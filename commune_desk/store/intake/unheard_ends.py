"""A child's file that was ended while somebody else wrote about the child, and neither had heard of the other.

A desk sends before it hears, and hears a feed in order. So of two changes that did not know of each other the author of
the one that comes later in the feed hears the other when its own is on its way, or has its place behind that: this desk
knows it then for certain, and no other does. It is noted with the page that tells it; see
`usecases.records.unheard_ends` for what comes of it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence

import msgspec

from commune_desk.domain.model.ids import is_shelter_scope
from commune_desk.domain.records.children import FOLLOWED
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.changes import writers
from commune_desk.store.changes.journal import UNDER_WAY
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing import joined
from commune_desk.store.writing.transaction import Tx
from sync import protocol
from sync.change import Change, Line, Verb

UNHEARD_ENDS = "unheard_ends"
"""The setting: what was noted and not acted upon."""
_STATUS = "status"
_OWNERS = {name: kind.belongs_to for name, kind in KINDS.items() if kind.belongs_to} | {"person": "id"}
_ABOUT_CHILD = " UNION ".join(f"SELECT id FROM {kind} WHERE {owner}=?1" for kind, owner in _OWNERS.items())  # noqa: S608
_ENDED = (
    "SELECT id, person, writers FROM child_file f WHERE status<>? AND person IN (SELECT value FROM json_each(?))"
    " AND NOT EXISTS (SELECT 1 FROM joined WHERE joined.person=f.person)"
)
_OWN_LATER = (
    "SELECT raw FROM change WHERE record IN (SELECT value FROM json_each(?))"  # noqa: S608 - constants only
    f" AND ((state='accepted' AND seq>?) OR {UNDER_WAY}) AND length(raw)>0"
)


class UnheardEnd(msgspec.Struct, frozen=True):
    """A file (its id), the change that ended it, and the change whose state that one's author had seen (None: none)."""

    file: str
    ended_by: str
    seen: str | None


def noted(connection: Connection) -> list[UnheardEnd]:
    """Those that nothing came of yet."""
    return settings.get(connection, UNHEARD_ENDS, list[UnheardEnd], [])


def settle(tx: Tx) -> None:
    """All of them were acted upon."""
    settings.put(tx.connection, UNHEARD_ENDS, [])


def note(tx: Tx, events: Sequence[tuple[protocol.Event, Line]]) -> None:
    """Look through what a page told for the first time, once it was applied, rows and places; in its transaction.

    Who hears a feed from its beginning once more had known of the rest when it wrote what waits for its place again.
    A house, which writes no child's file, notes nothing.
    """
    if is_shelter_scope(tx.actor.scope):
        return
    own = settings.names(tx.connection)
    heard = {line.change.id: (event.seq, line.change) for event, line in events if _says(line.change, own)}
    if not heard:
        return
    tx.settle()  # a row that came names who is kept by now
    found = [
        end
        for file, person, written in _ended_files(tx.connection, [change for _seq, change in heard.values()])
        if (end := _unheard(tx.connection, heard, file, person, writers.parse(written).get(_STATUS, "")))
    ]
    if found:
        known = [one for one in noted(tx.connection) if one.file not in {end.file for end in found}]
        settings.put(tx.connection, UNHEARD_ENDS, [*known, *found])


def _says(change: Change, own: Sequence[str]) -> bool:
    """Whether a colleague says something about a person or what is theirs, or decides that a file has ended."""
    return change.verb in (Verb.SET, Verb.RESOLVE) and change.kind in _OWNERS and change.desk not in own


def _ended_files(connection: Connection, said: Iterable[Change]) -> list[tuple[str, str, str]]:
    """(id, person, writers) of the ended files of those who something was said about."""
    of_kind: dict[str, set[str]] = {}
    for change in said:
        of_kind.setdefault(change.kind, set()).add(change.record)
    people: set[str] = set()
    for kind, records in of_kind.items():
        asked = f"SELECT {_OWNERS[kind]} FROM {kind} WHERE id IN (SELECT value FROM json_each(?))"  # noqa: S608
        people |= {row[0] for row in connection.execute(asked, (json.dumps(sorted(records)),)) if row[0]}
    people |= {joined.kept_of(connection, person) for person in people}
    return connection.execute(_ENDED, (FOLLOWED, json.dumps(sorted(people)))).fetchall()


def _unheard(
    connection: Connection, heard: dict[str, tuple[int, Change]], file: str, person: str, ended_by: str
) -> UnheardEnd | None:
    """The end of a file, if its author had not heard of what was written about the child, and the other way round."""
    about = {row[0] for row in connection.execute(_ABOUT_CHILD, (person,))} | {*joined.records_of(connection, person)}
    if ended_by in heard:
        seq, end = heard[ended_by]
        later = connection.execute(_OWN_LATER, (json.dumps(sorted(about)), seq)).fetchall()
        is_unheard = any(_says_more(msgspec.json.decode(raw, type=Change)) for (raw,) in later)
        return UnheardEnd(file, ended_by, end.base.get(_STATUS)) if is_unheard else None
    row = connection.execute(
        f"SELECT raw, seq, {UNDER_WAY} FROM change WHERE id=? AND state<>'received' AND length(raw)>0",  # noqa: S608
        (ended_by,),
    ).fetchone()
    if row is None:
        return None
    raw, place, is_under_way = row
    before = [one for seq, one in heard.values() if is_under_way or seq < (place or 0)]
    if any(one.record in about and _says_more(one) for one in before):
        return UnheardEnd(file, ended_by, msgspec.json.decode(raw, type=Change).base.get(_STATUS))
    return None


def _says_more(change: Change) -> bool:
    """Whether it says anything but how the file stands."""
    return change.verb == Verb.SET and set(change.fields) != {_STATUS}
