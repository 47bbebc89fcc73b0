"""How a desk said last that it stands: for who looks after the PCs, and nothing that anybody is judged by."""

from __future__ import annotations

from sqlalchemy import Connection, insert, update

from sync.purge_wire import LONGEST_VERSION, Health
from sync.server.engine import tables
from sync.server.engine.database import reach_of
from sync.server.identity import desks
from sync.server.identity.province import Province


def keep_health(province: Province, caller: desks.DeskState, said: Health) -> None:
    """Keep it in the place of what the desk said before; an older program says nothing."""
    if not said.program_version:
        return
    told = {
        "said_at": province.now(),
        "waiting": said.waiting,
        "oldest_at": said.oldest_waiting_at if said.waiting else "",
        "clock_ahead": said.clock_ahead,
        "program_version": said.program_version[:LONGEST_VERSION],
        "schema": said.schema,
    }

    def work(connection: Connection) -> None:
        table = tables.desk_health
        if not connection.execute(update(table).where(table.c.desk == caller.id).values(told)).rowcount:
            connection.execute(insert(table).values(told | {"desk": caller.id}))

    province.database.write(work, reach_of(caller.id, ()))
