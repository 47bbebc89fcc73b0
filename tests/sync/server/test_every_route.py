"""Every route that the province serves, asked by desks of every other place: nobody is told of what is not granted.

The routes are those of the program itself: one that is added later without a question here fails.
"""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import Connection

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import carried_wire, protocol
from sync.checksums import RangesReply, Sum
from sync.protocol import Receipt
from sync.purge_wire import PurgeReply
from sync.server.answers import sums
from sync.server.identity import desks
from sync.server.intake.admission import Admission
from sync.snapshot import SnapshotOffer
from tests.helpers.named_tests import is_named_test
from tests.sync.actors.province_rows import rows_of, written_of_others
from tests.sync.actors.questions import QUESTIONS, ROLES, strangers, told
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, Reply, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

NAME = "Đặng Thị Dấu"
NAMES_ITS_PLACE = ("/v1/snapshot", "/v1/ranges", "/v1/records")
OF_THE_STRANGER_ITSELF = {"desk", "signed_head", "quarantine"}
"""What a stranger's question may leave: that its desk was heard of, and what it sent that was set aside."""
STOPPED = {desks.REVOKED: (410, "revoked"), desks.FROZEN: (409, "fork")}
ANSWERED_TO_STOPPED = {
    ("/v1/push", desks.REVOKED): "all that it still sends is kept, set aside",
    ("/v1/report", desks.REVOKED): "it says here that it removed what it held",
    ("/v1/report", desks.FROZEN): "what it says there names nobody, and is signed by itself",
}
"""Else a desk that is stopped is refused."""
_OF_A_FILE = "sync/files/test_server.py::test_what_no_change_names_and_what_another_place_names_look_the_same"
OTHERWISE = {
    "/v1/hello": "sync/server/test_gate.py::test_replies_are_signed_and_carry_the_nonce",
    "/v1/enrol": "sync/server/test_enrol.py::test_a_wrong_and_an_unknown_code_look_the_same",
    "/v1/ca": "sync/server/test_every_route.py::test_what_anybody_may_fetch_is_the_same_for_everybody",
    "/v1/snapshots/{token:str}": "sync/client/test_snapshots.py::test_nobody_gets_another_places_snapshot",
    "/v1/doorbell": "sync/server/test_gate.py::test_no_desk_sees_or_writes_another_place",
    protocol.SEALED_PUSH: "sync/server/test_gate.py::test_a_sealed_push_counts_only_for_the_desk_that_brings_it",
    carried_wire.ROUTE: "sync/server/test_carried_route.py::test_nobody_is_told_of_another_place_by_a_bundle",
    "/v1/schema": "sync/server/test_schema_route.py::test_it_says_the_same_to_everybody",
    "/v1/files/offset": _OF_A_FILE,
    "/v1/files/put": _OF_A_FILE,
    "/v1/files/get": "sync/files/test_server.py::test_a_file_of_one_place_is_not_had_by_naming_it_in_another",
}
"""Routes with another question, each with the test that asks it."""


def _ask(world: World, desk: ServerDesk, path: str, scope: str) -> Reply:
    return desk.post(path, QUESTIONS[path](world, desk, scope))


def _owner(world: World, scope: str, record: str) -> ServerDesk:
    """A desk of the place that wrote of a person there."""
    desk = world.desk({scope: ROLES[scope][0]})
    desk.send("person", record, {"full_name": NAME}, scope=scope)
    return desk


def test_every_route_is_asked_here_or_elsewhere(world: World) -> None:
    assert {route.path for route in world.service.app().routes} == QUESTIONS.keys() | OTHERWISE.keys()
    assert [name for name in OTHERWISE.values() if not is_named_test(name)] == []
    assert not is_named_test("sync/server/test_gate.py::test_nobody_wrote_this"), "the twin"


def test_what_anybody_may_fetch_is_the_same_for_everybody(world: World) -> None:
    before = world.call("/v1/ca", b"", method="GET")
    _owner(world, COMMUNE, uuid7())
    assert world.call("/v1/ca", b"", method="GET") == before
    assert before.raw == world.province.ca


@pytest.mark.parametrize("scope", ROLES)
@pytest.mark.parametrize("path", QUESTIONS)
def test_nobody_is_told_of_another_place(world: World, path: str, scope: str) -> None:
    record = uuid7()
    _owner(world, scope, record)
    for stranger in strangers(world, scope):
        before = rows_of(world)
        reply = _ask(world, stranger, path, scope)
        for mark in (record, NAME):
            assert mark.encode() not in told(reply)
        if path in NAMES_ITS_PLACE:
            assert (reply.status, reply.code) == (404, "not_found")
        assert _written_beside(world, before, stranger) == [], "nor is anything written there"


def _written_beside(world: World, before: object, stranger: ServerDesk) -> list[str]:
    """Tables in which there is more than what is noted of the stranger itself."""
    assert isinstance(before, dict)
    after = rows_of(world)
    touched = {name for name in after if before[name] != after[name]}
    others = written_of_others(before, after, stranger.id, lambda table, row: False)
    return sorted({*others, *(touched - OF_THE_STRANGER_ITSELF)})


class OpenAdmission(Admission):
    """The control taken out: whoever has a key writes wherever they like."""

    def fault(self, *args: object, **more: object) -> str | None:
        return None


def test_let_in_unasked_a_strangers_writing_would_be_found(tmp_path: Path) -> None:
    """The twin: of the same question, where admission lets everybody write."""
    with province_in(tmp_path, admission=OpenAdmission()) as world:
        _owner(world, OTHER, uuid7())
        stranger = world.desk()
        before = rows_of(world)
        assert _ask(world, stranger, "/v1/push", OTHER).status == 200
        assert {"change", "feed", "record_person", "scope"} <= set(_written_beside(world, before, stranger))


@pytest.mark.parametrize("path", QUESTIONS)
@pytest.mark.parametrize("status", STOPPED)
def test_a_desk_that_is_stopped_is_told_nothing_of_its_own_place(world: World, path: str, status: str) -> None:
    desk, record = world.desk(), uuid7()
    desk.send("person", record, {"full_name": NAME})
    world.write(lambda connection: _stop(connection, world, desk, status))
    reply = _ask(world, desk, path, COMMUNE)
    for mark in (record, NAME):
        assert mark.encode() not in told(reply)
    if (path, status) not in ANSWERED_TO_STOPPED:
        assert (reply.status, reply.code) == STOPPED[status], "sums and offers name nobody, and are refused too"
    elif path == "/v1/push":
        (result,) = reply.read(Receipt).results
        assert (reply.status, result.status, result.code) == (200, "quarantined", "revoked")
    else:
        assert (reply.status, reply.read(PurgeReply)) == (200, PurgeReply())


def _stop(connection: Connection, world: World, desk: ServerDesk, status: str) -> None:
    stop = desks.revoke if status == desks.REVOKED else desks.freeze
    stop(connection, world.province, desk.id)


PLACES_AND_ROLES = [(scope, role) for scope, roles in ROLES.items() for role in roles]


@pytest.mark.parametrize(("scope", "role"), PLACES_AND_ROLES)
def test_its_own_desks_are_told(world: World, scope: str, role: Role) -> None:
    """The twin, for every role: each question is one that is answered to who works in the place."""
    record = uuid7()
    _owner(world, scope, record)
    own = world.desk({scope: role})
    for path in ("/v1/pull", "/v1/records"):
        assert record.encode() in told(_ask(world, own, path, scope)), path
    assert _ask(world, own, "/v1/ranges", scope).read(RangesReply).whole.count == 1
    assert _ask(world, own, "/v1/snapshot", scope).read(SnapshotOffer).at.seq == 1
    assert _ask(world, own, "/v1/report", scope).status == 200
    (result,) = _ask(world, own, "/v1/push", scope).read(Receipt).results
    expected = ("quarantined", "role") if role is Role.CHAIR else ("ok", "")
    assert (result.status, result.code) == expected


@pytest.mark.parametrize("path", ["/v1/ranges", "/v1/records"])
def test_not_asked_who_it_is_a_stranger_would_be_told(world: World, path: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: behind this question they are read with the reach of the whole province."""
    record = uuid7()
    owner, stranger = _owner(world, SHELTER, record), world.desk()
    monkeypatch.setattr(sums, "_refuse_stranger", lambda _caller, _scope: None)
    reply, of_nothing = (_ask(world, stranger, path, scope) for scope in (SHELTER, OTHER))
    assert reply.body == _ask(world, owner, path, SHELTER).body
    if path == "/v1/ranges":
        assert of_nothing.read(RangesReply).whole == Sum()
        assert reply.read(RangesReply).whole.count == 1
    else:
        assert record.encode() in reply.body
        assert record.encode() not in of_nothing.body
