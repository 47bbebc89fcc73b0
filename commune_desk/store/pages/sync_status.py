"""What waits, what is proven, and what was set aside: the honest numbers of the sync page."""

from __future__ import annotations

import msgspec

from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.store.changes import numbers
from commune_desk.store.changes.journal import OPEN, TAKEN_OVER, UNSENT
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.exchange import roots
from commune_desk.store.exchange.set_aside import Codes, entries_set_aside, sealings_set_aside
from commune_desk.store.exchange.sync_history import heard, line_rate, rounds
from commune_desk.store.files import file_queue
from commune_desk.store.intake import comparing, conflicts
from commune_desk.store.writing import erased

PACKED = 0.4
"""Of the bytes of changes, what zstd leaves of them (measured on a day's entries, signatures included)."""


class Waiting(msgspec.Struct, frozen=True):
    """Changes of one record kind that no receipt names yet."""

    kind: str
    records: int
    changes: int
    bytes: int


class Held(msgspec.Struct, frozen=True):
    """Of what waits that which the province's older program does not know yet."""

    records: int = 0
    changes: int = 0
    bytes: int = 0


class StaysHere(msgspec.Struct, frozen=True):
    """What waits and no stick takes along: changes that the province's older program does not know yet, changes that
    may not go before a reply was read in, files, which go over a line alone, and changes of a list that is not in the
    register yet."""

    held: int = 0
    later: int = 0
    files: int = 0
    listed: int = 0

    def __bool__(self) -> bool:
        return self != StaysHere()


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
    waiting_files: int
    """Files on their way up or down, and those the province refused."""
    set_aside_codes: Codes
    """Why the province keeps what was entered here aside and has not applied it, and how many for each reason."""
    proven_changes: int
    """The number of this desk's last change that a receipt names."""
    proven_at: str
    """The province's time on that receipt; empty without one."""
    own_changes: int
    """The number of this desk's last change."""
    last_contact: str
    """The province's time when it last proved that it is there; empty if it never did."""
    knows_heads: bool
    """Whether the province has said where the feeds of this desk's places end."""
    heard_at: str
    """The province's time on the last round that went through as a whole; empty if none did."""
    heard_changes: int
    """The number of this desk's last change that a receipt named at that time."""
    behind: int
    """Events the province has and this desk lacks, as of the last contact."""
    open_conflicts: int
    line_rate: float
    """Bytes in a second that the line carried of late; 0.0 if it was not measured."""

    held: Held = Held()
    listed: int = 0
    """How many of the waiting records are of a list that is not in the register yet: until then they do not go."""
    files_to_send: int = 0
    """Of the files those that were added here and wait to be sent."""
    sealings_set_aside: Codes = ()
    """The same of what was sealed again for another place: no entry of anybody's, and told in the log alone."""
    clock: ClockSkew = ClockSkew()
    """How far this PC's clock was off when the province last spoke over the line."""
    compared: comparing.Comparison = comparing.Comparison()
    """What the last comparison with the province found."""
    erased: erased.Erased = erased.Erased()
    contradicted_at: str = ""
    """Instant at which the province contradicted what it had signed; empty while it never did."""
    has_proof: bool = False
    """Whether what proves so can be shown to others: two signed statements that name nobody."""

    @property
    def set_aside(self) -> int:
        return sum(count for _code, count in self.set_aside_codes)

    @property
    def is_proven_whole(self) -> bool:
        """Whether province and desk have the same, as of the last contact, and that is proven, not supposed."""
        is_sent = not self.waiting_changes and not self.waiting_files and self.own_changes <= self.proven_changes
        return is_sent and self.is_heard and not self.behind and not self.set_aside and not self.differing

    @property
    def differing(self) -> int:
        """Records that the last comparison found here alone, or unlike the province's."""
        return self.compared.only_here + self.compared.unlike

    @property
    def is_heard(self) -> bool:
        """Whether the feeds were read to their ends since the province last took something in from here."""
        return self.knows_heads and self.heard_at != "" and self.heard_changes >= self.proven_changes

    @property
    def packed_bytes(self) -> int:
        """About what goes over the line of the waiting that may go."""
        return round((self.waiting_bytes - self.held.bytes) * PACKED)

    @property
    def seconds_to_send(self) -> float | None:
        """About how long that takes on this line; None where it was not measured."""
        return self.packed_bytes / self.line_rate if self.line_rate else None

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
    proven_n, proven_at = _last_receipt(connection)
    whole = heard(connection)
    under_way, _bytes, refused = file_queue.waiting(connection)
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
        held=Held() if own.is_training else _held(connection),
        listed=0 if own.is_training else _listed(connection),
        waiting_files=under_way + refused,
        files_to_send=file_queue.count_going_up(connection),
        set_aside_codes=entries_set_aside(connection),
        sealings_set_aside=sealings_set_aside(connection),
        proven_changes=proven_n,
        proven_at=proven_at,
        own_changes=numbers.last_n(connection, own.desk),
        last_contact=settings.get(connection, settings.CONTACT_AT, str, ""),
        knows_heads=connection.execute("SELECT 1 FROM cursor LIMIT 1").fetchone() is not None,
        heard_at=whole.at,
        heard_changes=whole.accepted_n,
        behind=behind,
        open_conflicts=conflicts.count_open(connection),
        line_rate=line_rate(rounds(connection)),
        clock=clock_of(connection),
        compared=comparing.last(connection),
        erased=erased.erased_here(connection),
        contradicted_at=contradiction.at if contradiction else "",
        has_proof=contradiction is not None and roots.proof(connection) is not None,
    )


def clock_of(connection: Connection) -> ClockSkew:
    """How far this PC's clock was off when the province last spoke over the line."""
    return settings.get(connection, settings.CLOCK_SKEW, ClockSkew, ClockSkew())


class _ReceiptTime(msgspec.Struct, frozen=True):
    at: str


def receipt_time(body: bytes) -> str:
    """The province's own time on a receipt that was verified when it came."""
    return msgspec.json.decode(body, type=_ReceiptTime).at


def _last_receipt(connection: Connection) -> tuple[int, str]:
    receipt = numbers.last_receipt(connection)
    return (receipt[0], receipt_time(receipt[1])) if receipt else (0, "")


def _waiting(connection: Connection, desk: str) -> tuple[tuple[Waiting, ...], int | None]:
    """What waits by kind, and the stamp of the oldest. A training register is never asked: nothing of it is sent."""
    rows = connection.execute(
        "SELECT kind, count(DISTINCT record), count(*), sum(length(raw) + 89) FROM change"  # noqa: S608 - constants only
        f" WHERE {OPEN} AND state IN {UNSENT} AND desk IN ('', ?) GROUP BY kind ORDER BY kind",
        (desk,),
    ).fetchall()
    oldest = connection.execute(
        f"SELECT min(stamp) FROM change WHERE {OPEN} AND desk=? AND state='waiting'",  # noqa: S608
        (desk,),
    ).fetchone()[0]
    return tuple(Waiting(*row) for row in rows), oldest


def _held(connection: Connection) -> Held:
    rows = connection.execute(
        "SELECT count(DISTINCT record), count(*), COALESCE(sum(length(raw) + 89), 0) FROM change"
        " WHERE state='staged' AND code IS NOT NULL"
    )
    return Held(*rows.fetchone())


def stays_here(connection: Connection) -> StaysHere:
    """What a stick that is written now leaves behind."""
    staged = connection.execute("SELECT count(*) FROM change WHERE state='staged'").fetchone()[0]
    taken_over, held = connection.execute(f"SELECT count(*), count(c.code) {TAKEN_OVER}").fetchone()
    return StaysHere(held, taken_over - held, file_queue.count_going_up(connection), staged - taken_over)


def count_waiting(connection: Connection) -> int:
    """How many changes no receipt names yet."""
    row = connection.execute(f"SELECT count(*) FROM change WHERE {OPEN} AND state<>'quarantined'").fetchone()  # noqa: S608
    return int(row[0])


def _listed(connection: Connection) -> int:
    row = connection.execute(
        f"SELECT count(DISTINCT record) FROM change WHERE {OPEN} AND state='staged'"  # noqa: S608 - constants only
        " AND import_id IN (SELECT id FROM import WHERE state<>'complete')"
    ).fetchone()
    return int(row[0])


def _instant(stamp: int | None) -> str:
    return to_iso(stamp_instant(stamp)) if stamp else ""
