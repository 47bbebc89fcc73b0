"""A push that meets a full disk, on the embedded engine: PostgreSQL's disk is its own server's."""

from __future__ import annotations

from typing import Any

import pytest
from sqlalchemy import event

from commune_desk.domain.model.ids import uuid7
from tests.sync.actors.server_fixtures import World


def test_a_full_disk_is_told_as_busy_and_nothing_is_kept(world: World, caplog: pytest.LogCaptureFixture) -> None:
    desk = world.desk()
    line = desk.change("person", uuid7(), {"full_name": "x"})
    pages = world.read(lambda connection: connection.exec_driver_sql("PRAGMA page_count").scalar_one())
    engine = world.province.database.engine
    engine.dispose()

    def fill(connection: Any, record: object) -> None:
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", fill)
    big = [desk.change("home_visit", uuid7(), {"observations": "ô" * 4000}) for _ in range(100)]
    reply = desk.push(line, *big)
    assert (reply.status, reply.code) == (503, "busy")
    assert reply.headers["retry-after"] == "30"
    assert "disk is full" in caplog.text.lower()
    caplog.clear()
    event.remove(engine, "connect", fill)
    engine.dispose()
    assert world.count("change") == 0
    assert desk.push(line, *big).status == 200
