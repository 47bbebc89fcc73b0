"""Every row that the province holds, and which of them something has written since."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sqlalchemy import select

from sync.server.engine import tables
from tests.sync.actors.server_fixtures import World

Row = Mapping[str, Any]
Rows = dict[str, frozenset[tuple[tuple[str, Any], ...]]]

OF_A_DESK = {
    "desk": "id",
    "signed_head": "desk",
    "quarantine": "desk",
    "awaited": "desk",
    "purge": "desk",
    "desk_health": "desk",
    "file_day": "desk",
    "enrol_code": "desk",
    "courier_parked": "desk",
    "courier_question": "desk",
}
"""Tables in which the province notes something of the desk that asks, and the column that says whose row it is."""


def rows_of(world: World) -> Rows:
    """All that stands in the province now, table by table."""

    def work(connection: Any) -> Rows:
        found = {}
        for name, table in tables.metadata.tables.items():
            rows = connection.execute(select(table)).mappings()
            found[name] = frozenset(tuple(row.items()) for row in rows)
        return found

    return world.read(work)


def written(before: Rows, after: Rows) -> Iterator[tuple[str, Row]]:
    """(table, row) of each that is new, changed or gone; a changed one is told twice, as it was and as it is."""
    for name in before:
        for row in sorted(before[name] ^ after[name], key=repr):
            yield name, dict(row)


def written_of_others(before: Rows, after: Rows, desk: str, is_own: Callable[[str, Row], bool]) -> list[str]:
    """Tables in which something was written that is neither what is noted of `desk` itself nor its own to write."""
    others = {
        name
        for name, row in written(before, after)
        if not (name in OF_A_DESK and row[OF_A_DESK[name]] == desk) and not is_own(name, row)
    }
    return sorted(others)
