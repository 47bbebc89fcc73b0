"""What lies in the province's file and in a register's, read as rows: the observer's eyes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import msgspec
from sqlalchemy import Connection, Select, and_, false, not_, or_, select

from commune_desk.store.desk.register import Register
from sync.change import Change
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import Province

T = TypeVar("T")


class Own(msgspec.Struct, frozen=True):
    """A change that was typed at a desk, under its present name or a former one. Without a number it waits for one."""

    id: str
    desk: str
    n: int | None
    raw: bytes
    state: str

    @property
    def change(self) -> Change:
        return msgspec.json.decode(self.raw, type=Change)


class Fed(msgspec.Struct, frozen=True):
    """A change in a feed of the province."""

    seq: int
    change: Change
    received_at: str
    status: str
    chain: bytes
    digest: bytes


def asked(province: Province, work: Callable[[Connection], T]) -> T:
    """What a function of a connection finds at the province."""
    return province.database.read(work, WHOLE_PROVINCE)


def rows(province: Province, statement: Select[Any]) -> list[Any]:
    return asked(province, lambda connection: list(connection.execute(statement)))


def feed_after(province: Province, places: dict[str, int]) -> list[Fed]:
    """All that was ordered since, by scope and place."""
    feed, change = tables.feed, tables.change
    columns = (feed.c.scope, feed.c.seq, feed.c.chain, change.c.raw, change.c.received_at, change.c.status)
    statement = select(*columns, change.c.digest).join(change, change.c.id == feed.c.change)
    known = [and_(feed.c.scope == scope, feed.c.seq <= place) for scope, place in places.items()]
    found = rows(province, statement.where(not_(or_(false(), *known))).order_by(feed.c.scope, feed.c.seq))
    return [
        Fed(row.seq, msgspec.json.decode(row.raw, type=Change), row.received_at, row.status, row.chain, row.digest)
        for row in found
    ]


def typed_at(register: Register) -> list[Own]:
    """All that was typed there and is still in its journal, in order."""
    found = register.reader.execute(
        "SELECT id, desk, n, raw, state FROM change WHERE state<>'received' ORDER BY stamp, id"
    ).fetchall()
    return [Own(*row) for row in found]


def cursors(register: Register) -> dict[str, int]:
    return dict(register.reader.execute("SELECT scope, seq FROM cursor").fetchall())
