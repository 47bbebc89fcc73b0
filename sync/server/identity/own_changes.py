"""The numbers of the changes that the province writes itself, as a desk of its own."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Connection, update

from sync.change import Line, next_head
from sync.protocol import PROVINCE_DESK
from sync.server.engine import tables
from sync.server.engine.schema import unfounded
from sync.server.identity import desks
from sync.server.identity.province import Province


def own_desk(connection: Connection) -> desks.DeskState:
    """The province's own desk, locked for who writes next. Raises Refusal when `init` did not leave it."""
    state = desks.find_to_write(connection, PROVINCE_DESK)
    if state is None:
        raise unfounded()
    return state


def next_number(connection: Connection) -> int:
    return own_desk(connection).last_n + 1


def advance(connection: Connection, province: Province, lines: Sequence[Line]) -> None:
    """The lines, which bear the next numbers, are written down."""
    head = own_desk(connection).head
    for line in lines:
        head = next_head(head, line.digest)
    own = tables.desk.c.id == PROVINCE_DESK
    values = {"head": head, "seen_at": province.now()} | ({"last_n": lines[-1].change.n} if lines else {})
    connection.execute(update(tables.desk).where(own).values(values))
