"""Sixteen desks push at once at two processes that serve one PostgreSQL, commits come late: no follower skips a row."""

from __future__ import annotations

import random
import threading
from collections.abc import Iterable
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.change import MAX_RUN
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, ServerDesk
from tests.system.two_servers import TwoServers, two_servers

pytestmark = pytest.mark.usefixtures("on_postgres")
SCOPES = (COMMUNE, OTHER, "C:06844", "C:06847")
GRANTS = dict.fromkeys(SCOPES, Role.COMMUNE_OFFICER)
WRITERS, FOLLOWERS = 16, 3
PAGE = 256 * 1024
COUNTED_ANEW = 60.0
"""Seconds: without counts of its rows the store reads each page by a way that suits an empty one."""
BREATH = 0.01
"""Seconds between two pages of a follower: the writers share its processor."""


@dataclass(frozen=True)
class Amount:
    """How many changes each writer pushes, and how many at most at once."""

    changes: int
    lines: int


SHORT, MILLION = Amount(20, 8), Amount(1_000_000 // WRITERS, protocol.MAX_CHANGES)


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
        reply = self._desk.pull_from(self._cursors, max_bytes=PAGE)
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
                while wait(writing, timeout=COUNTED_ANEW).not_done:
                    self.servers.analyze()
                _all(writing)
            finally:
                over.set()
            _all(following)

    def _write(self, number: int, amount: Amount) -> None:
        """Each push speaks of up to three places, in any order: their locks must not cross."""
        desk, chance = self.writers[number], random.Random(number)
        while desk.n < amount.changes:
            places = chance.sample(SCOPES, chance.randint(1, 3))
            count = min(chance.randint(1, amount.lines), amount.changes - desk.n)
            _push(desk, chance.choices(places, k=count))

    def skipped(self) -> int:
        """How many rows that are in a feed a follower never saw, all followers and feeds together."""
        places = {scope: set(self.servers.places(scope)) for scope in SCOPES}
        return sum(len(places[scope] - set(one.seen[scope])) for scope in SCOPES for one in self.followers)


def _push(desk: ServerDesk, into: Iterable[str]) -> None:
    """One new record for each of `into`, as the program sends them: proven by signed heads, answered in brief."""
    lines, marks = [], []
    for scope in into:
        lines.append(desk.change("person", uuid7(), {"full_name": "x"}, scope=scope, signing=None))
        if len(lines) % MAX_RUN == 0:
            statement = protocol.head_statement(desk.id, desk.n, desk.head)
            marks.append(protocol.HeadMark(n=desk.n, signature=protocol.b64(desk.key.sign(seal.HEAD, statement))))
    reply = desk.push(*lines, marks=marks, brief=True)
    assert reply.status == 200, reply.code
    receipt = reply.read(protocol.Receipt)
    assert (receipt.accepted_n, receipt.results) == (desk.n, []), "all of it is taken in"


def _all(jobs: Iterable[Future[None]]) -> None:
    for job in jobs:
        job.result()


@pytest.mark.parametrize("amount", [SHORT, pytest.param(MILLION, marks=pytest.mark.long)], ids=["short", "million"])
def test_followers_skip_nothing_and_places_are_dense(
    tmp_path: Path, on_postgres: PostgresCluster, amount: Amount
) -> None:
    with two_servers(tmp_path, on_postgres) as servers:
        bustle = Bustle(servers)
        bustle.run(amount)
        assert bustle.skipped() == 0
        written = WRITERS * amount.changes
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
