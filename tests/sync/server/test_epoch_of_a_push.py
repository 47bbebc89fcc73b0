"""A desk that speaks to a province of another epoch is told so before anything of it is taken or handed out (I17)."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import uuid7
from tests.sync.actors.server_fixtures import COMMUNE, World

pytestmark = pytest.mark.usefixtures("store_engine")


def test_a_push_of_another_epoch_keeps_nothing(world: World) -> None:
    desk = world.desk()
    line = desk.change("person", uuid7(), {"full_name": "Đặng Thị Hoà"})
    reply = desk.push(line, epoch="another")
    assert (reply.status, reply.code) == (409, "epoch")
    assert (world.count("change"), world.count("quarantine")) == (0, 0)
    assert desk.push(line).status == 200


def test_a_pull_of_another_epoch_gets_nothing(world: World) -> None:
    desk = world.desk()
    desk.send("person", uuid7(), {"full_name": "Đặng Thị Hoà"})
    reply = desk.pull_from({COMMUNE: 0}, epoch="another")
    assert (reply.status, reply.code) == (409, "epoch")
    assert b"full_name" not in reply.body
