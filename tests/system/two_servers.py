"""One PostgreSQL store served by two real processes: desks of tests reach them over TLS, commits come late."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from itertools import cycle
from pathlib import Path

import requests
from sqlalchemy import select, text

from commune_desk.domain.model.access import Role
from commune_desk.domain.time.clock import SystemClock
from sync import framing
from sync.change import GENESIS, next_chain
from sync.client.tls import PinnedAdapter, PinnedContext
from sync.server.engine import tables
from sync.server.lifecycle.founding import found
from tests.helpers.postgres_cluster import PostgresCluster
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import Reply, ServerDesk, World, province_in, served

SEND_SECONDS = 60.0
LATEST_COMMIT = 0.02
"""Seconds: the most that a transaction sleeps between all that it wrote and its commit."""
_LATE_COMMITS = f"""
CREATE FUNCTION late() RETURNS trigger LANGUAGE plpgsql
    AS 'BEGIN PERFORM pg_sleep(random() * {LATEST_COMMIT}); RETURN NULL; END';
CREATE CONSTRAINT TRIGGER late AFTER UPDATE ON scope DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION late();
"""
"""Deferred triggers run at the commit: for each feed that a transaction added to it sleeps once more."""


class Distant(World):
    """The way of one desk to one of the processes; the store itself is looked at from here."""

    def __init__(self, world: World, address: str) -> None:
        self.province, self.clock = world.province, world.clock
        self._address, self._epoch = address, world.epoch
        self._session = requests.Session()
        self._session.trust_env = False
        pinned = PinnedContext.trusting(world.province.ca, send_seconds=SEND_SECONDS)
        self._session.mount("https://", PinnedAdapter(pinned))

    @property
    def epoch(self) -> str:
        return self._epoch

    def call(self, path: str, body: bytes, headers: Sequence[tuple[str, str]] = (), method: str = "POST") -> Reply:
        answer = self._session.request(
            method,
            self._address + path,
            data=body,
            headers={"Content-Type": framing.CONTENT_TYPE, **dict(headers)},
            timeout=SEND_SECONDS,
        )
        return Reply(answer.status_code, {k.lower(): v for k, v in answer.headers.items()}, answer.content)

    def close(self) -> None:
        self._session.close()


class TwoServers:
    """The store and its two processes; each new desk is sent to the next of them."""

    def __init__(self, world: World, addresses: Sequence[str], analyze: Callable[[], None]) -> None:
        """`analyze` has the store count its rows anew, as PostgreSQL does by itself each minute where it is at work."""
        self.world = world
        self.analyze = analyze
        self.addresses = addresses
        self._next = cycle(addresses)
        self._lines: list[Distant] = []

    def desk(self, grants: Mapping[str, Role]) -> ServerDesk:
        made = self.world.desk(grants)
        made.world = Distant(self.world, next(self._next))
        self._lines.append(made.world)
        return made

    def places(self, scope: str) -> list[int]:
        """The places of a feed, in order."""
        feed = tables.feed
        return [
            row.seq for row in self.world.rows(select(feed.c.seq).where(feed.c.scope == scope).order_by(feed.c.seq))
        ]

    def verify_chain(self, scope: str) -> None:
        """Reckon the feed's chain again; it ends in the scope's head."""
        feed, key, chain = tables.feed, tables.change_key, GENESIS
        digests = select(feed.c.seq, feed.c.chain, key.c.digest).join(key, key.c.id == feed.c.change)
        rows = self.world.rows(digests.where(feed.c.scope == scope).order_by(feed.c.seq))
        for row in rows:
            chain = next_chain(chain, row.seq, row.digest)
            assert row.chain == chain, f"{scope} {row.seq}: the chain breaks"
        (head,) = self.world.rows(select(tables.scope).where(tables.scope.c.id == scope))
        assert (head.head, head.chain) == (len(rows), chain)

    def close(self) -> None:
        for line in self._lines:
            line.close()


@contextmanager
def two_servers(folder: Path, cluster: PostgresCluster, *program: str) -> Iterator[TwoServers]:
    """A new store, served twice. `program`: words that name another program than the server's own."""
    clock, data, key = SystemClock(), folder / "data", folder / "key.json"
    found(data, key, name="Quảng Ninh", hosts=["127.0.0.1"], clock=clock, where=engine.new()).close()
    with province_in(folder) as world:
        world.clock.at = clock.now()  # the processes' own
        database = world.read(lambda connection: connection.scalar(text("SELECT current_database()")))
        cluster.superuser(_LATE_COMMITS, str(database))
        cluster.superuser("CREATE SEQUENCE place INCREMENT 1000; GRANT USAGE ON place TO PUBLIC", str(database))
        with ExitStack() as running, ThreadPoolExecutor(2) as pool:
            addresses = pool.map(running.enter_context, [served(folder, *program) for _ in range(2)])
            made = TwoServers(world, list(addresses), lambda: cluster.superuser("ANALYZE", str(database)))
            try:
                yield made
            finally:
                made.close()
