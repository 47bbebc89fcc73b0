"""What was set aside because its record was not yet where it was written: found again once the record is there.

A province that was put back hears its desks in any order: what a commune wrote about a child who had come to it may be
there before the move. It keeps its number and its place in its desk's chain, and is merged behind the move.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import Connection, delete, select

from commune_desk.domain.records.kinds import KINDS
from sync.change import JOINED_TO, Change, Line, Verb
from sync.server.engine import tables
from sync.server.engine.asking import among
from sync.server.intake.standing import kept_line
from sync.server.intake.whereabouts import Route

MOST = 500
"""Changes that one record brings with it: more than anybody writes about a child until a backup's gap is closed."""
_ALIAS, _RESEAL, _UNSHARE = Verb.ALIAS, Verb.RESEAL, Verb.UNSHARE


def places_of(change: Change, route: Route | None) -> Sequence[tuple[str, str]]:
    """The scopes and records for which a change waits that was set aside as `moved`; none where it came too late."""
    if change.verb == _RESEAL:
        return [(change.to, change.record)]
    if change.verb == _UNSHARE:
        return [(scope, change.record) for scope in dict.fromkeys((change.scope, change.to))]
    if route is not None and route.is_late:
        return []
    owner = change.set.get(KINDS[change.kind].belongs_to)
    if route is not None and isinstance(owner, str):
        return [(change.scope, owner)]
    named = {change.record, str(change.set[JOINED_TO])} if change.verb == _ALIAS else {change.record}
    return [(change.scope, record) for record in sorted(named)]


def numbers_for(connection: Connection, scope: str, records: Collection[str]) -> Sequence[tuple[str, int]]:
    """Desk and number of what waits for these records to be in the scope; nearly always there is none."""
    table = tables.awaited
    if connection.scalar(select(table.c.n).where(table.c.scope == scope).limit(1)) is None:
        return []
    waits = select(table.c.desk, table.c.n).where(table.c.scope == scope, among(table.c.record, set(records)))
    asked = waits.distinct().order_by(table.c.desk, table.c.n).limit(MOST)
    return [(row.desk, row.n) for row in connection.execute(asked)]


def lines_of(connection: Connection, numbers: Sequence[tuple[str, int]]) -> list[Line]:
    """What these are, as it was written: each desk's in the order of its numbers, though its clock was set back."""
    aside, by_desk = tables.quarantine, {desk: [n for one, n in numbers if one == desk] for desk, _n in numbers}
    lines: list[tuple[int, Line]] = []
    for desk, wanted in by_desk.items():
        asked = select(aside.c.raw, aside.c.signature).where(aside.c.desk == desk, aside.c.n.in_(wanted))
        rows = connection.execute(asked.order_by(aside.c.n))
        kept, hour = [kept_line(row.raw, row.signature) for row in rows if row.raw], 0
        for line in kept:
            hour = max(hour, line.change.stamp)
            lines.append((hour, line))
    return [line for _hour, line in sorted(lines, key=lambda one: (one[0], one[1].change.desk, one[1].change.n))]


def settle(connection: Connection, change: Change, *, is_merged: bool) -> None:
    """It waits no more; once it is merged it is not set aside any more either."""
    for table in (tables.awaited, tables.quarantine) if is_merged else (tables.awaited,):
        connection.execute(delete(table).where(table.c.desk == change.desk, table.c.n == change.n))
