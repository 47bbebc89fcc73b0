"""A child moves between two communes, at one server and the other, while colleagues write visits: none is lost."""

from __future__ import annotations

import logging
import random
import threading
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import Connection, select, text

from commune_desk.domain.model.ids import is_scope, uuid7
from sync.change import Change
from sync.server.engine import database, tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import Province
from sync.server.intake import ordering
from sync.server.intake.feeds import Feeds
from sync.server.intake.ordering import _Intake
from sync.server.intake.whereabouts import Whereabouts
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, province_in
from tests.sync.moves.test_server_moves import VISIT, relocation
from tests.sync.postgres.test_writers_meet import BOTH, LONGEST_SLEEP, Crowd, _push, _slow_down

pytestmark = pytest.mark.usefixtures("on_postgres")
MOVES, VISITS, WRITERS = 4, 5, 3


class Wandering(Crowd):
    """One desk moves a child to and fro; the others write visits, each where it last knew the child to be."""

    def settle_in_the_other_commune(self) -> None:
        """Both communes have had the child, so that what is written there late is heard."""
        self.mover, *self.writers = self.desks[: WRITERS + 1]
        self.child = uuid7()
        self.mover.send("person", self.child, {"full_name": "Chìu Văn Sáng"})
        for home, to in ((COMMUNE, OTHER), (OTHER, COMMUNE), (COMMUNE, OTHER)):
            self.move(home, to)

    def visit_once(self) -> None:
        """Where the child is when this is called."""
        self._write_visit(0, OTHER, self.servers[1])

    def wander(self) -> None:
        self.settle_in_the_other_commune()
        with ThreadPoolExecutor(WRITERS + 1) as pool:
            jobs = [pool.submit(self._visit, number) for number in range(WRITERS)]
            jobs.append(pool.submit(self._go_to_and_fro))
            for job in jobs:
                job.result()

    def _go_to_and_fro(self) -> None:
        for turn in range(MOVES):
            self.move(*((OTHER, COMMUNE) if turn % 2 == 0 else (COMMUNE, OTHER)))
            time.sleep(LONGEST_SLEEP)

    def move(self, home: str, to: str) -> None:
        line = relocation(self.mover, self.child, "move", to, scope=home)
        (result,) = _push(random.choice(self.servers), self.mover, line).results
        assert (result.status, result.code) == ("ok", "")

    def _visit(self, number: int) -> None:
        chance = random.Random(number)
        for _ in range(VISITS):
            self._write_visit(number, chance.choice(sorted(BOTH)), chance.choice(self.servers))

    def _write_visit(self, number: int, scope: str, server: Province) -> None:
        desk = self.writers[number]
        line = desk.change("home_visit", uuid7(), {"person": self.child, **VISIT}, scope=scope)
        (result,) = _push(server, desk, line).results
        assert result.status in ("ok", "late")

    def homes(self) -> list[str]:
        """Where each visit is held; first, where the child is."""
        visit, person = tables.RECORDS["home_visit"], tables.RECORDS["person"]
        child = self.world.rows(select(person.c.scope).where(person.c.id == self.child))
        return [row.scope for row in (*child, *self.world.rows(select(visit.c.scope)))]


@pytest.fixture
def wandering(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Wandering]:
    with province_in(tmp_path) as world:
        made = Wandering(world)
        _slow_down(monkeypatch, Whereabouts, "_load_places")
        yield made
        made.servers[1].close()


def test_every_visit_is_where_the_child_is(wandering: Wandering) -> None:
    wandering.wander()
    home, *visits = wandering.homes()
    assert len(visits) == WRITERS * VISITS
    assert set(visits) == {home}
    for scope in BOTH:
        rows = wandering.world.rows(select(tables.feed.c.seq).where(tables.feed.c.scope == scope))
        ((head,),) = wandering.world.rows(select(tables.scope.c.head).where(tables.scope.c.id == scope))
        assert sorted(row.seq for row in rows) == list(range(1, head + 1))


def test_where_nobody_looks_again_under_the_locks_some_would_stay_behind(
    wandering: Wandering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: what was read before the scopes were held counts, and the child has moved on meanwhile."""

    looked, moved = threading.Event(), threading.Event()

    def find(self: _Intake, changes: Sequence[Change]) -> Whereabouts:
        with self._unconfined():
            found = Whereabouts.of(self._connection, changes)
        if self._desk == wandering.desks[1].id:
            looked.set()
            assert moved.wait(20)
        named = {one for change in changes for one in (change.scope, change.to) if is_scope(one)}
        self._reach = self._reach.and_also(named | found.all_scopes)
        self._province.database.confine(self._connection, self._reach)
        self._feeds.lock(named | found.all_scopes)
        return found

    wandering.settle_in_the_other_commune()
    monkeypatch.setattr(_Intake, "_lock_and_locate", find)
    with ThreadPoolExecutor(1) as pool:
        visit = pool.submit(wandering.visit_once)
        assert looked.wait(20)
        wandering.move(OTHER, COMMUNE)
        moved.set()
        visit.result()
    assert wandering.homes() == [COMMUNE, OTHER]


class Neighbour:
    """Holds the first commune and, once the visit holds the second, wants that one too."""

    def __init__(self, wandering: Wandering) -> None:
        self._database = wandering.servers[0].database
        self.holds, self.wants = threading.Event(), threading.Event()

    def pass_by(self) -> None:
        def lock_both(connection: Connection) -> None:
            feeds = Feeds(connection)
            feeds.lock([COMMUNE])
            self.holds.set()
            assert self.wants.wait(20)
            feeds.lock([OTHER])

        self._database.write(lock_both, WHOLE_PROVINCE)

    def is_waiting(self) -> bool:
        """Whether somebody waits for a lock in this database."""
        asked = text(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type='Lock' AND datname=current_database()"
        )
        return bool(self._database.read(lambda connection: connection.scalar(asked), WHOLE_PROVINCE))


def _visit_late(wandering: Wandering, monkeypatch: pytest.MonkeyPatch, neighbour: Neighbour | None = None) -> None:
    """A visit from a commune that the child has left for an earlier one, where `neighbour` is at work meanwhile."""
    wandering.settle_in_the_other_commune()
    wandering.move(OTHER, COMMUNE)
    honest = _Intake._locate

    def look(self: _Intake, changes: Sequence[Change]) -> Whereabouts:
        found = honest(self, changes)
        if neighbour is not None and not neighbour.wants.is_set():
            neighbour.wants.set()
            until = time.monotonic() + 20
            while not neighbour.is_waiting():
                assert time.monotonic() < until
        return found

    monkeypatch.setattr(_Intake, "_locate", look)
    with ThreadPoolExecutor(1) as pool:
        passing = pool.submit(neighbour.pass_by) if neighbour else None
        assert neighbour is None or neighbour.holds.wait(20)
        wandering.visit_once()
        assert passing is None or passing.result() is None
    assert wandering.homes() == [COMMUNE, COMMUNE]


def _why_begun_again(caplog: pytest.LogCaptureFixture) -> set[str]:
    return {
        str(record.args[-1]) for record in caplog.records if isinstance(record.args, tuple) and len(record.args) == 2
    }


def test_a_late_visit_takes_the_earlier_lock_that_nobody_holds(
    wandering: Wandering, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger=database.__name__)
    _visit_late(wandering, monkeypatch)
    assert _why_begun_again(caplog) == set()


def test_whoever_finds_an_earlier_lock_held_gives_way_and_begins_again(
    wandering: Wandering, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, logger=database.__name__)
    _visit_late(wandering, monkeypatch, Neighbour(wandering))
    assert _why_begun_again(caplog) == {"Crossed"}


def _in_a_busy_commune(wandering: Wandering) -> None:
    """A late visit while another holds the earlier commune until the visit waits for it, or has been given up."""
    wandering.settle_in_the_other_commune()
    wandering.move(OTHER, COMMUNE)
    holds, over, neighbour = threading.Event(), threading.Event(), Neighbour(wandering)

    def hold(connection: Connection) -> None:
        Feeds(connection).lock([COMMUNE])
        holds.set()
        while not (neighbour.is_waiting() or over.wait(0.01)):
            pass

    with ThreadPoolExecutor(1) as pool:
        holding = pool.submit(wandering.servers[0].database.write, hold, WHOLE_PROVINCE)
        assert holds.wait(20)
        try:
            wandering.visit_once()
        finally:
            over.set()
            holding.result()
    assert wandering.homes() == [COMMUNE, COMMUNE]


def test_a_late_visit_waits_its_turn_in_a_busy_commune(wandering: Wandering) -> None:
    _in_a_busy_commune(wandering)


def test_who_forgot_what_it_met_would_be_turned_away(
    wandering: Wandering, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The twin: every try begins as the first one did, and finds the commune held."""
    monkeypatch.setattr(ordering, "met_before", lambda _connection: frozenset())
    with pytest.raises(database.StoreFault):
        _in_a_busy_commune(wandering)
    assert _why_begun_again(caplog) == {"Crossed"}
    caplog.clear()


def test_whoever_waited_for_an_earlier_lock_would_be_in_a_deadlock(
    wandering: Wandering, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    """The twin: the other holds the first and wants the second, and waits for the one who waits for it."""
    caplog.set_level(logging.INFO, logger=database.__name__)
    monkeypatch.setattr(Feeds, "lock_further", Feeds.lock)
    _visit_late(wandering, monkeypatch, Neighbour(wandering))
    assert _why_begun_again(caplog) == {"DeadlockDetected"}
