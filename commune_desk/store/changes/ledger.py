"""This desk's own numbering: gapless change numbers, the chain over them, its clock stamp, and the audit chain.

Held in memory by the single writer and rebuilt from the tables when the register opens, so that a save writes no
counter rows. A transaction that rolls back restores it.
"""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import msgspec

from commune_desk.domain.model.ids import DeskId
from commune_desk.domain.time.clock import Clock, HybridClock, from_iso, lies_ahead, to_iso
from commune_desk.domain.time.skew import MOST_OFF
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.changes.journal import OPEN, UNDER_WAY
from commune_desk.store.changes.numbers import begins_behind
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from sync import seal
from sync.change import GENESIS, Change, Line, next_head, write

PROVINCE_SCHEMA = "province_schema"


class ScopeSeal(msgspec.Struct, frozen=True):
    """The public key that a scope's sealed values are sealed to, and its id."""

    key: str
    public: bytes


class _State(msgspec.Struct, frozen=True):
    n: int
    head: bytes
    audit_seq: int
    audit_head: bytes


_WAITS = f"SELECT 1 FROM change WHERE {OPEN} AND state IN ('waiting', 'staged') LIMIT 1"  # noqa: S608
_STAGED = f"SELECT max(stamp) FROM change WHERE {OPEN} AND state='staged'"  # noqa: S608


class Ledger:
    """The writer's numbering. `desk` is empty while a restored register waits for its new desk id."""

    def __init__(self, connection: Connection, *, desk: DeskId, clock: Clock, audit_key: bytes) -> None:
        self.desk = desk
        self.may_number = desk != "" and not settings.get(connection, settings.AWAITS_PULL, bool, False)
        """Not before the province was heard: what it lacks comes first, and keeps the order in which it was typed."""
        self.province_schema = settings.get(connection, PROVINCE_SCHEMA, int, 1)
        """What the province's program knew when it was last heard; what needs more waits for a newer one."""
        self.clock = clock
        self._audit_key = audit_key
        self._state, stamp = self._read(connection)
        self._hybrid = HybridClock(clock, stamp)
        self._is_ended = False

    def _read(self, connection: Connection) -> tuple[_State, int]:
        last = connection.execute(
            f"SELECT n, head, stamp, {UNDER_WAY} FROM change WHERE desk=? AND n IS NOT NULL ORDER BY n DESC LIMIT 1",  # noqa: S608
            (self.desk,),
        ).fetchone()
        audit = connection.execute("SELECT seq, h FROM audit ORDER BY seq DESC LIMIT 1").fetchone()
        n, head, stamp, is_under_way = last or (0, GENESIS, 0, False)
        n, head = max((n, bytes(head)), begins_behind(connection, self.desk))
        seq, h = audit or (0, GENESIS)
        return _State(n, head, seq, bytes(h)), self._last_stamp(connection, stamp, is_under_way)

    def _last_stamp(self, connection: Connection, numbered: int, is_under_way: bool) -> int:
        """The stamp that the next one comes after.

        Only stamps written here: another desk's clock may stand in 2099, and nobody's last stamp comes after that.
        Where this PC's own stood there, its stamps stay there too, or what still waits would be read in a wrong order.
        They are of today again once nothing waits and the clock is right as far as the province's word goes. What a
        province that was put back is offered again after that keeps its place by its number alone.
        """
        now, told = self.now(), settings.get(connection, settings.CONTACT_AT, str, "")
        is_right = told != "" and now > from_iso(told) - MOST_OFF
        waits = connection.execute(_WAITS).fetchone() is not None
        if is_right and not is_under_way and not waits and lies_ahead(numbered, now):
            return 0
        (staged,) = connection.execute(_STAGED).fetchone()
        return max(numbered, staged or 0, self._stamp_before_late_numbers(connection))

    def _stamp_before_late_numbers(self, connection: Connection) -> int:
        """The last stamp when numbers were given late, as long as one of them waits: see `numbered_late`."""
        desk, n, stamp = settings.get(connection, settings.NUMBERED_LATE, tuple[str, int, int], ("", 0, 0))
        waits = "SELECT 1 FROM change WHERE desk=? AND n=? AND state='waiting'"
        return stamp if connection.execute(waits, (desk, n)).fetchone() else 0

    def end(self) -> None:
        """The register is to be removed: nothing is written down any more, for nobody would send it."""
        self._is_ended = True

    @property
    def is_ended(self) -> bool:
        return self._is_ended

    def require_going_on(self) -> None:
        """Raise Refusal once the register is to be removed."""
        if self._is_ended:
            raise Refusal(
                N_(
                    "The province has withdrawn this PC, all that was saved here is sent, and the register is being "
                    "removed. This entry was not saved; write it down elsewhere and tell the province."
                )
            )

    def mark(self) -> _State:
        return self._state

    def restore(self, mark: _State) -> None:
        self._state = mark

    def stamp(self) -> int:
        return self._hybrid.tick()

    def saw(self, *stamps: int) -> None:
        self._hybrid.saw(*stamps)

    def now(self) -> datetime:
        return self.clock.now()

    def number(self, change: Change) -> tuple[Line, bytes]:
        """The change with this desk's next number, written down, and the chain after it: what a push signs."""
        n = self._state.n + 1
        line = write(msgspec.structs.replace(change, desk=self.desk, n=n))
        head = next_head(self._state.head, line.digest)
        self._state = msgspec.structs.replace(self._state, n=n, head=head)
        return line, head

    def numbered_late(self, connection: Connection) -> None:
        """What was stamped before has its numbers now: the last number need not bear the last stamp any more."""
        settings.put(connection, settings.NUMBERED_LATE, (self.desk, self._state.n, self._hybrid.last))

    def audit(
        self, connection: Connection, *, officer: str, action: AuditAction, kind: str, record: str, detail: Any
    ) -> None:
        """Append to the audit chain: h = HMAC(audit key, previous h | the row)."""
        seq = self._state.audit_seq + 1
        row = [seq, to_iso(self.now()), officer, action.value, kind, record, _compact(detail)]
        h = seal.mac(self._audit_key, self._state.audit_head + _compact(row).encode())
        connection.execute("INSERT INTO audit VALUES (?,?,?,?,?,?,?,?)", (*row, h))
        self._state = msgspec.structs.replace(self._state, audit_seq=seq, audit_head=h)


def verify_audit(connection: Connection, audit_key: bytes) -> int | None:
    """The first audit row that does not follow from the one before it, or None when the chain holds."""
    previous, expected = GENESIS, 1
    for *row, h in connection.execute(
        "SELECT seq, at, officer, action, kind, record, detail, h FROM audit ORDER BY seq"
    ):
        if row[0] != expected or not seal.is_mac(bytes(h), audit_key, previous + _compact(row).encode()):
            return expected
        previous, expected = bytes(h), expected + 1
    return None


def _compact(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, separators=(",", ":"))
