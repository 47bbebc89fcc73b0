"""Work that another transaction was in the way of is done once, however often it was begun."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psycopg
import pytest
import sqlcipher3.dbapi2
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from sync.protocol import Receipt
from sync.server.engine import database, embedded, tables
from sync.server.engine.database import WHOLE_PROVINCE, StoreFault
from sync.server.engine.embedded import FILE, EmbeddedDatabase
from sync.server.intake import push
from tests.helpers.store_engine import EMBEDDED, StoreEngine, engine
from tests.sync.actors.server_fixtures import COMMUNE, World, province_in

NAME = {"full_name": "Bàn Thị Một"}


@pytest.fixture
def world(tmp_path: Path, store_engine: StoreEngine) -> Iterator[World]:
    with province_in(tmp_path) as made:
        yield made


def _crossed_at_the_end(monkeypatch: pytest.MonkeyPatch, chosen: StoreEngine, times: int) -> list[int]:
    """Let the first so many pushes fail after all their work, as at the commit; what has begun is counted."""
    honest: Callable[..., Receipt] = push._commit
    begun: list[int] = []
    busy = sqlcipher3.dbapi2.OperationalError("database is locked")
    crossed = busy if chosen.name == EMBEDDED else psycopg.errors.SerializationFailure()

    def commit(*values: Any) -> Receipt:
        begun.append(1)
        receipt = honest(*values)
        if len(begun) <= times:
            raise crossed
        return receipt

    monkeypatch.setattr(push, "_commit", commit)
    return begun


def test_a_push_that_was_crossed_is_taken_in_once(
    world: World, store_engine: StoreEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, person = world.desk(), uuid7()
    lines = [desk.change("person", person, NAME), desk.change("robot", uuid7(), NAME)]
    again = desk.change("person", uuid7(), NAME, id=lines[0].change.id)
    begun = _crossed_at_the_end(monkeypatch, store_engine, 2)
    assert desk.results(*lines, again) == [("ok", ""), ("quarantined", "kind"), ("quarantined", "id")]
    assert len(begun) == 3
    assert (world.count("change"), world.count("feed"), world.count("quarantine")) == (1, 1, 2)
    assert [row.head for row in world.rows(select(tables.scope).where(tables.scope.c.id == COMMUNE))] == [1]


def test_who_is_crossed_without_end_is_told_to_come_again(
    world: World, store_engine: StoreEngine, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(database, "_FIRST_PAUSE", 0.0001)
    begun = _crossed_at_the_end(monkeypatch, store_engine, 10**9)
    desk = world.desk()
    reply = desk.push(desk.change("person", uuid7(), NAME))
    assert (reply.status, reply.code, len(begun)) == (503, "busy", database.MOST_TRIES)
    assert world.count("change") == 0
    caplog.clear()


@contextmanager
def _held(path: Path, key: str, released: float) -> Iterator[None]:
    """Another process's transaction on the embedded file, which ends after a while."""
    holding = EmbeddedDatabase(path, key)
    begun, ended = threading.Event(), threading.Event()

    def hold(connection: object) -> None:
        begun.set()
        ended.wait(released)

    other = threading.Thread(target=lambda: holding.write(hold, WHOLE_PROVINCE))
    other.start()
    assert begun.wait(20)
    yield
    ended.set()
    other.join()
    holding.close()


def _beside_another(world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """Writes on the embedded engine while another process does; SQLite itself does not wait."""
    impatient = tuple(one for one in embedded._PRAGMAS if "busy_timeout" not in one)
    monkeypatch.setattr(embedded, "_PRAGMAS", (*impatient, "PRAGMA busy_timeout = 0"))
    path, key = world.province.data / FILE, world.province.keys.database_key
    ours, everything = EmbeddedDatabase(path, key), tables.meta.update().values(value=tables.meta.c.value)
    try:
        with _held(path, key, 0.1):
            return ours.write(lambda connection: connection.execute(everything).rowcount, WHOLE_PROVINCE)
    finally:
        ours.close()


@pytest.fixture
def small(tmp_path: Path) -> Iterator[World]:
    """On the embedded engine."""
    with engine.chosen(None), province_in(tmp_path) as made:
        yield made


def test_a_busy_file_is_asked_again(
    small: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert _beside_another(small, monkeypatch) > 0
    caplog.clear()  # whether it was asked often enough for the log is chance


def test_who_asked_once_would_be_sent_away(small: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(database, "MOST_TRIES", 1)
    with pytest.raises(StoreFault, match="busy"):
        _beside_another(small, monkeypatch)
