"""A line to the database that dies as soon as it is made, as where the server is stopped: a fault with a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from sqlalchemy import event, func, select

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
