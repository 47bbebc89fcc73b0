"""All connections to the database are in use for a while: whoever waits is told so, and what runs by itself goes on."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import pytest
from sqlalchemy import select
from sqlalchemy.exc import TimeoutError as NoConnection

from commune_desk.domain.model.ids import uuid7
from sync.server.edge import gate
from sync.server.edge.daily import daily_roots
from sync.server.edge.limits import BUSY_SECONDS
from sync.server.engine import database, tables
from tests.sync.actors.server_fixtures import Reply, World

pytestmark = pytest.mark.usefixtures("store_engine")


@contextmanager
def all_in_use(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    engine = world.province.database.engine
    with monkeypatch.context() as patch, ExitStack() as held:
        patch.setattr(engine.pool, "_timeout", 0.02)
        while True:
            try:
                held.enter_context(engine.connect())
            except NoConnection:
                break
        yield


def roots(world: World) -> int:
    return len(world.rows(select(tables.root.c.n)))


def answered_meanwhile(world: World, monkeypatch: pytest.MonkeyPatch) -> Reply:
    desk = world.desk()
    body = desk.body([desk.change("person", uuid7(), {"full_name": "Chìu Thị Mây"})])
    nonce = desk.nonce()
    with all_in_use(world, monkeypatch):
        return desk.post("/v1/push", body, nonce=nonce)


def test_a_desk_is_asked_to_come_again(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    reply = answered_meanwhile(world, monkeypatch)
    assert (reply.status, reply.code, reply.headers["retry-after"]) == (503, "busy", str(BUSY_SECONDS))
    assert "busy" in caplog.text
    caplog.clear()


def test_taken_for_a_wrong_signature_it_would_be_told_that_nobody_knows_it(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: its officer would be sent to the province for a new enrolment."""
    monkeypatch.setattr(gate, "StoreFault", ZeroDivisionError)
    reply = answered_meanwhile(world, monkeypatch)
    assert (reply.status, reply.code) == (401, "signature")


def after_a_busy_while(world: World, monkeypatch: pytest.MonkeyPatch) -> int:
    """How many roots there are, a moment after the connections are free again."""
    with daily_roots_while_busy(world, monkeypatch):
        until = time.monotonic() + 3
        while not roots(world) and time.monotonic() < until:
            time.sleep(0.02)
    return roots(world)


@contextmanager
def daily_roots_while_busy(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    with ExitStack() as serving:
        with all_in_use(world, monkeypatch):
            serving.enter_context(daily_roots(world.province, every=0.02))
            time.sleep(0.3)
        yield


def test_the_days_root_is_made_once_there_is_a_connection(
    world: World, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    assert after_a_busy_while(world, monkeypatch) == 1
    assert "roots could not be made" in caplog.text
    caplog.clear()


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_taken_for_a_bug_it_would_end_the_daily_roots_for_good(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(database, "NoConnection", ZeroDivisionError)
    assert after_a_busy_while(world, monkeypatch) == 0
