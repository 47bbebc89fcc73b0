"""PostgreSQL ends in the middle of pushes and is begun again: what was signed for is there, nothing is there twice.

The serving process stays, and a desk goes on as soon as it gets through.
"""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from sync.server.engine.address import PostgresAddress
from sync.server.engine.database import WHOLE_PROVINCE, StoreFault
from sync.server.engine.postgres import _GONE as GONE
from sync.server.engine.postgres import PostgresDatabase
from tests.helpers.pushes import push_at_once
from tests.helpers.quick_passphrases import quick_passphrases
from tests.helpers.struck_cluster import StruckCluster, struck_cluster
from tests.story.province import Province
from tests.sync.actors.struck_store import StruckStore
from tests.system.test_killed_province import sync_until_struck

CHANGES_AT_ONCE = 4
CHILDREN, VISITS = 10, 6
RECEIPTS = 6
"""Of some twenty pushes; it is struck behind one of so many."""
LATEST = 0.012
"""Seconds after a receipt: about what a push takes."""
WAYS = ("quit", "kill", "kill_one")


@pytest.fixture(scope="module")
def cluster() -> Iterator[StruckCluster]:
    with struck_cluster() as made:
        yield made


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("struck")


@pytest.fixture(scope="module")
def store(folder: Path, cluster: StruckCluster) -> Iterator[StruckStore]:
    with quick_passphrases():
        made = StruckStore(folder, cluster)
    yield made
    made.close()


@pytest.fixture(scope="module")
def province(folder: Path, store: StruckStore) -> Iterator[Province]:
    """The process that serves the store, the same for each way to strike."""
    made = Province(folder)
    made.start()
    store.address = made.address
    yield made
    made.stop()
    assert told(made.said) == {GONE}


@pytest.mark.usefixtures("province")
@pytest.mark.parametrize("moments", [3, pytest.param(40, marks=pytest.mark.long)])
@pytest.mark.parametrize("way", WAYS)
def test_it_loses_nothing_that_was_signed_for_and_takes_nothing_twice(
    cluster: StruckCluster, store: StruckStore, monkeypatch: pytest.MonkeyPatch, way: str, moments: int
) -> None:
    push_at_once(monkeypatch, CHANGES_AT_ONCE)
    chance = random.Random(f"{way} 20261201")
    for _ in range(moments):
        store.write(CHILDREN, VISITS)
        strike = getattr(cluster, way)
        sync_until_struck(store.here, strike, chance.randint(1, RECEIPTS), chance.random() * LATEST)
        assert store.waiting(), "it was struck before the last push"
        cluster.start_again()
        assert store.faults() == []
        store.there.sync()
    store.at_rest()


def told(log: str) -> set[str]:
    """What of a server's log is for the person who looks after it."""
    lines = (line.partition(" ERROR ")[2] for line in log.splitlines())
    return {line.partition(": ")[2] for line in lines if line}


@pytest.fixture
def recovering(cluster: StruckCluster) -> Iterator[PostgresAddress]:
    """A database whose server is still playing its log, and lets nobody in."""
    where = cluster.migrated()
    with cluster.recovering():
        yield where


def test_while_it_recovers_nobody_is_told_to_make_a_database(recovering: PostgresAddress) -> None:
    """What it says then begins like what it says of one that is not there: the database system is …"""
    with closing(PostgresDatabase(recovering)) as database, pytest.raises(StoreFault) as told:
        database.read(lambda connection: None, WHOLE_PROVINCE)
    assert str(told.value) == GONE
