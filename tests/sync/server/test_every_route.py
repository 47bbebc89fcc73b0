"""Every route that the province serves, asked by desks of every other place: nobody is told of what is not granted.

The routes are those of the program itself: one that is added later without a question here fails.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.records.kinds import KINDS
from sync import protocol, report_wire
from sync.checksums import RANGES, RangesRequest, RecordsRequest
from sync.server.answers import sums
from sync.server.identity import desks
from sync.snapshot import SnapshotRequest
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, Reply, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = "Đặng Thị Dấu"
ROLES = {
    COMMUNE: (Role.COMMUNE_OFFICER, Role.CHAIR),
    OTHER: (Role.COMMUNE_OFFICER, Role.CHAIR),
    SHELTER: (Role.SHELTER_WORKER, Role.SHELTER_HEAD),
}
FIELDS = {name: list(kind.fields) for name, kind in KINDS.items()}
Question = Callable[[World, ServerDesk, str], bytes]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    with province_in(tmp_path) as made:
        yield made


def _push(world: World, desk: ServerDesk, scope: str) -> bytes:
    return desk.body([desk.change("person", uuid7(), {"full_name": "X"}, scope=scope)])


def _pull(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(protocol.PullRequest(epoch=world.epoch, cursors={scope: 0}, snapshots=True))


def _report(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(report_wire.ReportRequest())


def _snapshot(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(SnapshotRequest(epoch=world.epoch, scope=scope, fresh=True))


def _ranges(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(RangesRequest(epoch=world.epoch, scope=scope, fields=FIELDS, parts=True))


def _records(world: World, desk: ServerDesk, scope: str) -> bytes:
    return protocol.encode(RecordsRequest(epoch=world.epoch, scope=scope, ranges=list(range(RANGES))))


QUESTIONS: dict[str, Question] = {
    "/v1/push": _push,
    "/v1/pull": _pull,
    "/v1/report": _report,
    "/v1/snapshot": _snapshot,
    "/v1/ranges": _ranges,
    "/v1/records": _records,
}
"""What names a place, or tells of one."""
NAMES_ITS_PLACE = ("/v1/snapshot", "/v1/ranges", "/v1/records")
REFUSED = {desks.REVOKED: (410, "revoked"), desks.FROZEN: (409, "fork")}
OTHERWISE = {
    "/v1/hello": "tells nothing of records",
    "/v1/enrol": "tests/sync/server/test_enrol.py",
    "/v1/ca": "is for everybody",
    "/v1/snapshots/{token:str}": "tests/sync/client/test_snapshots.py: under a name that cannot be guessed, encrypted",
    "/v1/doorbell": "tests/sync/server/test_gate.py",
    protocol.SEALED_PUSH: "tests/sync/server/test_gate.py",
    "/v1/files/offset": "tests/sync/files/test_server.py",
    "/v1/files/put": "tests/sync/files/test_server.py",
    "/v1/files/get": "tests/sync/files/test_server.py",
}


def _strangers(world: World, scope: str) -> Iterator[ServerDesk]:
    """A desk of every other place, in every role that there is one."""
    for place, roles in ROLES.items():
        for role in roles if place != scope else ():
            yield world.desk({place: role})


def _told(reply: Reply) -> bytes:
    return reply.body if reply.raw else b""


def _seen_by_its_own(world: World, path: str, desk: ServerDesk, scope: str, record: str) -> bool:
    return record.encode() in _told(desk.post(path, QUESTIONS[path](world, desk, scope)))


def test_every_route_is_asked_here_or_elsewhere(world: World) -> None:
    assert {route.path for route in world.app.routes} == QUESTIONS.keys() | OTHERWISE.keys()


@pytest.mark.parametrize("scope", ROLES)
@pytest.mark.parametrize("path", QUESTIONS)
def test_nobody_is_told_of_another_place(world: World, path: str, scope: str) -> None:
    owner, record = world.desk({scope: ROLES[scope][0]}), uuid7()
    owner.send("person", record, {"full_name": NAME}, scope=scope)
    before = world.count("change")
    for stranger in _strangers(world, scope):
        reply = stranger.post(path, QUESTIONS[path](world, stranger, scope))
        for mark in (record, NAME):
            assert mark.encode() not in _told(reply)
        if path in NAMES_ITS_PLACE:
            assert (reply.status, reply.code) == (404, "not_found")
    assert world.count("change") == before, "nor is anything written there"


@pytest.mark.parametrize("path", QUESTIONS)
@pytest.mark.parametrize("status", [desks.REVOKED, desks.FROZEN])
def test_a_desk_that_is_stopped_is_told_nothing_of_its_own_place(world: World, path: str, status: str) -> None:
    desk, record = world.desk(), uuid7()
    desk.send("person", record, {"full_name": NAME})
    world.write(lambda connection: _stop(connection, world, desk, status))
    reply = desk.post(path, QUESTIONS[path](world, desk, COMMUNE))
    for mark in (record, NAME):
        assert mark.encode() not in _told(reply)
    if path in ("/v1/pull", *NAMES_ITS_PLACE):
        assert (reply.status, reply.code) == REFUSED[status], "sums and offers name nobody, and are refused too"


def _stop(connection: object, world: World, desk: ServerDesk, status: str) -> None:
    stop = desks.revoke if status == desks.REVOKED else desks.freeze
    stop(connection, world.province, desk.id)  # type: ignore[arg-type]


@pytest.mark.parametrize("path", ["/v1/pull", "/v1/records"])
def test_its_own_desks_are_told(world: World, path: str) -> None:
    """The twin: the question is one that is answered."""
    desk, record = world.desk(), uuid7()
    desk.send("person", record, {"full_name": NAME})
    assert _seen_by_its_own(world, path, desk, COMMUNE, record)


@pytest.mark.parametrize("path", ["/v1/ranges", "/v1/records"])
def test_not_asked_who_it_is_a_stranger_would_be_told(world: World, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: behind this question they are read with the reach of the whole province."""
    owner, record = world.desk({SHELTER: Role.SHELTER_WORKER}), uuid7()
    owner.send("person", record, {"full_name": NAME}, scope=SHELTER)
    monkeypatch.setattr(sums, "_refuse_stranger", lambda _caller, _scope: None)
    stranger = world.desk()
    reply = stranger.post(path, QUESTIONS[path](world, stranger, SHELTER))
    assert reply.status == 200
    assert path == "/v1/ranges" or record.encode() in reply.body
