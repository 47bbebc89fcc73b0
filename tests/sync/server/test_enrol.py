"""Enrolment: forty bits read over a telephone hold, because they are good once, five times, and not for long."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import msgspec
import pytest
from sqlalchemy import select, update

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.words.errors import Refusal
from sync import enrolment_wire, framing, protocol, seal, spelling
from sync.server.edge.enrolment import EnrolCode, make_code
from sync.server.edge.limits import Limits
from sync.server.engine import tables
from sync.server.identity import desks
from sync.server.identity.scopes import keys_of
from tests.sync.actors.server_fixtures import COMMUNE, Reply, ServerDesk, World, province_in

pytestmark = pytest.mark.usefixtures("store_engine")


def _code(world: World, hours: int = 72) -> EnrolCode:
    grants = {COMMUNE: Role.COMMUNE_OFFICER}
    return world.write(
        lambda connection: make_code(
            connection, world.province, grants, label="Room 2", hours=hours, name="Xã Bình Liêu"
        )
    )


class Applicant:
    """A PC with a code."""

    def __init__(self, world: World, code: str) -> None:
        self.world = world
        data = spelling.read_spelled(code)
        self.locator, self.secret, self.print = data[:2], data[2:7], data[7:]
        self.key = seal.SigningKey.generate()
        stretched = seal.stretch_code(self.secret.hex(), world.province.fingerprint + self.locator)
        self.request_key, self.reply_key, self.locker_key = (
            seal.mac(stretched, purpose) for purpose in (b"request", b"reply", b"locker")
        )

    def ask(self, *, mac_key: bytes | None = None, locator: bytes | None = None, **more: Any) -> Reply:
        """`more` members of the question."""
        proven = self.proven(mac_key=mac_key, locator=locator, **more)
        return self.world.call("/v1/enrol", framing.deflate(protocol.encode(proven)))

    def proven(
        self, *, mac_key: bytes | None = None, locator: bytes | None = None, **more: Any
    ) -> enrolment_wire.Proven:
        request = enrolment_wire.EnrolRequest(
            locator=protocol.b64(locator or self.locator),
            sign_public=protocol.b64(self.key.public),
            box_public=protocol.b64(seal.BoxKey.generate().public),
            doorbell_public=protocol.b64(seal.SigningKey.generate().public),
            label="phong 2",
            program_version="0.1.0",
            **more,
        )
        body = protocol.encode(request)
        mac = seal.mac(mac_key or self.request_key, body)
        return enrolment_wire.Proven(body=protocol.b64(body), mac=protocol.b64(mac))

    def enrolled(self, **more: Any) -> enrolment_wire.Enrolled:
        reply = self.ask(**more)
        assert reply.status == 200, reply.code
        proven = reply.read(enrolment_wire.Proven)
        body = protocol.unb64(proven.body)
        assert seal.same(seal.mac(self.reply_key, body), protocol.unb64(proven.mac))
        return protocol.decode(body, enrolment_wire.Enrolled)


def test_a_code_makes_a_desk_that_holds_its_places_keys(world: World) -> None:
    code = _code(world)
    applicant = Applicant(world, code.code)
    assert len(code.code.replace("-", "")) == 18
    assert world.province.fingerprint.startswith(applicant.print)
    enrolled = applicant.enrolled()
    assert enrolled.desk == code.desk
    ((label,),) = world.rows(select(tables.desk.c.label).where(tables.desk.c.id == code.desk))
    assert label == "phong 2", "what was typed at the PC, not what the code was made for"
    assert [(g.scope, g.role, g.name) for g in enrolled.grants] == [(COMMUNE, "commune_officer", "Xã Bình Liêu")]
    locker = seal.unwrap(applicant.locker_key, protocol.unb64(enrolled.locker), applicant.locator)
    private = seal.BoxKey.from_bytes(protocol.unb64(msgspec.json.decode(locker)[COMMUNE]))
    (key,) = world.read(lambda connection: keys_of(connection, [COMMUNE]))
    assert protocol.unb64(key.public) == private.public
    assert key.key == seal.sha256(private.public)[:4].hex()


def test_the_database_alone_opens_no_locker(world: World) -> None:
    _code(world)
    (row,) = world.rows(tables.enrol_code.select())
    for key in (row.request_key, row.reply_key):
        with pytest.raises(seal.SealBroken):
            seal.unwrap(key, row.locker, bytes.fromhex(row.locator))


def test_a_lost_reply_is_given_again_to_the_same_pc_and_to_no_other(world: World) -> None:
    code = _code(world)
    applicant = Applicant(world, code.code)
    assert applicant.enrolled() == applicant.enrolled()
    second = Applicant(world, code.code).ask()
    assert (second.status, second.code) == (410, "used")
    assert world.count("desk") == 2


def _first_word(world: World) -> tuple[Applicant, bytes]:
    """A PC that enrolled and has sent its first changes; and what the province still keeps under its code."""
    code = _code(world)
    applicant = Applicant(world, code.code)
    applicant.enrolled()
    desk = ServerDesk(world)
    desk.id, desk.key = code.desk, applicant.key
    desk.send("person", uuid7(), {"full_name": "Bàn Thị Một"})
    ((locker,),) = world.rows(select(tables.enrol_code.c.locker))
    return applicant, locker


def test_once_a_desk_is_heard_of_its_code_opens_nothing_any_more(world: World) -> None:
    applicant, locker = _first_word(world)
    assert locker == b""
    again = applicant.ask()
    assert (again.status, again.code) == (410, "used")


def test_a_locker_kept_on_would_open_for_whoever_finds_out_the_code(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: forty bits are few for whoever has the database, and years."""
    monkeypatch.setattr(desks, "settle_enrolment", lambda *_: None)
    applicant, locker = _first_word(world)
    assert COMMUNE in msgspec.json.decode(seal.unwrap(applicant.locker_key, locker, applicant.locator))


def test_a_code_that_nobody_used_in_time_keeps_no_locker(world: World) -> None:
    _code(world, hours=1)
    world.clock.pass_by(hours=2)
    _code(world)
    lockers = world.rows(select(tables.enrol_code.c.locker).order_by(tables.enrol_code.c.expires_at))
    assert [bool(locker) for (locker,) in lockers] == [False, True]


def test_a_code_runs_out(world: World) -> None:
    applicant = Applicant(world, _code(world, hours=1).code)
    world.clock.pass_by(hours=2)
    reply = applicant.ask()
    assert (reply.status, reply.code) == (410, "expired")


def _guess(world: World, tries: int) -> list[int]:
    applicant = Applicant(world, _code(world).code)
    wrong = [applicant.ask(mac_key=bytes([guess]) * 32).status for guess in range(tries)]
    return [*wrong, applicant.ask().status]


def test_five_wrong_guesses_void_a_code(world: World) -> None:
    assert _guess(world, 4) == [404] * 4 + [200]
    assert _guess(world, 5) == [404] * 6


def test_without_the_count_of_tries_guessing_would_go_on(tmp_path: Path) -> None:
    """The twin of the test above."""
    with province_in(tmp_path, limits=Limits(code_tries=10**9)) as world:
        assert _guess(world, 20)[-1] == 200


def test_a_wrong_and_an_unknown_code_look_the_same(world: World) -> None:
    applicant = Applicant(world, _code(world).code)
    wrong = applicant.ask(mac_key=bytes(32))
    unknown = applicant.ask(locator=bytes(b ^ 255 for b in applicant.locator))
    assert (wrong.status, wrong.body) == (unknown.status, unknown.body)


def test_one_address_may_not_try_without_end(tmp_path: Path) -> None:
    now = [0.0]
    with province_in(tmp_path, limits=Limits(clock=lambda: now[0])) as world:
        proven = framing.deflate(protocol.encode(enrolment_wire.Proven(body="", mac="")))
        statuses = [world.call("/v1/enrol", proven).status for _ in range(40)]
        assert statuses == [400] * 30 + [429] * 10
        now[0] = 61.0
        assert world.call("/v1/enrol", proven).status == 400


@pytest.mark.parametrize("body", [b"", b"{}", b'{"body":"!","mac":""}', b'{"body":"e30=","mac":"AA=="}', b"[" * 9000])
def test_garbage_is_told_so(world: World, body: bytes) -> None:
    reply = world.call("/v1/enrol", framing.deflate(body))
    assert (reply.status, reply.code) == (400, "malformed")


def test_a_key_file_without_the_recovery_key_makes_no_codes(world: World, tmp_path: Path) -> None:
    from sync.server.identity import keyfile

    stored = msgspec.json.decode((tmp_path / "key.json").read_bytes())
    del stored["escrow"]
    lesser = tmp_path / "lesser.json"
    lesser.write_bytes(msgspec.json.encode(stored))
    keys = keyfile.read(lesser, data=tmp_path / "data")
    with pytest.raises(Refusal):
        _ = keys.escrow


def test_a_revoked_desk_does_not_come_back_with_its_old_code(world: World) -> None:
    code = _code(world)
    applicant = Applicant(world, code.code)
    applicant.enrolled()
    revoked = update(tables.desk).where(tables.desk.c.id == code.desk).values(status="revoked")
    world.write(lambda connection: connection.execute(revoked))
    assert applicant.ask().code == "expired"
