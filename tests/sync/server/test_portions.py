"""How often a push is written: PostgreSQL is given the first part of a long one while the rest is merged."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pytest
from sqlalchemy import Connection, Table

from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from sync.server.engine.appending import append
from tests.sync.actors.server_fixtures import World


@pytest.mark.parametrize(
    ("pushed", "portions"), [(150, [150]), (299, [299]), (300, [150, 150]), (500, [150, 150, 200])]
)
def test_no_portion_is_smaller_than_what_is_worth_a_statement(
    world: World, monkeypatch: pytest.MonkeyPatch, pushed: int, portions: list[int]
) -> None:
    written: list[int] = []

    def counted(connection: Connection, table: Table, rows: Sequence[dict[str, Any]]) -> None:
        if table is tables.change and rows:
            written.append(len(rows))
        append(connection, table, rows)

    monkeypatch.setattr("sync.server.intake.ordering.append", counted)
    desk = world.desk()
    results = desk.results(*(desk.change("person", uuid7(), {"full_name": "Lò Thị Thử"}) for _ in range(pushed)))
    assert (results, written) == ([("ok", "")] * pushed, portions)
