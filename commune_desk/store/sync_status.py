"""What waits, what is proven, and what was set aside: the honest numbers of the sync page."""

from __future__ import annotations

import msgspec

from commune_desk.domain.clock import stamp_instant, to_iso
from commune_desk.store import comparing, conflicts, roots, settings
from commune_desk.store.database import Connection
from commune_desk.store.journal import OPEN, UNSENT
from commune_desk.store.replica import LAST_CONTACT


class Waiting(msgspec.Struct, frozen=True):
    """Changes of one record kind that no receipt names yet."""

    kind: str
    records: int
    changes: int
    bytes: int


class SyncFacts(msgspec.Struct, frozen=True, kw_only=True):
    """Counted from the tables each time, never kept."""

    is_training: bool
    is_enrolled: bool
    frozen: str
    desk: str
    label: str
    address: str
    province: str
    waiting: tuple[Waiting, ...]
    oldest_waiting: str
    """Instant (ISO) of the oldest change that waits; empty when none does."""
    set_aside: int
    """Changes the province keeps aside and has not applied."""
    proven_changes: int
    proven_at: str
    """Instant of the last receipt; empty without one."""
    last_contact: str
    behind: int
    """Events the province has and this desk lacks, as of the last contact."""
    open_conflicts: int
    compared: comparing.Comparison = comparing.Comparison()
    """What the last comparison with the province found."""
    contradicted_at: str = ""
    """Instant at which the province contradicted what it had signed; empty while it never did."""

    @property
    def waiting_records(self) -> int:
        return sum(one.records for one in self.waiting)

    @property
    def waiting_changes(self) -> int:
        return sum(one.changes for one in self.waiting)

    @property
    def waiting_bytes(self) -> int:
        return sum(one.bytes for one in self.waiting)


def sync_facts(connection: Connection) -> SyncFacts:
    """The status of this desk, from its own tables."""
    own, contradiction = settings.identity(connection), roots.contradiction(connection)
    waiting, oldest = ((), None) if own.is_training else _waiting(connection, own.desk)
    receipt = connection.execute("SELECT accepted_n, at FROM receipt ORDER BY accepted_n DESC LIMIT 1").fetchone()
    aside = connection.execute(f"SELECT count(*) FROM change WHERE {OPEN} AND state='quarantined'").fetchone()[0]  # noqa: S608
    behind = connection.execute("SELECT COALESCE(sum(head_seq - seq), 0) FROM cursor WHERE head_seq > seq").fetchone()[
        0
    ]
    return SyncFacts(
        is_training=own.is_training,
        is_enrolled=own.pins is not None and own.desk != "",
        frozen=own.frozen,
        desk=own.desk,
        label=own.label,
        address=own.pins.address if own.pins else "",
        province=own.pins.name if own.pins else "",
        waiting=waiting,
        oldest_waiting=_instant(oldest),
        set_aside=aside,
        proven_changes=receipt[0] if receipt else 0,
        proven_at=receipt[1] if receipt else "",
        last_contact=settings.get(connection, LAST_CONTACT, str, ""),
        behind=behind,
        open_conflicts=conflicts.count_open(connection),
        compared=comparing.last(connection),
        contradicted_at=contradiction.at if contradiction else "",
    )


def _waiting(connection: Connection, desk: str) -> tuple[tuple[Waiting, ...], int | None]:
    """What waits by kind, and the stamp of the oldest. A training register is never asked: nothing of it is sent."""
    rows = connection.execute(
        "SELECT kind, count(DISTINCT record), count(*), sum(length(raw) + 89) FROM change"  # noqa: S608 - constants only
        f" WHERE {OPEN} AND state IN {UNSENT} AND desk IN ('', ?) GROUP BY kind ORDER BY kind",
        (desk,),
    ).fetchall()
    oldest = connection.execute(
        f"SELECT min(stamp) FROM change WHERE {OPEN} AND desk=? AND state IN ('waiting', 'sent')",  # noqa: S608
        (desk,),
    ).fetchone()[0]
    return tuple(Waiting(*row) for row in rows), oldest


def count_waiting(connection: Connection) -> int:
    """How many changes no receipt names yet."""
    row = connection.execute(f"SELECT count(*) FROM change WHERE {OPEN} AND state<>'quarantined'").fetchone()  # noqa: S608
    return int(row[0])


def _instant(stamp: int | None) -> str:
    return to_iso(stamp_instant(stamp)) if stamp else ""
