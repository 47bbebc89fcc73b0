"""How a desk said last that it stands: for who looks after the PCs, and nothing that anybody is judged by."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, insert, select, update

from commune_desk.domain.time.clock import from_iso
from sync.instant import is_instant
from sync.purge_wire import LONGEST_VERSION, Health
from sync.server.engine import tables
from sync.server.engine.database import reach_of
from sync.server.identity import desks
from sync.server.identity.province import Province


def keep_health(province: Province, caller: desks.DeskState, said: Health) -> None:
    """Keep it in the place of what the desk said before; an older program says nothing."""
    if not said.program_version:
        return
    told = _row(said, said_at=province.now(), clock_ahead=said.clock_ahead)
    province.database.write(lambda connection: _put(connection, caller.id, told), reach_of(caller.id, ()))


def keep_carried(province: Province, caller: desks.DeskState, said: Health, written_at: str) -> None:
    """The same of a bundle that was written at `written_at` by the desk's clock, unless something later was heard.

    Which is later, its numbers say, and that clock only between two of the same number. That it is ahead is certain
    where it wrote at a time that has not come yet; that it is behind a stick does not show.
    """
    if not said.program_version:
        return
    now = province.now()
    said_at = min(written_at, now) if is_instant(written_at) else now
    ahead = int((from_iso(written_at) - from_iso(now)).total_seconds()) if written_at > said_at else None
    carried = {"carried_n": said.carried_n, "carried_since": said.carried_since}
    told = _row(said, said_at=said_at, clock_ahead=ahead) | carried

    def work(connection: Connection) -> None:
        table = tables.desk_health
        last = connection.execute(select(table).where(table.c.desk == caller.id)).one_or_none()
        heard = max(caller.last_n, (last.carried_n or 0) if last else 0)
        is_older = last is not None and said.carried_n == heard and said_at < last.said_at
        if said.carried_n >= heard and not is_older:
            _put(connection, caller.id, told)

    province.database.write(work, reach_of(caller.id, ()))


def _row(said: Health, *, said_at: str, clock_ahead: int | None) -> dict[str, Any]:
    return {
        "said_at": said_at,
        "waiting": said.waiting,
        "oldest_at": said.oldest_waiting_at if said.waiting else "",
        "clock_ahead": clock_ahead,
        "program_version": said.program_version[:LONGEST_VERSION],
        "schema": said.schema,
        "carried_n": None,
        "carried_since": None,
    }


def _put(connection: Connection, desk: str, told: dict[str, Any]) -> None:
    table = tables.desk_health
    if not connection.execute(update(table).where(table.c.desk == desk).values(told)).rowcount:
        connection.execute(insert(table).values(told | {"desk": desk}))
