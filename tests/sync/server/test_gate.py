"""The gate: nobody gets in on another's name, twice, with another body, or by breaking it. Each test has its twin."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from sync import framing, protocol, seal
from sync.server.edge.gate import Gate, Signed
from sync.server.edge.tickets import LIFE_SECONDS, Tickets
from sync.server.engine.database import NO_SCOPE
from sync.server.identity import desks
from sync.server.identity.province import Province
from tests.sync.actors.server_fixtures import COMMUNE, OTHER, SHELTER, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")


class OpenGate(Gate):
    """A gate whose control is taken out: it believes the key id that is written on the request."""

    def admit(self, province: Province, request: Signed, *, bell: bool = False) -> desks.DeskState:
        said = dict((name.lower(), value) for name, value in request.headers.items())["signature-input"]
        keyid = said.partition('keyid="')[2].partition('"')[0].removesuffix(".bell")
        found = province.database.read(lambda connection: desks.find(connection, keyid), NO_SCOPE)
        assert found is not None
        return found


class EndlessTickets(Tickets):
    """Tickets whose control is taken out: every use is the first."""

    def spend(self, keyid: str, nonce: str) -> bool:
        return True


def _pull_body(world: World) -> bytes:
    return framing.deflate(protocol.encode(protocol.PullRequest(epoch=world.epoch, cursors={})))


def _swap(headers: list[tuple[str, str]], name: str, value: str) -> list[tuple[str, str]]:
    return [(key, value if key.lower() == name else old) for key, old in headers]


def _attack_another_key(world: World) -> tuple[int, str]:
    desk, thief = world.desk(), world.desk()
    body = _pull_body(world)
    reply = world.call("/v1/pull", body, desk.headers("/v1/pull", body, key=thief.key))
    return reply.status, reply.code if reply.status != 200 else ""


def _attack_swapped_body(world: World) -> tuple[int, str]:
    desk = world.desk()
    headers = desk.headers("/v1/pull", _pull_body(world))
    other = framing.deflate(protocol.encode(protocol.PullRequest(epoch=world.epoch, cursors={COMMUNE: 0}, max_bytes=1)))
    reply = world.call("/v1/pull", other, headers)
    return reply.status, reply.code if reply.status != 200 else ""


def _attack_another_route(world: World) -> tuple[int, str]:
    desk = world.desk()
    body = _pull_body(world)
    reply = world.call("/v1/pull", body, desk.headers("/v1/push", body))
    return reply.status, reply.code if reply.status != 200 else ""


@pytest.mark.parametrize("attack", [_attack_another_key, _attack_swapped_body, _attack_another_route])
def test_a_request_that_its_desk_did_not_sign_like_this_is_refused(
    world: World, tmp_path: Path, attack: object
) -> None:
    assert callable(attack)
    assert attack(world) == (401, "signature")
    with province_in(tmp_path / "open", gate=OpenGate(Tickets())) as open_world:
        assert attack(open_world) == (200, "")


def test_a_recorded_request_is_worth_nothing_the_second_time(world: World, tmp_path: Path) -> None:
    def replay(target: World) -> list[int]:
        desk, body = target.desk(), _pull_body(target)
        headers = desk.headers("/v1/pull", body)
        return [target.call("/v1/pull", body, headers).status for _ in range(2)]

    assert replay(world) == [200, 401]
    endless = EndlessTickets()
    with province_in(tmp_path / "open", tickets=endless, gate=Gate(endless)) as open_world:
        assert replay(open_world) == [200, 200]


def test_a_recorded_request_is_worth_nothing_days_later(tmp_path: Path) -> None:
    """The ticket lives on, for a desk that was closed over a weekend; its counter is spent."""
    time = [0.0]

    def replayed(folder: str, tickets: Tickets) -> list[int]:
        time[0] = 0.0
        with province_in(tmp_path / folder, tickets=tickets, gate=Gate(tickets)) as target:
            desk, body = target.desk(), _pull_body(target)
            headers = desk.headers("/v1/pull", body)
            first = target.call("/v1/pull", body, headers).status
            time[0] = 2 * 86_400.0
            return [first, target.call("/v1/pull", body, headers).status, desk.pull_from({}).status]

    assert replayed("kept", Tickets(clock=lambda: time[0])) == [200, 401, 200]
    assert replayed("open", EndlessTickets(clock=lambda: time[0])) == [200, 200, 200], "the twin"


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("signature", "pyhms=:AAAA:"),
        ("signature", "pyhms=:zz"),
        ("signature", "pyhms"),
        ("signature", "\xff\xfe"),
        ("signature", ""),
        ("signature-input", "pyhms"),
        ("signature-input", 'pyhms=("@method");keyid=7'),
        ("signature-input", 'pyhms=();keyid="' + "A" * 5000 + '"'),
        ("signature-input", "(" * 3000),
        ("content-digest", "sha-256=:AAAA:"),
        ("content-digest", "md5=:AAAA:"),
        ("content-digest", "{}"),
        ("content-type", "text/html"),
    ],
)
def test_garbage_in_a_signature_is_a_refusal_and_never_a_failure(world: World, header: str, value: str) -> None:
    desk, body = world.desk(), _pull_body(world)
    reply = world.call("/v1/pull", body, _swap(desk.headers("/v1/pull", body), header, value))
    assert (reply.status, reply.code) == (401, "signature")


def test_whatever_breaks_inside_the_gate_is_a_refusal(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    class BrokenGate(Gate):
        def admit(self, province: Province, request: Signed, *, bell: bool = False) -> desks.DeskState:
            raise IndexError("Đặng Thị Hoà")

    with province_in(tmp_path, gate=BrokenGate(Tickets())) as world:
        desk = world.desk()
        assert desk.pull_from({}).status == 401
    assert "IndexError" in caplog.text
    assert "Hoà" not in caplog.text
    caplog.clear()


def test_a_request_without_a_signature_reaches_nothing(world: World) -> None:
    for path in ("/v1/push", "/v1/pull", "/v1/doorbell", protocol.SEALED_PUSH):
        assert world.call(path, _pull_body(world)).status == 401


@pytest.mark.parametrize("covered", [("@method", "@path"), ("content-digest", "content-type"), ("@method",)])
def test_a_signature_that_leaves_something_out_does_not_count(world: World, covered: tuple[str, ...]) -> None:
    import requests
    from http_message_signatures import HTTPMessageSigner
    from http_message_signatures.algorithms import ED25519

    desk, body = world.desk(), _pull_body(world)
    request = requests.Request("POST", "https://province/v1/pull", data=body).prepare()
    request.headers["Content-Type"] = framing.CONTENT_TYPE
    signer = HTTPMessageSigner(signature_algorithm=ED25519)
    prepared = signer.prepare(request, key_id=desk.id, nonce=desk.nonce(), covered_component_ids=covered, body=body)
    signer.apply(request, prepared, desk.key.sign(b"", prepared.signature_base))
    reply = world.call("/v1/pull", body, list(request.headers.items()))
    assert (reply.status, reply.code) == (401, "signature")


def _sealed_push(world: World, desk: ServerDesk) -> bytes:
    courier = world.province.keys.courier
    line = desk.change("person", uuid7(), {"full_name": "Lò Thị Thử"})
    return seal.seal_for_province(courier.public, framing.deflate(desk.body([line])))


def test_a_doorbell_key_opens_the_doorbells_routes_alone(world: World) -> None:
    desk = world.desk()
    nonce = protocol.encode(protocol.HelloRequest(nonce="YQ=="))
    bell = {"key": desk.bell, "keyid": f"{desk.id}.bell"}
    box = _sealed_push(world, desk)
    for path, body in (("/v1/doorbell", nonce), (protocol.SEALED_PUSH, box)):
        assert desk.post(path, body).status == 401, "nor do other keys open them"
        assert desk.post(path, body, **bell).status == 200
    for path in ("/v1/pull", "/v1/push"):
        for keyid in (desk.id, f"{desk.id}.bell"):
            assert desk.post(path, nonce, key=desk.bell, keyid=keyid).status == 401


def test_a_sealed_push_counts_only_for_the_desk_that_brings_it(world: World, tmp_path: Path) -> None:
    """The inner push names its desk and bears its signed head; another's doorbell must not bring it."""

    desk, thief = world.desk(), world.desk()
    box = _sealed_push(world, desk)
    reply = thief.post(protocol.SEALED_PUSH, box, key=thief.bell, keyid=f"{thief.id}.bell")
    assert (reply.status, reply.code) == (404, "not_found")
    reply = thief.post(protocol.SEALED_PUSH, box, key=thief.bell, keyid=f"{desk.id}.bell")
    assert (reply.status, reply.code) == (401, "signature")
    with province_in(tmp_path / "open", gate=OpenGate(Tickets())) as open_world:
        owner = open_world.desk()
        box = _sealed_push(open_world, owner)
        stranger = open_world.desk()
        reply = stranger.post(protocol.SEALED_PUSH, box, key=stranger.bell, keyid=f"{owner.id}.bell")
        assert reply.status == 200, "the twin: a gate that believes the key id"


def test_a_desk_that_is_only_expected_has_no_key_to_come_in_with(world: World) -> None:
    grants = {COMMUNE: Role.COMMUNE_OFFICER}
    expected = world.write(lambda connection: desks.expect(connection, label="", grants=grants))
    stranger = ServerDesk(world)
    stranger.id = expected
    assert stranger.pull_from({}).status == 401


def test_a_path_that_only_looks_like_a_route_is_not_one(world: World) -> None:
    desk, body = world.desk(), _pull_body(world)
    for path in ("/v1/pull/../push", "/v1//pull", "/V1/pull", "/v1/pull%2f", "/v2/pull", "/v1/desks", "/"):
        reply = world.call(path, body, desk.headers(path, body))
        assert (reply.status, reply.code) in ((404, "not_found"), (401, "signature")), path
    trailing = world.call("/v1/pull/", body, desk.headers("/v1/pull/", body))
    assert trailing.status == 401
    for method in ("GET", "PUT", "DELETE", "HEAD"):
        assert world.call("/v1/pull", b"", method=method).status == 404


@pytest.mark.parametrize("scope", [COMMUNE, OTHER, SHELTER])
def test_no_desk_sees_or_writes_another_place(world: World, scope: str) -> None:
    """What is not granted is as if it were not there; each route: `test_every_route.py`."""
    roles = {
        COMMUNE: (Role.COMMUNE_OFFICER, Role.CHAIR),
        OTHER: (Role.COMMUNE_OFFICER,),
        SHELTER: (Role.SHELTER_WORKER, Role.SHELTER_HEAD),
    }
    owner = world.desk({scope: roles[scope][0]})
    owner.send("person", uuid7(), {"full_name": "Đặng Thị Hoà"}, scope=scope)
    secret = scope.encode()
    for place, held in roles.items():
        for role in held:
            if place == scope:
                continue
            desk = world.desk({place: role})
            first = desk.pull_from({}).body.split(b"\n")[0]
            known = protocol.decode(first, protocol.PullHeader).directory_version  # of the communes' names and keys
            reply = desk.pull_from({scope: 0, place: 0}, directory=known)
            assert reply.status == 200
            assert secret not in reply.body
            assert desk.pull_from({scope: 10**9}).status == 200
            line = desk.change("person", uuid7(), {"full_name": "X"}, scope=scope)
            assert desk.results(line) == [("quarantined", "grant")]
            bell = desk.post(
                "/v1/doorbell",
                protocol.encode(protocol.HelloRequest(nonce="YQ==")),
                key=desk.bell,
                keyid=f"{desk.id}.bell",
            )
            assert bell.read(protocol.DoorbellReply).waiting == 0


def test_a_desk_cannot_push_in_another_desks_name(world: World) -> None:
    desk, victim = world.desk(), world.desk()
    line = victim.change("person", uuid7(), {"full_name": "X"})
    reply = desk.post("/v1/push", victim.body([line]))
    assert (reply.status, reply.code) == (404, "not_found")
    stolen = desk.change("person", uuid7(), {"full_name": "X"}, desk=victim.id)
    forged = desk.change("person", uuid7(), {"full_name": "X"}, signing=victim.key)
    assert desk.results(stolen, forged) == [("quarantined", "identity"), ("quarantined", "signature")]
    assert world.count("change") == 0


def test_tickets_run_out_and_die_with_the_process() -> None:
    time = [0.0]
    tickets = Tickets(clock=lambda: time[0])
    ticket = tickets.issue()
    assert not Tickets(clock=lambda: time[0]).spend("A", f"{ticket}.1")
    assert [tickets.spend("A", f"{ticket}.{n}") for n in ("1", "2", "2", "1", "5", "4", "-6", "٦", "", "1e3")] == [
        True, True, False, False, True, False, False, False, False, False,
    ]  # fmt: skip
    time[0] = LIFE_SECONDS + 1.0
    assert not tickets.spend("A", f"{ticket}.9")


def test_a_ticket_that_was_forgotten_for_room_is_not_fresh_again() -> None:
    time = [0.0]
    tickets = Tickets(clock=lambda: time[0])
    issued = []
    for _ in range(20):
        time[0] += 1
        issued.append(tickets.issue())
        assert tickets.spend("A", f"{issued[-1]}.1")
    assert not any(tickets.spend("A", f"{ticket}.1") for ticket in issued)


def test_replies_are_signed_and_carry_the_nonce(world: World) -> None:
    authority = world.province.keys.authority.public
    request = framing.deflate(protocol.encode(protocol.HelloRequest(nonce="cXVlc3Rpb24=")))
    reply = world.call("/v1/hello", request)
    assert reply.read(protocol.Hello).nonce == "cXVlc3Rpb24="
    signature = protocol.unb64(reply.headers["cd-signature"])
    assert seal.verify(authority, seal.HELLO, reply.body, signature)
    assert not seal.verify(authority, seal.FEED, reply.body, signature)
    refusal = world.call("/v1/pull", b"")
    assert seal.verify(authority, seal.HELLO, refusal.body, protocol.unb64(refusal.headers["cd-signature"]))
