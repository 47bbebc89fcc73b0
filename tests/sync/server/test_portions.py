"""How a push is written: PostgreSQL is handed the first parts of a long one while the rest is merged."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from sqlalchemy import Connection, Table

from commune_desk.domain.model.ids import uuid7
from sync.server.engine.appending import Rows
from sync.server.engine.copying import Staging, staged
from tests.sync.actors.server_fixtures import World


class _Counted:
    """Rows on their way, and how many were handed over at a time."""

    def __init__(self, real: Staging, written: list[int]) -> None:
        self._real, self._written = real, written
        self.place = real.place

    def add(self, rows: Rows) -> None:
        self._written.append(len(rows))
        self._real.add(rows)


@pytest.mark.parametrize(
    ("pushed", "portions"), [(149, [149]), (150, [150, 0]), (299, [150, 149]), (500, [150, 150, 150, 50])]
)
def test_a_portion_is_handed_over_as_soon_as_it_is_whole(
    world: World, monkeypatch: pytest.MonkeyPatch, pushed: int, portions: list[int]
) -> None:
    written: list[int] = []

    @contextmanager
    def counted(connection: Connection, table: Table, count: int) -> Iterator[Staging]:
        with staged(connection, table, count) as real:
            yield _Counted(real, written)

    monkeypatch.setattr("sync.server.intake.ordering.staged", counted)
    desk = world.desk()
    results = desk.results(*(desk.change("person", uuid7(), {"full_name": "Lò Thị Thử"}) for _ in range(pushed)))
    assert (results, written) == ([("ok", "")] * pushed, portions)
