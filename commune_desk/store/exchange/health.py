"""How this desk stands, as its province is told: once a day over a line, and by each stick. No names."""

from __future__ import annotations

import msgspec

from commune_desk import __version__
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.time.clock import from_iso, local_day, stamp_instant, to_iso
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.store.changes.journal import OPEN, STAGED, UNSENT, WAITING
from commune_desk.store.changes.numbers import last_n
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx
from sync.purge_wire import Health, bounded

TOLD = "health_told"


class Told(msgspec.Struct, frozen=True):
    """When the province was told last, a day of its own, under which name, and of which program."""

    desk: str
    day: str
    program: str
    schema: int


def due(connection: Connection, now: str, found: ClockSkew) -> Health | None:
    """What the province is to be told at its time `now` (ISO); None where it was told today by this program.

    `found`: what the sync that is under way found of this PC's clock; else what the last one did counts.
    """
    own = settings.identity(connection)
    if settings.get(connection, TOLD, Told | None, None) == _told(own.desk, now):  # type: ignore[arg-type]
        return None
    clock = found if found.at else settings.get(connection, settings.CLOCK_SKEW, ClockSkew, ClockSkew())
    count, oldest = _unsent(connection, own.desk, UNSENT)
    return bounded(
        Health(
            waiting=count,
            oldest_waiting_at=oldest,
            clock_ahead=clock.seconds_ahead if clock.at else None,
            program_version=__version__,
            schema=SCHEMA_VERSION,
        )
    )


def carried(connection: Connection) -> Health:
    """What the bundles that are written now tell of it: what they bring, and what stays here without a number.

    Of the clock nothing, for it was compared at the last contact over a line, whenever that was.
    """
    desk = settings.identity(connection).desk
    staying, staying_since = _unsent(connection, desk, (STAGED,))
    _, carried_since = _unsent(connection, desk, (WAITING,))
    return bounded(
        Health(
            waiting=staying,
            oldest_waiting_at=staying_since,
            program_version=__version__,
            schema=SCHEMA_VERSION,
            carried_n=last_n(connection, desk),
            carried_since=carried_since,
        )
    )


def _unsent(connection: Connection, desk: str, states: tuple[str, ...]) -> tuple[int, str]:
    """How many changes made here are in one of these states, and since when the oldest of them is (ISO, or empty)."""
    among = ",".join("?" * len(states))
    count, oldest = connection.execute(
        f"SELECT count(*), min(stamp) FROM change WHERE {OPEN} AND state IN ({among}) AND desk IN ('', ?)",  # noqa: S608
        (*states, desk),
    ).fetchone()
    return count, to_iso(stamp_instant(oldest)) if oldest else ""


def note_told(tx: Tx, now: str) -> None:
    settings.put(tx.connection, TOLD, _told(tx.ledger.desk, now))


def _told(desk: str, now: str) -> Told:
    return Told(desk, local_day(from_iso(now)).isoformat(), __version__, SCHEMA_VERSION)
