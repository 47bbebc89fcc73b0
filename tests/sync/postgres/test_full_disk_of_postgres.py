"""The disk of the database server is full: a push is refused with the sentence, and taken when there is room again."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import select, text

from commune_desk.domain.model.ids import uuid7
from sync.server.engine import tables
from sync.server.engine.copying import COPIED_FROM
from tests.helpers.store_engine import POSTGRES, using
from tests.helpers.struck_cluster import StruckCluster, struck_cluster
from tests.sync.actors.server_fixtures import ServerDesk, World, province_in
from tests.system.surroundings import fill_up, open_folder, small_disk

FULL = "The disk of the database server is full"
GONE = "The line to the database is gone"
ROOM = 80 << 10
"""KiB."""
LETTERS = 4_000
MOST_PUSHES = 100


@pytest.fixture(scope="module")
def cluster() -> Iterator[StruckCluster]:
    with struck_cluster() as made, using(POSTGRES, lambda: made):
        yield made


@pytest.fixture
def disk() -> Iterator[Path]:
    """A small disk that PostgreSQL's account can reach. Skips the test where none can be mounted."""
    with open_folder() as folder, small_disk(folder / "disk", ROOM) as made:
        yield made


@pytest.fixture
def world(cluster: StruckCluster, tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as made:
        yield made


@pytest.fixture
def small_database(cluster: StruckCluster, disk: Path, world: World) -> Iterator[Path]:
    """The small disk, on which the database of the province lies now; the server's own log does not."""
    name = world.read(lambda connection: connection.scalar(text("SELECT current_database()")))
    world.province.database.close()
    cluster.own(disk)
    cluster.superuser(f"CREATE TABLESPACE small LOCATION '{disk}'")
    cluster.superuser(f"ALTER DATABASE {name} SET TABLESPACE small")
    yield disk
    world.province.database.close()
    cluster.superuser(f"ALTER DATABASE {name} SET TABLESPACE pg_default")
    cluster.superuser("DROP TABLESPACE small")


@pytest.fixture
def small_log(cluster: StruckCluster, disk: Path) -> Iterator[Path]:
    """The small disk, on which the server's log lies now; the databases do not."""
    with cluster.log_on(disk / "pg_wal"):
        yield disk


def visits(desk: ServerDesk, count: int) -> bytes:
    """A push of words that nothing can shorten to a few bytes."""
    chance = random.Random(desk.n)
    words = (chance.randbytes(LETTERS // 2).hex() for _ in range(count))
    return desk.body([desk.change("home_visit", uuid7(), {"observations": one}) for one in words])


def numbers(world: World) -> list[int]:
    world.province.database.close()  # what was connected is gone where the server ended
    return [n for (n,) in world.rows(select(tables.change_key.c.n).order_by(tables.change_key.c.n))]


def refused(desk: ServerDesk, push: bytes) -> bool:
    reply = desk.post("/v1/push", push)
    if reply.status == 200:
        return False
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "busy", "30")
    return True


@pytest.mark.parametrize("count", [COPIED_FROM // 2, 2 * COPIED_FROM], ids=["short", "copied"])
def test_where_rows_have_no_room_nothing_of_a_push_is_kept(
    world: World, small_database: Path, caplog: pytest.LogCaptureFixture, count: int
) -> None:
    desk = world.desk()
    assert not refused(desk, visits(desk, count))
    film = fill_up(small_database)
    push = visits(desk, count)
    for _ in range(2):
        assert refused(desk, push)
        assert FULL in caplog.text
        caplog.clear()
        assert numbers(world) == list(range(1, count + 1)), "what was signed for is there, and can be read"
    film.unlink()
    assert not refused(desk, push)
    assert numbers(world) == list(range(1, 2 * count + 1))


def test_where_its_log_has_no_room_the_server_ends_and_nothing_is_lost(
    cluster: StruckCluster, small_log: Path, world: World, caplog: pytest.LogCaptureFixture
) -> None:
    """It cannot even begin again until there is room."""
    desk = world.desk()
    film = fill_up(small_log)
    taken = 0
    push = visits(desk, COPIED_FROM)
    while not refused(desk, push):
        taken = desk.n
        assert taken < MOST_PUSHES * COPIED_FROM, "the disk never became full"
        push = visits(desk, COPIED_FROM)
    assert FULL in caplog.text or GONE in caplog.text
    cluster.wait_until_it_ended()
    assert refused(desk, push)
    assert GONE in caplog.text
    film.unlink()
    cluster.start_again()
    assert numbers(world) == list(range(1, taken + 1))
    assert not refused(desk, push)
    assert numbers(world) == list(range(1, desk.n + 1))
    caplog.clear()
