"""What the register remembers of erasures by law: by whose order, when, and the ids of what was here."""

from __future__ import annotations

from collections import Counter

import msgspec

from commune_desk.store.engine.database import Connection


class Erased(msgspec.Struct, frozen=True):
    """How many records were erased here by order of the province, and when the last of it was ordered (ISO).

    `unsent` is how many changes made here were dropped before the province had taken them in.
    """

    records: int = 0
    at: str = ""
    unsent: int = 0


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """One order to erase: when (an instant, ISO), whose and on what ground.

    `kinds` is how many records of each kind it took of what was asked about.
    """

    at: str
    who: str
    why: str
    kinds: dict[str, int]


_ORDERS = (
    "SELECT e.at, e.who, e.why, r.kind, e.change FROM erased_record r JOIN erasure e ON e.change=r.change"
    " WHERE r.{}=? ORDER BY e.at, e.change, r.kind"
)


def erased_here(connection: Connection) -> Erased:
    """What the register was told to erase, as far as it held it."""
    row = connection.execute("SELECT total(records), max(at) FROM erasure WHERE records>0").fetchone()
    unsent = connection.execute("SELECT count(*) FROM erased_unsent").fetchone()
    return Erased(int(row[0]), row[1] or "", int(unsent[0]))


def order_about(connection: Connection, record: str) -> Order | None:
    """The order by which the record was erased here; None for one that was not."""
    return next(iter(_orders(connection, "record", record)), None)


def orders_around(connection: Connection, person: str) -> tuple[Order, ...]:
    """Orders that took something of a person who stays, oldest first."""
    return tuple(_orders(connection, "about", person))


def is_erased(connection: Connection, record: str) -> bool:
    """Whether something of this id was here and was erased."""
    return connection.execute("SELECT 1 FROM erased_record WHERE record=? LIMIT 1", (record,)).fetchone() is not None


def _orders(connection: Connection, column: str, record: str) -> list[Order]:
    rows = connection.execute(_ORDERS.format(column), (record,)).fetchall()
    kinds: dict[str, Counter[str]] = {}
    orders: dict[str, tuple[str, str, str]] = {}
    for at, who, why, kind, change in rows:
        orders[change] = (at, who, why)
        kinds.setdefault(change, Counter())[kind] += 1
    return [Order(at=at, who=who, why=why, kinds=dict(kinds[change])) for change, (at, who, why) in orders.items()]
