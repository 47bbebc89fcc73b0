"""Children who came to this place: moved here, or held as guests, until an officer has looked at them."""

from __future__ import annotations

from datetime import date

import msgspec

from commune_desk.domain.time.clock import from_iso, local_day
from commune_desk.store.engine.database import Connection
from sync.change import Verb

_UNSEEN = (
    " FROM arrival a JOIN person p ON p.id=a.record WHERE a.is_seen=0 AND a.record NOT IN (SELECT person FROM joined)"
)
"""Of two records of one child the one kept."""


class Arrival(msgspec.Struct, frozen=True, kw_only=True):
    """A person who came from the scope `come_from` on the local day `on`; a guest's home stays where it is."""

    person: str
    name: str
    birth_date: str | None
    come_from: str
    on: date
    is_guest: bool
    has_file: bool


def unseen(connection: Connection, most: int) -> list[Arrival]:
    """Who came and was not looked at yet, last first."""
    rows = connection.execute(
        "SELECT p.id, p.full_name, p.birth_date, a.come_from, a.at,"  # noqa: S608 - constants only
        " (SELECT json_extract(CAST(c.raw AS TEXT), '$.k') FROM change c WHERE c.id=a.change),"
        f" EXISTS (SELECT 1 FROM child_file f WHERE f.person=p.id){_UNSEEN} ORDER BY a.at DESC, p.id LIMIT ?",
        (most,),
    ).fetchall()
    return [
        Arrival(
            person=row[0],
            name=row[1],
            birth_date=row[2],
            come_from=row[3],
            on=local_day(from_iso(row[4])),
            is_guest=row[5] == Verb.SHARE,
            has_file=bool(row[6]),
        )
        for row in rows
    ]


def count_unseen(connection: Connection) -> int:
    """How many came and were not looked at yet."""
    return int(connection.execute(f"SELECT count(*){_UNSEEN}").fetchone()[0])


def is_unseen(connection: Connection, person: str) -> bool:
    """Whether the person came here and nobody has looked at them yet."""
    row = connection.execute("SELECT 1 FROM arrival WHERE record=? AND is_seen=0", (person,)).fetchone()
    return row is not None


def mark_seen(connection: Connection, person: str) -> bool:
    """Remember that somebody looked; whether that is new."""
    return connection.execute("UPDATE arrival SET is_seen=1 WHERE record=? AND is_seen=0", (person,)).rowcount > 0
