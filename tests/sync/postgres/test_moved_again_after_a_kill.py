"""A move of the store that was killed leaves rows in the database: the next one says so, however early that was."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import pytest
from psycopg.errors import UniqueViolation
from sqlalchemy import Connection, Table

from sync.server.engine import schema, tables
from sync.server.engine.address import PostgresAddress
from sync.server.engine.appending import append
from sync.server.lifecycle import moving
from tests.helpers.postgres_cluster import PostgresCluster
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import Done, command, province_in
from tests.sync.moves.test_server_moves import Child

WAYS = ("by its log", "as it is")
"""A province in which something was erased is copied as it is."""


class _Killed(BaseException):
    """The process ends at once."""


class Killed:
    """A province whose move ended when the first table of all had come over."""

    def __init__(self, folder: Path, target: PostgresAddress) -> None:
        self._folder, self._target = folder, target

    def move(self, name: str) -> Done:
        to = ["--to", self._target.url, "--owner", self._target.owner]
        return command(self._folder, "migrate-store", "--new-data", str(self._folder / name / "data"), *to)


@pytest.fixture(params=WAYS)
def killed(request: pytest.FixtureRequest, tmp_path: Path, postgres_cluster: PostgresCluster) -> Iterator[Killed]:
    target = postgres_cluster.empty()
    with engine.chosen(None), province_in(tmp_path) as world:
        gone, _stays = Child(world.desk()), Child(world.desk())
        if request.param == "as it is":
            assert command(tmp_path, "erase", gone.person, "--who", "x", "--why", "y", "--yes").returncode == 0
        made = Killed(tmp_path, target)
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(moving, "append", _behind_the_log)
            with pytest.raises(_Killed):
                made.move("first")
        yield made
    postgres_cluster.drop(target)


def _behind_the_log(connection: Connection, table: Table, rows: Sequence[Any]) -> None:
    """Copies the log of the province, the first of its tables, and is killed with the next one."""
    if table is not tables.audit:
        raise _Killed
    append(connection, table, rows)


def test_the_next_one_asks_for_an_empty_database(killed: Killed) -> None:
    again = killed.move("second")
    assert (again.returncode, "Name an empty one" in again.stderr) == (2, True), again.stderr


def test_taken_for_empty_it_would_look_like_a_bug(
    killed: Killed, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The twin."""
    monkeypatch.setattr(schema, "refuse_used", lambda _connection: None)
    with pytest.raises(UniqueViolation):
        killed.move("second")
    caplog.clear()
