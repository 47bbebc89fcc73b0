"""Many writers at once on PostgreSQL, through two servers: each scope's places are dense, and no reader skips any."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, Select, func, select, text

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import protocol, seal
from sync.change import GENESIS, FeedPosition, next_chain
from sync.server.answers.pull import _fill, _Page
from sync.server.answers.unopened import Unopened
from sync.server.edge.enrolment import enrol, make_code
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.province import Province, audited, open_province
from sync.server.identity.scopes import ensure_scope, keys_of
from sync.server.intake import ordering, push
from sync.server.intake.admission import Admission
from sync.server.intake.feeds import Feeds
from sync.server.intake.push import take_in
from sync.server.problems import Refused
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World, province_in
from tests.sync.server.test_enrol import Applicant

pytestmark = pytest.mark.usefixtures("on_postgres")
BOTH: Mapping[str, Role] = {COMMUNE: Role.COMMUNE_OFFICER, OTHER: Role.COMMUNE_OFFICER}
WRITERS, PUSHES = 6, 6
LONGEST_SLEEP = 0.02


class Crowd:
    """Desks that push at the same time, at two servers on one store, while somebody follows each feed."""

    def __init__(self, world: World) -> None:
        self.world = world
        second = open_province(world.province.data, world.province.data.parent / "key.json", clock=world.clock)
        self.servers = (world.province, second)
        self.desks = [world.desk(BOTH) for _ in range(WRITERS)]
        self.seen: dict[str, list[int]] = {scope: [] for scope in BOTH}
        self._over = threading.Event()

    def write_and_follow(self) -> None:
        with ThreadPoolExecutor(WRITERS + len(BOTH) + 1) as pool:
            followers = [pool.submit(self._follow, scope) for scope in BOTH]
            writers = [pool.submit(self._write, number) for number in range(WRITERS)]
            writers.append(pool.submit(self._command))
            for one in writers:
                one.result()
            self._over.set()
            for one in followers:
                one.result()

    def _write(self, number: int) -> None:
        desk, chance = self.desks[number], random.Random(number)
        for _ in range(PUSHES):
            scopes = chance.sample(sorted(BOTH), chance.randint(1, 2))
            lines = [desk.change("person", uuid7(), {"full_name": "x"}, scope=scope) for scope in scopes]
            receipt = _push(chance.choice(self.servers), desk, *lines)
            assert [result.status for result in receipt.results] == ["ok"] * len(lines)

    def _command(self) -> None:
        """The province's own people write into the audit log meanwhile."""
        for number in range(PUSHES):
            province = self.servers[number % 2]
            province.database.write(lambda c, p=province: audited(c, p, "test", "x"), WHOLE_PROVINCE)  # type: ignore[misc]

    def _follow(self, scope: str) -> None:
        """As a desk does: what came after the last place seen."""
        database, cursor = self.servers[0].database, 0
        last = False
        while not last:
            last = self._over.is_set()
            cursor = self._read_on(database, scope, cursor)

    def _read_on(self, database: Any, scope: str, cursor: int) -> int:
        page = _Page(bytes_left=1 << 20)

        def fill(connection: Connection) -> None:
            _fill(connection, page, scope, cursor, Unopened(connection, database, WHOLE_PROVINCE))

        database.read(fill, WHOLE_PROVINCE)
        self.seen[scope] += [protocol.decode(line.partition(b"\t")[0], protocol.Event).seq for line in page.lines]
        return page.cursors[scope].seq

    def kept(self, scope: str) -> list[Any]:
        feed, change = tables.feed, tables.change
        asked = select(feed.c.seq, feed.c.chain, change.c.digest).join(change, change.c.id == feed.c.change)
        return list(self.world.rows(asked.where(feed.c.scope == scope).order_by(feed.c.seq)))


def _push(province: Province, desk: ServerDesk, *lines: Any) -> protocol.Receipt:
    caller = province.database.read(lambda connection: desks.find(connection, desk.id), WHOLE_PROVINCE)
    assert caller is not None
    return take_in(province, caller, desk.body(lines), Admission())


@pytest.fixture
def crowd(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Crowd]:
    with province_in(tmp_path) as world:
        made = Crowd(world)
        _slow_down(monkeypatch, ordering, "_check_against_records")
        _slow_down(monkeypatch, push, "proven")
        _slow_down(monkeypatch, Feeds, "write_heads")
        yield made
        made.servers[1].close()


def _slow_down(monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> None:
    """Let a step of a transaction end after a random while."""
    honest: Callable[..., Any] = getattr(place, name)

    def slow(*values: Any, **named: Any) -> Any:
        done = honest(*values, **named)
        time.sleep(random.uniform(0, LONGEST_SLEEP))
        return done

    monkeypatch.setattr(place, name, slow)


def test_who_follows_a_feed_skips_nothing_and_its_places_are_dense(crowd: Crowd) -> None:
    crowd.write_and_follow()
    total = 0
    for scope in BOTH:
        rows, chain = crowd.kept(scope), GENESIS
        assert [row.seq for row in rows] == list(range(1, len(rows) + 1)) == crowd.seen[scope]
        for row in rows:
            chain = next_chain(chain, row.seq, row.digest)
            assert row.chain == chain
        ((head,),) = crowd.world.rows(select(tables.scope.c.head).where(tables.scope.c.id == scope))
        assert head == len(rows)
        total += len(rows)
    assert total == sum(desk.n for desk in crowd.desks)
    _the_audit_log_is_one_chain(crowd)


def _the_audit_log_is_one_chain(crowd: Crowd) -> None:
    chain = GENESIS
    rows = crowd.world.rows(tables.audit.select().order_by(tables.audit.c.seq))
    for row in rows:
        chain = seal.sha256(chain + "\x1f".join((str(row.seq), row.at, row.actor, row.action, row.subject)).encode())
        assert row.chain == chain
    assert [row.action for row in rows].count("test") == PUSHES


def test_numbers_from_a_sequence_would_be_skipped(
    crowd: Crowd, monkeypatch: pytest.MonkeyPatch, on_postgres: PostgresCluster
) -> None:
    """The twin: places as numbers of a sequence, without the scope's lock. A later one is seen before an earlier."""
    on_postgres.superuser("CREATE SEQUENCE place; GRANT USAGE ON place TO PUBLIC", _database(crowd))

    def number(self: Feeds, scopes: Iterable[str]) -> None:
        for scope in set(scopes) - self._heads.keys():
            ensure_scope(self._connection, scope)
            place = self._connection.execute(func.nextval("place")).scalar_one()
            self._heads[scope] = FeedPosition(place - 1, GENESIS)

    monkeypatch.setattr(Feeds, "lock", number)
    crowd.write_and_follow()
    assert any(len(crowd.seen[scope]) < len(crowd.kept(scope)) for scope in BOTH)


def _two_codes(crowd: Crowd) -> int:
    """Make codes for a new place at both servers at once; how many keys it then has."""

    def code(province: Province) -> None:
        def work(connection: Connection) -> None:
            make_code(connection, province, {SHELTER: Role.SHELTER_WORKER}, label="", hours=1)
            time.sleep(0.1)

        province.database.write(work, WHOLE_PROVINCE)

    crowd.world.write(lambda connection: ensure_scope(connection, SHELTER))
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(code, crowd.servers))
    return len(crowd.world.read(lambda connection: keys_of(connection, [SHELTER])))


def test_a_new_place_has_one_key_whoever_asks_first(crowd: Crowd) -> None:
    assert _two_codes(crowd) == 1


def test_who_did_not_hold_the_place_would_make_another(crowd: Crowd, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: what each desk seals, only half of the others could open."""
    monkeypatch.setattr(Select, "with_for_update", lambda self, **_how: self)
    assert _two_codes(crowd) == 2


def test_a_code_admits_one_pc_though_two_come_at_once(crowd: Crowd) -> None:
    grants = {COMMUNE: Role.COMMUNE_OFFICER}
    code = crowd.world.write(lambda c: make_code(c, crowd.world.province, grants, label="", hours=1)).code
    applicants = [Applicant(crowd.world, code) for _ in range(2)]

    def ask(turn: int) -> str:
        try:
            return "enrolled" if enrol(crowd.servers[turn], applicants[turn].proven()) else ""
        except Refused as refused:
            return refused.code

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(ask, range(2))) == ["enrolled", "used"]


def _database(crowd: Crowd) -> str:
    return str(crowd.world.read(lambda connection: connection.scalar(text("SELECT current_database()"))))


def test_what_was_crossed_is_begun_again(crowd: Crowd) -> None:
    """Two desks lock two scopes in opposite orders: the server that is told of the deadlock begins again."""
    first, second = sorted(BOTH)
    met = threading.Barrier(2, timeout=20)
    tries: list[str] = []

    def lock(one: str, other: str) -> Callable[[Connection], None]:
        def work(connection: Connection) -> None:
            tries.append(one)
            asked = select(tables.scope.c.head).with_for_update()
            connection.execute(asked.where(tables.scope.c.id == one))
            if len(tries) <= 2:
                met.wait()
            connection.execute(asked.where(tables.scope.c.id == other))

        return work

    with ThreadPoolExecutor(2) as pool:
        jobs = [
            pool.submit(server.database.write, lock(*order), WHOLE_PROVINCE)
            for server, order in zip(crowd.servers, ((first, second), (second, first)), strict=True)
        ]
        for job in jobs:
            job.result()
    assert len(tries) == 3
