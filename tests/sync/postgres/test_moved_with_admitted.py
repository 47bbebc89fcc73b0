"""A province that took in what withdrawn PCs had sent moves to PostgreSQL by its log: what was taken in late stands."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.stores import postgres
from sync.server.lifecycle.admitting import admit
from tests.helpers.postgres_cluster import PostgresCluster
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import OTHER, command, province_in
from tests.sync.moves.test_server_moves import VISIT, Child

FEEDS = select(tables.feed.c.scope, tables.feed.c.seq, tables.feed.c.change, tables.feed.c.chain).order_by(
    tables.feed.c.scope, tables.feed.c.seq
)


def test_the_feeds_are_the_same(tmp_path: Path, postgres_cluster: PostgresCluster) -> None:
    target = postgres_cluster.empty()
    with engine.chosen(None), province_in(tmp_path) as world:
        gone, colleague = world.desk(), world.desk()
        child, moved = Child(gone), Child(colleague)
        world.write(lambda connection: desks.revoke(connection, world.province, gone.id))
        typed = [gone.change("home_visit", uuid7(), {"person": one.person, **VISIT}) for one in (child, moved)]
        assert gone.results(*typed) == [("quarantined", "revoked")] * 2
        moved.move(OTHER)
        assert world.write(lambda connection: admit(connection, world.province, gone.id)).merged == 2
        to = ["--to", target.url, "--owner", target.owner]
        done = command(tmp_path, "migrate-store", "--new-data", str(tmp_path / "new" / "data"), *to)
        assert (done.returncode, done.stderr) == (0, "")
        with closing(postgres(target)) as database:
            there = database.read(lambda c: [tuple(row) for row in c.execute(FEEDS)], WHOLE_PROVINCE)
        assert there == [tuple(row) for row in world.rows(FEEDS)]
    postgres_cluster.drop(target)
