"""A receipt is for what the disk has, also on a database server that is set to answer before."""

from __future__ import annotations

import pytest
from sqlalchemy import Connection, text

from sync.server.engine import postgres
from sync.server.engine.database import NO_SCOPE
from sync.server.identity.stores import postgres as opened
from tests.helpers.postgres_cluster import PostgresCluster


def waits(cluster: PostgresCluster) -> str:
    """What holds for the commits of the serving process, on a server whose own setting is `off`."""
    database = opened(cluster.migrated())

    def work(connection: Connection) -> str:
        return str(connection.scalar(text("SHOW synchronous_commit")))

    try:
        return database.write(work, NO_SCOPE)
    finally:
        database.close()


def test_a_commit_waits_for_the_disk(postgres_cluster: PostgresCluster) -> None:
    assert waits(postgres_cluster) == "on"


def test_left_to_the_server_it_would_not(postgres_cluster: PostgresCluster, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.delitem(postgres._LIMITS, "synchronous_commit")
    assert waits(postgres_cluster) == "off"
