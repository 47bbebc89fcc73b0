"""The desks of a recording that keep a real register, and what they do between their syncs; then and at a replay."""

from __future__ import annotations

from pathlib import Path

from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import Clock
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.writing.transaction import Tx
from sync.client.enrol import Enrolment
from sync.client.transport import Transport
from tests.sync.actors.file_office import Place
from tests.sync.actors.real_desks import make_register
from tests.traces.trace import Rows

READERS = ("shelter", "neighbour", "newcomer")
"""`neighbour`: of the commune that a child moves to; `newcomer`: begins once everything has happened but the
order to erase."""
BEGINS_ANEW = 3
"""Before which of its syncs the newcomer begins anew from a snapshot."""
_TABLES = (*KINDS, "conflict")


def make_reader(path: Path, enrolment: Enrolment, clock: Clock) -> Place:
    """A desk with a register and no line yet: each sync gives it one."""
    make_register(path, enrolment)
    return Place(path, clock, _no_line)


def _no_line() -> Transport:
    raise AssertionError("a sync brings its own line")


def prepare(place: Place, name: str, sync: int) -> None:
    """What happens at the desk before that sync."""
    if (name, sync) == ("newcomer", BEGINS_ANEW):
        RegisterReplica(place.register, lambda _changes: None).begin_all_anew()


def rows_of(place: Place) -> Rows:
    return place.register.write(_rows).result()[0]


def _rows(tx: Tx) -> Rows:
    found: Rows = {}
    for table in _TABLES:
        cursor = tx.connection.execute(f"SELECT * FROM {table} ORDER BY id")
        names = [column[0] for column in cursor.description]
        found[table] = [dict(zip(names, row, strict=True)) for row in cursor.fetchall()]
    return found
