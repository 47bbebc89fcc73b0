"""The changes that the province writes itself, as a desk of its own: their numbers, their author and signature."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence

from sqlalchemy import Connection, update

from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.records.kinds import SCHEMA_VERSION
from commune_desk.domain.time.clock import HybridClock
from sync.change import Change, Line, next_head, sign
from sync.protocol import PROVINCE_DESK
from sync.server.engine import tables
from sync.server.engine.schema import unfounded
from sync.server.identity import desks
from sync.server.identity.province import Province, fact


def own_desk(connection: Connection) -> desks.DeskState:
    """The province's own desk, locked for who writes next. Raises Refusal when `init` did not leave it."""
    state = desks.find_to_write(connection, PROVINCE_DESK)
    if state is None:
        raise unfounded()
    return state


def sign_own(
    connection: Connection, province: Province, group: str, drafts: Iterable[Callable[..., Change]]
) -> list[Line]:
    """One change of each draft, all of `group`, numbered on from the province's last; `advance` writes that down."""
    officer, clock = fact(connection, "officer"), HybridClock(province.clock)
    changes = [
        draft(
            id=uuid7(), desk=PROVINCE_DESK, n=n, officer=officer, stamp=clock.tick(), schema=SCHEMA_VERSION, group=group
        )
        for n, draft in enumerate(drafts, start=own_desk(connection).last_n + 1)
    ]
    return [sign(change, province.keys.province_desk) for change in changes]


def advance(connection: Connection, province: Province, lines: Sequence[Line]) -> None:
    """The lines, which bear the next numbers, are written down."""
    head = own_desk(connection).head
    for line in lines:
        head = next_head(head, line.digest)
    own = tables.desk.c.id == PROVINCE_DESK
    values = {"head": head, "seen_at": province.now()} | ({"last_n": lines[-1].change.n} if lines else {})
    connection.execute(update(tables.desk).where(own).values(values))
