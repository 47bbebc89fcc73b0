"""A child moves between two communes, at one server and the other, while colleagues write visits: none is lost."""

from __future__ import annotations

import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import is_scope, uuid7
from sync.server.engine import tables
from sync.server.identity.province import Province
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

    def find(self: _Intake) -> Whereabouts:
        with self._unconfined():
            found = Whereabouts.of(self._connection, self._admitted)
        if self._desk == wandering.desks[1].id:
            looked.set()
            assert moved.wait(20)
        named = {one for change in self._admitted for one in (change.scope, change.to) if is_scope(one)}
        self._reach = self._reach.and_also(named | found.all_scopes)
        self._province.database.confine(self._connection, self._reach)
        self._feeds.lock(named | found.all_scopes)
        return found

    wandering.settle_in_the_other_commune()
    monkeypatch.setattr(_Intake, "_find", find)
    with ThreadPoolExecutor(1) as pool:
        visit = pool.submit(wandering.visit_once)
        assert looked.wait(20)
        wandering.move(OTHER, COMMUNE)
        moved.set()
        visit.result()
    assert wandering.homes() == [COMMUNE, OTHER]


def _visited_while_it_moved(wandering: Wandering, monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """A visit whose desk looked just before the child moved on; the scopes that each of its tries locked, in order."""
    looked, moved, tries = threading.Event(), threading.Event(), list[list[str]]()
    honest_look, honest_lock = _Intake._look, _Intake._reach_and_lock

    def look(self: _Intake) -> Whereabouts:
        found = honest_look(self)
        if self._desk == wandering.desks[1].id and not looked.is_set():
            looked.set()
            assert moved.wait(20)
        return found

    def lock(self: _Intake, scopes: set[str]) -> None:
        if self._desk == wandering.desks[1].id:
            if not self._feeds._heads:
                tries.append([])
            tries[-1] += sorted(scopes - set(tries[-1]))
        honest_lock(self, scopes)

    wandering.settle_in_the_other_commune()
    monkeypatch.setattr(_Intake, "_look", look)
    monkeypatch.setattr(_Intake, "_reach_and_lock", lock)
    with ThreadPoolExecutor(1) as pool:
        visit = pool.submit(wandering.visit_once)
        assert looked.wait(20)
        wandering.move(OTHER, COMMUNE)
        moved.set()
        visit.result()
    assert wandering.homes() == [COMMUNE, COMMUNE]
    return tries


def test_who_lacks_an_earlier_lock_begins_again(wandering: Wandering, monkeypatch: pytest.MonkeyPatch) -> None:
    assert _visited_while_it_moved(wandering, monkeypatch) == [[OTHER], [COMMUNE, OTHER]]


def test_taken_when_it_is_found_missing_locks_would_cross(
    wandering: Wandering, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: whoever holds the first and wants the second would now wait for the one who waits for it."""
    monkeypatch.setattr(Feeds, "are_behind", lambda self, scopes: False)
    assert _visited_while_it_moved(wandering, monkeypatch) == [[OTHER, COMMUNE]]
