"""This register's own facts: which desk it is, the keys it signs with, the province it is pinned to."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TypeVar

import msgspec

from commune_desk.domain.time.clock import OUTLIVED, WRITTEN, from_iso
from commune_desk.domain.time.skew import ClockSkew
from commune_desk.store.engine.database import Connection

IDENTITY = "identity"
AWAITS_PULL = "awaits_pull"
"""Set while a re-enrolled register has not yet seen what the province holds of its former desk."""
HEARS_ALL = "hears_all"
"""Set with it where the province may have lost what it had: its feeds are heard from their beginning."""

CONTACT_AT = "last_contact"
"""The province's own time when it last proved that it is there (the first versions put down this PC's)."""
CLOCK_SKEW = "clock_skew"
"""How far this PC's clock was off at the last contact over the line, see `domain.time.skew.ClockSkew`."""
HEARD = "heard"
"""When a round last went through as a whole, see `store.exchange.sync_history.Heard`."""
METERED_TOO = "metered_too"
"""Whether this desk syncs by itself on a line that is paid by volume."""
NUMBERED_LATE = "numbered_late"
"""Desk and number of the last change that was numbered after it was written, and the last stamp of that moment."""
NUMBERED_BEHIND = "numbered_behind"
"""Desk, number and chain behind which it numbers: a copy of its register has given the numbers up to there."""
NUMBER_MARK = "number_mark"
"""What stands in the numbers that a register gives out which has no desk of its own, until it is enrolled anew."""
STATES_LOOKED_AT = "states_looked_at"
"""How far the feed of a house was heard when the states of its stays were looked at last."""
PAUSED = "paused"
"""Whether somebody paused the sync of this desk and nobody has resumed it."""

REMOVED_OFFICERS = "removed_officers"
"""Ids of officers whose slot was taken away: an older keyfile, put back, still has it."""


COURIER_KEY_BYTES = 32
_A_DAY, _A_WEEK = timedelta(days=1), timedelta(days=7)


class Pins(msgspec.Struct, frozen=True, kw_only=True):
    """What enrolment pinned of the province; nothing here but `courier_public` is ever fetched anew from the server."""

    address: str
    ca_pem: bytes
    authority_public: bytes
    escrow_public: bytes
    name: str = ""
    courier_public: bytes = b""
    """Bundles and a locked desk's pushes are sealed to it; empty until a page that the province signed has named it."""


class Identity(msgspec.Struct, frozen=True, kw_only=True):
    """Who this register is. A training register has no pins and can never sync.

    `desk` is empty in a restored register until it is enrolled anew; `former` keeps the ids it had.
    """

    db_id: str
    desk: str
    label: str
    scope: str
    role: str
    signing: bytes
    box: bytes
    doorbell: bytes
    epoch: str = ""
    is_training: bool = False
    former: tuple[str, ...] = ()
    pins: Pins | None = None
    frozen: str = ""
    """Why sync stopped until a person decides (restored, fork, revoked, epoch, resync, split); empty: all is well."""


class ScopeKeyPair(msgspec.Struct, frozen=True):
    """A scope's sealing key; `private` is None where this desk may only seal."""

    scope: str
    key: str
    public: bytes
    private: bytes | None


T = TypeVar("T")


def get(connection: Connection, name: str, kind: type[T], default: T) -> T:
    """A stored setting of type `kind`, or `default`."""
    row = connection.execute("SELECT value FROM setting WHERE name=?", (name,)).fetchone()
    return msgspec.json.decode(row[0], type=kind) if row else default


def latest(connection: Connection, now: datetime) -> datetime:
    """The latest instant that may have come: `now` by this PC's clock, or what the province told last if that is later.

    At a PC whose clock is behind, the hours of today would be of the future and no work could be written down.
    """
    told = get(connection, CONTACT_AT, str, "")
    return max(now, from_iso(told), present(connection, now)) if told else now


def present(connection: Connection, now: datetime) -> datetime:
    """The present: `now` by this PC's clock, unless that is surely behind the province's.

    Of two clocks that are days apart either may be wrong, and the province's tells the time to every PC. It goes on by
    as much as this one has gone on since it was found to be off, as long as it is plainly the same clock.
    """
    told = get(connection, CONTACT_AT, str, "")
    if not told:
        return now
    last = from_iso(told)
    if last <= now or last > OUTLIVED or (now >= WRITTEN and last - now >= _A_DAY):
        return now
    gone_on = now - timedelta(seconds=get(connection, CLOCK_SKEW, ClockSkew, ClockSkew()).seconds_ahead)
    return gone_on if last <= gone_on <= last + _A_WEEK else last


def put(connection: Connection, name: str, value: object) -> None:
    """Store a setting; the caller holds the write transaction."""
    connection.execute(
        "INSERT INTO setting VALUES (?,?) ON CONFLICT(name) DO UPDATE SET value=excluded.value",
        (name, msgspec.json.encode(value)),
    )


def drop(connection: Connection, name: str) -> None:
    """The setting says nothing any more; the caller holds the write transaction."""
    connection.execute("DELETE FROM setting WHERE name=?", (name,))


def identity(connection: Connection) -> Identity:
    row = connection.execute("SELECT value FROM setting WHERE name=?", (IDENTITY,)).fetchone()
    return msgspec.json.decode(row[0], type=Identity)


def names(connection: Connection) -> tuple[str, ...]:
    """Every id under which this register ever wrote, the present one first."""
    own = identity(connection)
    return (own.desk, *own.former)


def note_removed(connection: Connection, officer: str) -> None:
    """The officer may not open this register any more."""
    put(connection, REMOVED_OFFICERS, [*get(connection, REMOVED_OFFICERS, list[str], []), officer])


def forget_removed(connection: Connection, officer: str) -> None:
    """The officer could not be removed after all."""
    others = [one for one in get(connection, REMOVED_OFFICERS, list[str], []) if one != officer]
    put(connection, REMOVED_OFFICERS, others)


def is_removed(connection: Connection, officer: str) -> bool:
    return officer in get(connection, REMOVED_OFFICERS, list[str], [])


def put_scope_keys(connection: Connection, pairs: Iterable[ScopeKeyPair]) -> None:
    """Keep sealing keys; a private half once held is never overwritten by nothing."""
    connection.executemany(
        "INSERT INTO scope_key (key, scope, public, private) VALUES (?,?,?,?)"
        " ON CONFLICT(key) DO UPDATE SET private=COALESCE(excluded.private, scope_key.private)",
        [(p.key, p.scope, p.public, p.private) for p in pairs],
    )


def replace_scope_keys(connection: Connection, pairs: list[ScopeKeyPair]) -> None:
    """Keep the keys of a new enrolment. Former ones of the same places open what was sealed to them, and no more."""
    connection.executemany("UPDATE scope_key SET scope='' WHERE scope=? AND key<>?", [(p.scope, p.key) for p in pairs])
    put_scope_keys(connection, pairs)
