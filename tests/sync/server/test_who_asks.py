"""Every route but the open ones asks who it is: each wrong credential with each of them, and the right one too."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from sync import framing, protocol, seal
from sync.protocol import BELL_SUFFIX
from sync.server.edge.gate import Gate, Signed
from sync.server.edge.tickets import Tickets
from sync.server.engine.database import NO_SCOPE
from sync.server.identity import desks
from sync.server.identity.province import Province
from tests.sync.actors.province_rows import Rows, rows_of
from tests.sync.actors.questions import BELLS, OPEN, SIGNED
from tests.sync.actors.server_fixtures import COMMUNE, Reply, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")

Attempt = Callable[[World, ServerDesk, str, bytes], Reply]


def _unsigned(world: World, desk: ServerDesk, path: str, body: bytes) -> Reply:
    return world.call(path, framing.deflate(body))


def _with_its_other_key(world: World, desk: ServerDesk, path: str, body: bytes) -> Reply:
    """The doorbell's where the desk's own is asked for, and the other way round, under the name that goes with it."""
    if path in BELLS:
        return desk.post(path, body)
    return desk.post(path, body, key=desk.bell, keyid=desk.id + BELL_SUFFIX)


def _with_its_other_key_under_the_right_name(world: World, desk: ServerDesk, path: str, body: bytes) -> Reply:
    if path in BELLS:
        return desk.post(path, body, key=desk.key, keyid=desk.id + BELL_SUFFIX)
    return desk.post(path, body, key=desk.bell, keyid=desk.id)


def _with_another_desks_key(world: World, desk: ServerDesk, path: str, body: bytes) -> Reply:
    other = world.desk()
    key = other.bell if path in BELLS else other.key
    return desk.post(path, body, key=key, keyid=_keyid(desk, path))


def _as_a_desk_that_is_expected(world: World, desk: ServerDesk, path: str, body: bytes) -> Reply:
    """Enrolment has reserved its id, and nobody has shown a key for it yet."""
    grants = {COMMUNE: Role.COMMUNE_OFFICER}
    expected = world.write(lambda connection: desks.expect(connection, label="", grants=grants))
    return desk.post(path, body, key=_key(desk, path), keyid=expected + (BELL_SUFFIX if path in BELLS else ""))


def _as_nobody(world: World, desk: ServerDesk, path: str, body: bytes) -> Reply:
    nobody = seal.SigningKey.generate()
    return desk.post(path, body, key=nobody, keyid="0" * 8 + (BELL_SUFFIX if path in BELLS else ""))


def _as_the_province(world: World, desk: ServerDesk, path: str, body: bytes) -> Reply:
    name = protocol.PROVINCE_DESK + (BELL_SUFFIX if path in BELLS else "")
    return desk.post(path, body, key=_key(desk, path), keyid=name)


def _key(desk: ServerDesk, path: str) -> seal.SigningKey:
    return desk.bell if path in BELLS else desk.key


def _keyid(desk: ServerDesk, path: str) -> str:
    return desk.id + (BELL_SUFFIX if path in BELLS else "")


ATTEMPTS: tuple[Attempt, ...] = (
    _unsigned,
    _with_its_other_key,
    _with_its_other_key_under_the_right_name,
    _with_another_desks_key,
    _as_a_desk_that_is_expected,
    _as_nobody,
    _as_the_province,
)


def test_every_route_is_open_to_all_or_asks_who_it_is(world: World) -> None:
    assert {route.path for route in world.service.app().routes} == SIGNED.keys() | set(OPEN)


@pytest.mark.parametrize("attempt", ATTEMPTS)
def test_a_wrong_credential_opens_nothing_and_leaves_nothing(world: World, attempt: Attempt) -> None:
    desk = world.desk()
    bodies = {path: question(world, desk, COMMUNE) for path, question in SIGNED.items()}
    for path, body in bodies.items():
        before = rows_of(world)
        reply = attempt(world, desk, path, body)
        assert (reply.status, reply.code) == (401, "signature"), path
        assert reply.read(protocol.Problem).desk == "", "nor is anybody named"
        assert set(_touched(before, rows_of(world))) <= MADE_BY_THE_ATTEMPT.get(attempt.__name__, set()), path


MADE_BY_THE_ATTEMPT = {
    name: {"desk", "desk_grant"} for name in (_with_another_desks_key.__name__, _as_a_desk_that_is_expected.__name__)
}
"""What the test itself enrols to make the attempt with."""


def _touched(before: Rows, after: Rows) -> list[str]:
    return [name for name in before if before[name] != after[name]]


def test_a_right_one_opens_it(world: World) -> None:
    """The twin: the questions are those that a desk of the place is answered."""
    desk = world.desk()
    for path, question in SIGNED.items():
        reply = desk.post(path, question(world, desk, COMMUNE), key=_key(desk, path), keyid=_keyid(desk, path))
        assert reply.status == _answered(path), path


def _answered(path: str) -> int:
    """Of a file that nobody named there is nothing to tell."""
    return 404 if path.startswith("/v1/files/") else 200


class NoGate(Gate):
    """The control taken out: whoever asks is that desk."""

    def __init__(self) -> None:
        super().__init__(Tickets())
        self.believed = ""

    def admit(self, province: Province, request: Signed, *, bell: bool = False) -> desks.DeskState:
        found = province.database.read(lambda connection: desks.find(connection, self.believed), NO_SCOPE)
        assert found is not None
        return found


def test_without_the_gate_every_wrong_one_would_open_it(tmp_path: Path) -> None:
    """The twin."""
    gate = NoGate()
    with province_in(tmp_path, gate=gate) as world:
        for attempt in ATTEMPTS:
            desk = world.desk()
            gate.believed = desk.id
            for path, question in SIGNED.items():
                reply = attempt(world, desk, path, question(world, desk, COMMUNE))
                assert reply.status == _answered(path), (attempt.__name__, path)
