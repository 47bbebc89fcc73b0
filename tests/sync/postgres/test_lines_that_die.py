"""A line to the database that dies as soon as it is made, as where the server is stopped: a fault with a sentence."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import Connection, event, func, select

from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE, StoreFault
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.server_fixtures import World

pytestmark = pytest.mark.usefixtures("on_postgres")
COUNT = select(func.count()).select_from(tables.desk)


@pytest.fixture
def _all_die(world: World, on_postgres: PostgresCluster) -> Iterator[None]:
    """The server ends each connection that the program makes, once the program has it."""
    engine = world.province.database.engine

    def end(connection: Any, record: Any) -> None:
        on_postgres.superuser(f"SELECT pg_terminate_backend({connection.info.backend_pid}, 5000)")

    world.province.database.close()
    event.listen(engine, "connect", end)
    yield
    event.remove(engine, "connect", end)
    world.province.database.close()


@pytest.mark.usefixtures("_all_die")
@pytest.mark.parametrize("way", ["read", "write"])
def test_it_is_told_in_a_sentence(world: World, way: str) -> None:
    database = world.province.database
    with pytest.raises(StoreFault):
        getattr(database, way)(lambda connection: connection.scalar(COUNT), WHOLE_PROVINCE)


@pytest.mark.usefixtures("_all_die")
def test_it_is_told_too_where_one_only_looks(world: World) -> None:
    with pytest.raises(StoreFault):
        world.province.database.glance(lambda connection: connection.scalar(COUNT))


def test_one_that_dies_amid_a_copy_is_told_once(
    world: World, on_postgres: PostgresCluster, caplog: pytest.LogCaptureFixture
) -> None:
    """The log had a line of the driver for it, too: that it could not end what the server had ended."""

    def cut(connection: Connection) -> None:
        driver = connection.connection.driver_connection
        assert driver is not None
        driver.execute("CREATE TEMPORARY TABLE cut (words text)")
        with driver.cursor().copy("COPY cut FROM STDIN") as copy:
            on_postgres.superuser(f"SELECT pg_terminate_backend({driver.info.backend_pid}, 5000)")
            while True:
                copy.write_row(("x" * 100_000,))

    with pytest.raises(StoreFault):
        world.province.database.write(cut, WHOLE_PROVINCE)
    assert [one.name for one in caplog.records if one.name == "psycopg"] == []


def test_what_the_driver_ignores_for_another_reason_is_said(caplog: pytest.LogCaptureFixture) -> None:
    """The twin, by psycopg's own words: they are no part of what it promises, so a test holds them."""
    source = (Path(psycopg.__file__).parent / "_copy.py").read_text(encoding="utf-8")
    assert '"error ignored terminating %r: %s", self, exc2' in source
    for error in (psycopg.OperationalError("gone"), psycopg.ProgrammingError("a bug")):
        logging.getLogger("psycopg").warning("error ignored terminating %r: %s", "a copy", error)
    assert [one.getMessage() for one in caplog.records] == ["error ignored terminating 'a copy': a bug"]
    caplog.clear()
