"""`POST /v1/bundle` at a real server: whoever brings it, its sender is told what was granted to it and no more."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import uuid7
from sync import bundle, framing, protocol
from sync.bundle import PartKind
from sync.carried_wire import MAX_CARRIED, ROUTE, split_reply
from sync.server.edge import courier_reply
from sync.server.engine import tables
from sync.server.identity import desks
from tests.sync.actors.questions import ROLES, SIGNED, bundle_of, strangers
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, Reply, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = "Đặng Thị Dấu"


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as made:
        yield made


def opened(reply: Reply, desk: ServerDesk, *kinds: PartKind) -> list[bytes]:
    """What its sender finds in the answer: parts of these kinds, or all."""
    assert reply.status == 200, reply.code
    arrived = bundle.open_bundle(split_reply(reply.body)[1], desk.box, desk.id)
    assert arrived.signed_by(desk.world.province.keys.authority.public)
    return [content for _, content in arrived.parts(*(kinds or PartKind))]


def only_asked(desk: ServerDesk, scope: str, **more: Any) -> bytes:
    """A bundle that asks what is new in a place, and no snapshot of it."""
    pull = protocol.PullRequest(epoch=desk.world.epoch, cursors={scope: 0}, **more)
    return bundle_of(desk, [bundle.part(PartKind.PULL, protocol.encode(pull))])


@pytest.mark.parametrize("scope", ROLES)
def test_nobody_is_told_of_another_place_by_a_bundle(world: World, scope: str) -> None:
    record = uuid7()
    owner = world.desk({scope: ROLES[scope][0]})
    owner.send("person", record, {"full_name": NAME}, scope=scope)
    for stranger in strangers(world, scope):
        before = world.count("change")
        whole = owner.post(ROUTE, SIGNED[ROUTE](world, stranger, scope))
        told = [*opened(whole, stranger), *opened(owner.post(ROUTE, only_asked(stranger, scope)), stranger)]
        assert not any(mark.encode() in part for part in told for mark in (record, NAME))
        assert opened(whole, stranger, PartKind.SNAPSHOT) == []
        assert world.count("change") == before, "what it wrote there is set aside"
    carrier = world.desk()
    assert opened(carrier.post(ROUTE, SIGNED[ROUTE](world, owner, scope)), owner, PartKind.SNAPSHOT), "the twin"
    told = opened(carrier.post(ROUTE, only_asked(owner, scope)), owner)
    assert any(NAME.encode() in part for part in told), "who holds it is told, whoever brings the stick"


def test_a_stopped_desk_brings_nothing_and_a_stopped_sender_is_told_nothing(world: World) -> None:
    sender, carrier, record = world.desk(), world.desk({OTHER: ROLES[OTHER][0]}), uuid7()
    sender.send("person", record, {"full_name": NAME})
    body = SIGNED[ROUTE](world, sender, COMMUNE)
    world.write(lambda connection: desks.revoke(connection, world.province, sender.id))
    told = opened(carrier.post(ROUTE, body), sender)
    assert not any(NAME.encode() in part for part in told)
    assert world.count("quarantine") == 1
    world.write(lambda connection: desks.revoke(connection, world.province, carrier.id))
    reply = carrier.post(ROUTE, body)
    assert (reply.status, reply.code) == (410, "revoked")
    frozen = world.desk()
    world.write(lambda connection: desks.freeze(connection, world.province, frozen.id))
    assert frozen.post(ROUTE, body).code == "fork"


def test_the_doorbells_key_brings_no_bundle(world: World) -> None:
    desk = world.desk()
    body = SIGNED[ROUTE](world, desk, COMMUNE)
    assert desk.post(ROUTE, body, key=desk.bell, keyid=f"{desk.id}{protocol.BELL_SUFFIX}").status == 401
    assert world.call(ROUTE, framing.deflate(body)).status == 401, "nor does nobody"
    assert desk.post(ROUTE, body).status == 200


def test_only_the_first_file_of_an_answer_is_made(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A desk that is far behind gets a file's worth; the rest it asks for from there."""
    desk = world.desk()
    for _ in range(30):
        desk.send("person", uuid7(), {"full_name": NAME})
    monkeypatch.setattr("sync.server.answers.pull._LEAST_BYTES", 1)
    whole = courier_reply.reply
    monkeypatch.setattr("sync.server.edge.courier_reply.reply", lambda *of: whole(*of, room=1))
    told = opened(desk.post(ROUTE, only_asked(desk, COMMUNE, max_bytes=1)), desk)
    (out,) = [row for row in world.rows(select(tables.audit)) if row.action == "bundle-out"]
    assert out.subject.startswith(desk.id)
    assert protocol.decode(told[0].rpartition(b"\n")[2], protocol.PullTrailer).more, "and says that there is more"


def test_a_body_of_so_many_bytes_is_read_and_no_more(world: World) -> None:
    desk = world.desk()
    padded = bytes(MAX_CARRIED)
    assert desk.post(ROUTE, padded).code == "bundle_none"
    assert desk.post(ROUTE, padded + b"\0").code == "malformed", "it grows to more than any bundle has"
