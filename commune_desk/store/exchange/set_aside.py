"""What the province keeps aside: entries of people; and what was only sealed again for another place, which are none.

A value that was sealed again says what was said before. Where the province does not take it, nothing of anybody's is
lost, and nobody here can do anything about it: it is told to support, in the log, and to no officer.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import msgspec

from commune_desk.domain.model.batches import batched
from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.store.changes.journal import OPEN
from commune_desk.store.engine.database import Connection
from sync.change import Verb

Codes = tuple[tuple[str, int], ...]
"""Why, by the province's code, and how many changes for each reason."""


class SetAside(msgspec.Struct, frozen=True):
    """A record of which the province keeps something aside: why, how it was written (`verb`, empty for an entry), and
    when (ISO instant) by the clock of the desk; of several changes the last one."""

    kind: str
    record: str
    code: str
    verb: str
    at: str


_VERB = "COALESCE(json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.k'), '')"
_SEALS_AGAIN = f"{_VERB}='{Verb.RESEAL}'"
_ASIDE = f"FROM change WHERE {OPEN} AND state='quarantined'"


def entries_set_aside(connection: Connection) -> Codes:
    """What people entered here and the province has not applied."""
    return _counted(connection, f"NOT {_SEALS_AGAIN}")


def sealings_set_aside(connection: Connection) -> Codes:
    """What this desk sealed again for another place, and the province did not take."""
    return _counted(connection, _SEALS_AGAIN)


def records_set_aside(connection: Connection, most: int) -> tuple[list[SetAside], int]:
    """The records of which people's entries are kept aside, the `most` last ones, and how many there are besides."""
    which = f"{_ASIDE} AND NOT {_SEALS_AGAIN}"
    rows = connection.execute(
        f"SELECT kind, record, COALESCE(code, ''), {_VERB}, max(stamp) {which}"
        " GROUP BY record ORDER BY max(stamp) DESC, record LIMIT ?",
        (most,),
    )
    found = [
        SetAside(kind, record, code, verb, to_iso(stamp_instant(stamp))) for kind, record, code, verb, stamp in rows
    ]
    records = connection.execute(f"SELECT count(DISTINCT record) {which}").fetchone()[0]
    return found, records - len(found)


def count_entries(connection: Connection, changes: Iterable[str]) -> int:
    """How many of these changes are entries of people that the province keeps aside."""
    return sum(_count_some(connection, some) for some in batched(dict.fromkeys(changes)))


def _count_some(connection: Connection, changes: Sequence[str]) -> int:
    marks = ",".join("?" * len(changes))
    asked = f"SELECT count(*) FROM change WHERE id IN ({marks}) AND state='quarantined' AND NOT {_SEALS_AGAIN}"  # noqa: S608
    return int(connection.execute(asked, changes).fetchone()[0])


def _counted(connection: Connection, which: str) -> Codes:
    rows = connection.execute(f"SELECT COALESCE(code, ''), count(*) {_ASIDE} AND {which} GROUP BY 1 ORDER BY 1")
    return tuple((code, count) for code, count in rows.fetchall())
