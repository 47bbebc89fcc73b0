"""The last rounds with the province, as numbers and codes: what the line carries, and what support may read.

Nothing here names anybody or any record: times, codes of faults, counts and bytes.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from commune_desk.domain.time.skew import ClockSkew
from commune_desk.store.changes.numbers import receipted_n
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx

ROUNDS = "sync_rounds"
MOST_ROUNDS = 200
"""Two days of rounds four times an hour; the oldest goes."""
WENT_WELL = "ok"
BULK_BYTES = 4096
"""An exchange of less tells how long the way is, not how much the line carries."""

_MEASURED = 8
_FADING = 0.7
"""What an older measure still counts, against the one after it: lines change."""


class Round(msgspec.Struct, frozen=True, kw_only=True, array_like=True):
    """One round as it ended. `at` is by this PC's clock, `province_at` the province's: empty if it was not there."""

    at: str
    province_at: str
    code: str
    """`ok`, or the name of the fault."""
    status: int
    """HTTP's, of the last exchange; 0 where no answer came."""
    pushed: int
    pulled: int
    set_aside: int
    conflicts: int
    sent: int
    received: int
    milliseconds: int
    bulk: int
    """Bytes of the exchanges that were large enough to measure the line by, and the time those took."""
    bulk_milliseconds: int


class Heard(msgspec.Struct, frozen=True):
    """The last round that went through as a whole: the province's time, and the last receipt that there was then.

    A receipt that came later says that the feeds have moved on since.
    """

    at: str = ""
    accepted_n: int = 0


def note_round(tx: Tx, done: Round, clock: ClockSkew) -> None:
    """Keep it, in the place of the oldest; with it goes when the province was there, and when all of it was heard.

    `clock` is what was last found of this PC's.
    """
    settings.put(tx.connection, ROUNDS, [*rounds(tx.connection), done][-MOST_ROUNDS:])
    if done.province_at:
        settings.put(tx.connection, settings.CONTACT_AT, done.province_at)
    if clock.at:
        settings.put(tx.connection, settings.CLOCK_SKEW, clock)
    if done.code == WENT_WELL:
        settings.put(tx.connection, settings.HEARD, Heard(done.province_at, receipted_n(tx.connection)))


def note_heard(tx: Tx, at: str, accepted_n: int) -> None:
    """A courier brought all that the province had at `at`, when it had signed for this desk's changes up to a number.

    What was heard since counts for more.
    """
    if at >= heard(tx.connection).at:
        settings.put(tx.connection, settings.HEARD, Heard(at, accepted_n))
        tx.topic("sync")


def set_contact_back(tx: Tx, at: str) -> None:
    """The province's clock had run ahead, and it is `at` there: no contact was later."""
    contact, last = settings.get(tx.connection, settings.CONTACT_AT, str, ""), heard(tx.connection)
    settings.put(tx.connection, settings.CONTACT_AT, min(contact, at))
    settings.put(tx.connection, settings.HEARD, msgspec.structs.replace(last, at=min(last.at, at)))


def heard(connection: Connection) -> Heard:
    return settings.get(connection, settings.HEARD, Heard, Heard())


def rounds(connection: Connection) -> list[Round]:
    """Oldest first."""
    return settings.get(connection, ROUNDS, list[Round], [])


def line_rate(done: Sequence[Round]) -> float:
    """Bytes in a second, both ways, of the last rounds that carried enough to tell; 0.0 where none did."""
    measured = [one for one in done if one.bulk and one.bulk_milliseconds][-_MEASURED:]
    carried = took = 0.0
    for one in measured:
        carried = carried * _FADING + one.bulk
        took = took * _FADING + one.bulk_milliseconds / 1000
    return carried / took if took else 0.0
