"""Sixteen desks push at once at two processes that serve one PostgreSQL, commits come late: no follower skips a row."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import protocol
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, ServerDesk
from tests.system.two_servers import TwoServers, two_servers

pytestmark = pytest.mark.usefixtures("on_postgres")
SCOPES = (COMMUNE, OTHER, "C:06844", "C:06847")
GRANTS = dict.fromkeys(SCOPES, Role.COMMUNE_OFFICER)
WRITERS, FOLLOWERS = 16, 3
BREATH = 0.01
"""Seconds between two pages of a follower: the writers share its processor."""


@dataclass(frozen=True)
class Amount:
    """How much each writer pushes: so many times up to so many changes."""

    pushes: int
    lines: int


SHORT, LONG = Amount(4, 8), Amount(60, 200)


class Follower:
    """A desk that pulls again and again, from the places that its last page gave it."""

    def __init__(self, desk: ServerDesk) -> None:
        self._desk = desk
        self._cursors = dict.fromkeys(SCOPES, 0)
        self.seen: dict[str, list[int]] = {scope: [] for scope in SCOPES}
        self.refusals: list[str] = []

    def follow(self, over: threading.Event) -> None:
        """Until `over`, and then to the end of what there is."""
        while not over.wait(BREATH):
            self._page()
        while not self.refusals and self._page():
            pass

    def _page(self) -> bool:
        """Whether there was anything new."""
        reply = self._desk.pull_from(self._cursors, max_bytes=64 * 1024)
        if reply.status != 200:
            self.refusals.append(reply.code)
            return False
        _header, *lines, trailer = reply.body.split(b"\n")
        for line in lines:
            event = protocol.decode(line.partition(b"\t")[0], protocol.Event)
            self.seen[event.scope].append(event.seq)
        cursors = protocol.decode(trailer, protocol.PullTrailer).cursors
        self._cursors |= {scope: head.seq for scope, head in cursors.items()}
        return bool(lines)


class Bustle:
    """Writers, and followers beside them."""

    def __init__(self, servers: TwoServers) -> None:
        self.servers = servers
        self.writers = [servers.desk(GRANTS) for _ in range(WRITERS)]
        self.followers = [Follower(servers.desk(GRANTS)) for _ in range(FOLLOWERS)]

    def run(self, amount: Amount) -> None:
        over = threading.Event()
        with ThreadPoolExecutor(WRITERS + FOLLOWERS) as pool:
            following = [pool.submit(one.follow, over) for one in self.followers]
            writing = [pool.submit(self._write, number, amount) for number in range(WRITERS)]
            try:
                _all(writing)
            finally:
                over.set()
            _all(following)

    def _write(self, number: int, amount: Amount) -> None:
        """Each push speaks of up to three places, in any order: their locks must not cross."""
        desk, chance = self.writers[number], random.Random(number)
        for _ in range(amount.pushes):
            places = chance.sample(SCOPES, chance.randint(1, 3))
            count = chance.randint(1, amount.lines)
            into = chance.choices(places, k=count)
            lines = [desk.change("person", uuid7(), {"full_name": "x"}, scope=scope) for scope in into]
            assert desk.results(*lines) == [("ok", "")] * count

    def skipped(self) -> int:
        """How many rows that are in a feed a follower never saw, all followers and feeds together."""
        places = {scope: set(self.servers.places(scope)) for scope in SCOPES}
        return sum(len(places[scope] - set(one.seen[scope])) for scope in SCOPES for one in self.followers)


def _all(jobs: Iterable[Future[None]]) -> None:
    for job in jobs:
        job.result()


@pytest.mark.parametrize("amount", [SHORT, pytest.param(LONG, marks=pytest.mark.long)], ids=["short", "long"])
def test_followers_skip_nothing_and_places_are_dense(
    tmp_path: Path, on_postgres: PostgresCluster, amount: Amount
) -> None:
    with two_servers(tmp_path, on_postgres) as servers:
        bustle = Bustle(servers)
        bustle.run(amount)
        assert bustle.skipped() == 0
        written = sum(desk.n for desk in bustle.writers)
        for scope in SCOPES:
            places = servers.places(scope)
            assert places == list(range(1, len(places) + 1))
            servers.verify_chain(scope)
            written -= len(places)
            assert all(one.seen[scope] == places for one in bustle.followers), "each once, in order"
        assert written == 0, "every change has one place"
        assert [one.refusals for one in bustle.followers] == [[]] * FOLLOWERS


def test_places_of_a_sequence_would_be_skipped(tmp_path: Path, on_postgres: PostgresCluster) -> None:
    """The twin: the processes take places from a sequence instead of under the scope's lock."""
    with two_servers(tmp_path, on_postgres, "tests.system.faulty_server", "places_of_a_sequence") as servers:
        bustle = Bustle(servers)
        bustle.run(SHORT)
        assert bustle.skipped() > 0
