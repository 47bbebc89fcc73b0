"""How this desk stands, as its province is told: once a day, and at once after an update of the program. No names."""

from __future__ import annotations

import msgspec

from commune_desk import __version__
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.time.clock import from_iso, local_day, stamp_instant, to_iso
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.store.changes.journal import IS_UNSENT, OPEN
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
    count, oldest = connection.execute(
        f"SELECT count(*), min(stamp) FROM change WHERE {OPEN} AND {IS_UNSENT} AND desk IN ('', ?)",  # noqa: S608
        (own.desk,),
    ).fetchone()
    return bounded(
        Health(
            waiting=count,
            oldest_waiting_at=to_iso(stamp_instant(oldest)) if oldest else "",
            clock_ahead=clock.seconds_ahead if clock.at else None,
            program_version=__version__,
            schema=SCHEMA_VERSION,
        )
    )


def note_told(tx: Tx, now: str) -> None:
    settings.put(tx.connection, TOLD, _told(tx.ledger.desk, now))


def _told(desk: str, now: str) -> Told:
    return Told(desk, local_day(from_iso(now)).isoformat(), __version__, SCHEMA_VERSION)
