"""`durable --until`: what a copy made by other means surely holds, and not one change more."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection

from commune_desk.domain.model.ids import uuid7
from sync import protocol
from sync.server.identity import desks
from sync.server.intake import ordering
from sync.server.intake.admission import Admission
from sync.server.intake.push import take_in
from sync.server.lifecycle import backups
from sync.server.lifecycle.backups import received_until
from tests.sync.actors.server_fixtures import ServerDesk, World

pytestmark = pytest.mark.usefixtures("store_engine")


def durable(world: World, desk: ServerDesk, instant: str) -> int:
    return world.read(lambda connection: received_until(connection, instant, now=world.province.now()))[desk.id]


def slow_push(world: World, desk: ServerDesk, monkeypatch: pytest.MonkeyPatch, during: list[int], until: str) -> None:
    """A push that has begun when a copy of the province is made, and is over after it."""
    begun, may_end = threading.Event(), threading.Event()
    store = ordering.store

    def held(connection: Connection, *rest: object) -> object:
        results = store(connection, *rest)  # type: ignore[arg-type]
        begun.set()
        assert may_end.wait(20)
        return results

    monkeypatch.setattr("sync.server.intake.push.store", held)
    line = desk.change("person", uuid7(), {"full_name": "Chìu Văn Sáng"})
    body = desk.body([line])

    caller = world.read(lambda connection: desks.find(connection, desk.id))
    assert caller is not None
    with ThreadPoolExecutor(1) as pool:
        job = pool.submit(take_in, world.province, caller, body, Admission())
        assert begun.wait(20)
        world.clock.pass_by(seconds=5)
        during.append(durable(world, desk, until))
        may_end.set()
        receipt: protocol.Receipt = job.result()
    assert receipt.accepted_n == desk.n


def instant_of(world: World, **step: float) -> str:
    world.clock.pass_by(**step)
    now: datetime = world.clock.now()
    return now.strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_change_whose_push_was_under_way_is_not_told_durable(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """It bears an earlier time than the copy, and the copy lacks it: a desk that let go of it would lose it."""
    desk = world.desk()
    desk.send("person", uuid7(), {"full_name": "Chìu Thị Mây"})
    world.clock.pass_by(hours=1)
    began = instant_of(world)
    in_the_copy: list[int] = []
    slow_push(world, desk, monkeypatch, in_the_copy, began)
    copied_at = instant_of(world)
    assert in_the_copy == [1]
    world.clock.pass_by(hours=1)
    assert durable(world, desk, copied_at) == 1


def test_what_was_here_long_before_is_durable(world: World) -> None:
    desk = world.desk()
    desk.send("person", uuid7(), {"full_name": "Chìu Thị Mây"})
    assert durable(world, desk, instant_of(world, hours=1)) == 1


def test_by_the_clock_alone_it_would_be_told(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(backups, "LONGEST_PUSH", backups.LONGEST_PUSH * 0)
    with pytest.raises(AssertionError):
        test_a_change_whose_push_was_under_way_is_not_told_durable(world, monkeypatch)


def test_what_came_while_the_clock_stood_in_1970_is_not_told_durable(world: World) -> None:
    """Its battery was dead when the server started again, hours after the copy: what came then is in no copy."""
    known, fresh = world.desk(), world.desk()
    known.send("person", uuid7(), {"full_name": "Chìu Thị Mây"})
    copied_at = instant_of(world, days=1)
    right = world.clock.at
    world.clock.at = datetime(1970, 1, 1, 0, 5, tzinfo=UTC)
    known.send("person", uuid7(), {"full_name": "Chìu Văn Sáng"})
    fresh.send("person", uuid7(), {"full_name": "Bàn Thị Một"})
    world.clock.at = right + timedelta(hours=8)
    assert (durable(world, known, copied_at), durable(world, fresh, copied_at)) == (1, 0)
    known.send("person", uuid7(), {"full_name": "Bàn Thị Hai"})
    assert durable(world, known, copied_at) == 1
    assert durable(world, known, instant_of(world, days=1)) == 3


def test_what_came_while_the_clock_stood_in_2099_is_durable_with_what_came_after_it(world: World) -> None:
    """Else nothing of its desk would be for seventy years, and words of who has left would stay there."""
    desk = world.desk()
    right = world.clock.at
    world.clock.at = datetime(2099, 1, 1, tzinfo=UTC)
    desk.send("person", uuid7(), {"full_name": "Chìu Thị Mây"})
    world.clock.at = right
    assert durable(world, desk, instant_of(world, days=1)) == 0
    desk.send("person", uuid7(), {"full_name": "Chìu Văn Sáng"})
    assert durable(world, desk, instant_of(world, days=1)) == 2
