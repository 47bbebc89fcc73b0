"""Enrolment at the real province: both sides prove the code, and nothing on the line can stand between them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Invalid, Refusal
from sync import enrolment_wire, framing, protocol, seal, spelling
from sync.client import errors
from sync.client.doorbell import ring
from sync.client.enrol import Credentials, Enrolment, enrol
from sync.client.session import Session
from sync.client.transport import Transport
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity import desks
from sync.server.identity.authority import make_authority
from sync.server.identity.province import epoch_of
from sync.server.intake.reports_in import hand_down
from tests.helpers.store_engine import StoreEngine
from tests.sync.actors.in_process import InProcess, response_of
from tests.sync.actors.memory_replica import Identity, MemoryReplica
from tests.sync.actors.real_province import COMMUNE, HOUSE, OFFICE, SHELTER, RealProvince, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


class MovableClock:
    def __init__(self) -> None:
        self.ahead = timedelta()

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead


@pytest.fixture(scope="module")
def clock() -> MovableClock:
    return MovableClock()


@pytest.fixture(scope="module")
def province(
    tmp_path_factory: pytest.TempPathFactory, clock: MovableClock, store_engine: StoreEngine
) -> Iterator[RealProvince]:
    """Its desks keep their feed in memory and begin with no snapshot, however much there is."""
    with pytest.MonkeyPatch.context() as patch, real_province(tmp_path_factory.mktemp("enrol"), clock=clock) as real:
        patch.setattr("sync.server.answers.pull.WORTH", 1_000_000)
        yield real


def _enrol(province: RealProvince, code: str, keys: Credentials | None = None) -> Enrolment:
    return enrol("province.test", code, "PC", program_version="0", credentials=keys, connect=province.transport)


def test_a_code_makes_a_desk_with_all_it_needs(province: RealProvince) -> None:
    code = province.code({**OFFICE, **HOUSE})
    enrolment = enrol("province.test", code.code.lower(), "PC", program_version="0", connect=province.transport)
    assert enrolment.desk == code.desk
    assert enrolment.address == "https://province.test"
    assert enrolment.ca_pem == province.province.ca
    assert enrolment.authority_public == province.province.keys.authority.public
    assert {grant.scope: grant.role for grant in enrolment.grants} == {
        COMMUNE: Role.COMMUNE_OFFICER.value,
        SHELTER: Role.SHELTER_WORKER.value,
    }
    assert enrolment.scope_private.keys() == {COMMUNE, SHELTER}
    for scope_key in enrolment.scope_keys:
        private = enrolment.scope_private[scope_key.scope]
        sealed = seal.seal_value(protocol.unb64(scope_key.public), "kín", scope=scope_key.scope, record="r", field="f")
        assert seal.open_value(private, sealed, scope=scope_key.scope, record="r", field="f") == "kín"
        assert scope_key.key == seal.sha256(private.public)[:4].hex()
    assert "SigningKey" not in repr(enrolment)


def test_a_code_works_once(province: RealProvince) -> None:
    code = province.code().code
    _enrol(province, code)
    with pytest.raises(Refusal, match="used"):
        _enrol(province, code)


def test_a_code_whose_every_answer_was_lost_works_again_for_the_same_keys_and_for_no_others(
    province: RealProvince,
) -> None:
    """The person tries again on a better line; somebody who has only read the code gets nothing."""
    code, keys = province.code(), Credentials()
    province.line.lose_reply_of = "/v1/enrol"
    try:
        with pytest.raises(errors.LineFault):
            _enrol(province, code.code, keys)
    finally:
        province.line.lose_reply_of = ""
    with pytest.raises(Refusal, match="used"):
        _enrol(province, code.code)
    again = _enrol(province, code.code, keys)
    assert (again.desk, again.signing_key.public) == (code.desk, keys.signing.public)


def test_an_old_code_is_refused(province: RealProvince, clock: MovableClock) -> None:
    code = province.code(hours=1).code
    clock.ahead = timedelta(hours=2)
    try:
        with pytest.raises(Refusal, match="expired"):
            _enrol(province, code)
    finally:
        clock.ahead = timedelta()


@pytest.mark.parametrize("code", ["", "7ZK2M", "AAAAA-AAAAA-AAAAA-AAA", "????"])
def test_a_mistyped_code_never_reaches_the_line(province: RealProvince, code: str) -> None:
    province.line.down = True
    try:
        with pytest.raises(Invalid):
            _enrol(province, code)
        with pytest.raises(Invalid):
            _enrol(province, spelling.spell(b"four"))
    finally:
        province.line.down = False


def test_a_right_looking_code_that_nobody_made_is_refused(province: RealProvince) -> None:
    code = spelling.spell(b"\0\0" + b"guess" + province.province.fingerprint[:3])
    with pytest.raises(Refusal):
        _enrol(province, code)


@contextmanager
def through(province: RealProvince, line: InProcess) -> Iterator[None]:
    """All that goes to the province goes by that line meanwhile."""
    honest, province.line = province.line, line
    try:
        yield
    finally:
        line.shut()
        province.line = honest


class Impostor(InProcess):
    """A stranger on the line who shows an authority of his own and passes the rest on."""

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        if request.path_url == "/v1/ca":
            return response_of(200, {}, make_authority("Impostor", clock=SystemClock()).certificate)
        raise AssertionError("nothing more is sent to a stranger")


def test_another_authority_than_the_codes_gets_nothing(province: RealProvince) -> None:
    code = province.code().code
    with through(province, Impostor(province.line.app)), pytest.raises(Refusal, match="not the province"):
        _enrol(province, code)
    _enrol(province, code)


class Companion(InProcess):
    """A stranger who shows the province's own certificate, and one of his beside it."""

    is_first = False

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        response = super().send(request, *args, **kwargs)
        if request.path_url != "/v1/ca":
            raise AssertionError("nothing more is sent to a stranger")
        both = [response.raw.read(), make_authority("Companion", clock=SystemClock()).certificate]
        return response_of(200, {}, b"".join(reversed(both) if self.is_first else both))


@pytest.mark.parametrize("is_first", [False, True])
def test_a_second_authority_beside_the_codes_gets_nothing(province: RealProvince, is_first: bool) -> None:
    """It would be trusted with the other, for good, and read all that goes over the line."""
    code = province.code().code
    stranger = Companion(province.line.app)
    stranger.is_first = is_first
    with through(province, stranger), pytest.raises(protocol.Malformed):
        _enrol(province, code)
    assert _enrol(province, code).ca_pem.count(b"BEGIN") == 1


class Meddler(InProcess):
    """Changes the reply of enrolment, without knowing the code."""

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        response = super().send(request, *args, **kwargs)
        if request.path_url != "/v1/enrol":
            return response
        answer = protocol.decode(framing.inflate(response.raw.read()), enrolment_wire.Proven)
        body = protocol.unb64(answer.body).replace(b'"epoch":"', b'"epoch":"x')
        forged = protocol.encode(enrolment_wire.Proven(body=protocol.b64(body), mac=answer.mac))
        return response_of(200, {}, framing.deflate(forged))


def test_a_changed_reply_is_not_the_provinces(province: RealProvince) -> None:
    code = province.code().code
    with through(province, Meddler(province.line.app)), pytest.raises(errors.Unproven):
        _enrol(province, code)


class LosesFirstReply(InProcess):
    """The first enrolment goes through, but its reply is lost on the way."""

    lost = 0

    def send(self, request: requests.PreparedRequest, *args: object, **kwargs: object) -> requests.Response:
        self.lose_reply = request.path_url == "/v1/enrol" and not self.lost
        self.lost += self.lose_reply
        return super().send(request, *args, **kwargs)


def test_a_lost_reply_costs_no_code(province: RealProvince) -> None:
    with through(province, LosesFirstReply(province.line.app)):
        assert province.enrol().desk


def _desk(province: RealProvince) -> MemoryReplica:
    enrolment = province.enrol()
    return MemoryReplica(Identity(enrolment.desk, enrolment.epoch, enrolment.signing_key, enrolment.authority_public))


def test_two_enrolled_desks_see_each_others_work(province: RealProvince) -> None:
    ours, theirs = _desk(province), _desk(province)
    for _ in range(700):
        ours.record(COMMUNE, "person", uuid7(), {"full_name": "Hoàng Thị Sinh"})
    assert Session(province.transport(), ours).sync().pushed == 700
    outcome = Session(province.transport(), theirs).sync()
    assert outcome.pulled == 700
    assert [line.raw for _, line in theirs.applied] == [line.raw for line in ours.lines]


def test_a_restart_of_the_server_ends_tickets_and_nothing_else(province: RealProvince) -> None:
    desk = _desk(province)
    desk.record(COMMUNE, "person", uuid7(), {"full_name": "Hoàng Thị Sinh"})
    session = Session(province.transport(), desk)
    honest = desk.pending
    restarted: list[bool] = []

    def pending(*args: int) -> object:
        if not restarted:
            restarted.append(True)
            province.restart()
        return honest(*args)

    desk.pending = pending  # type: ignore[method-assign, assignment]
    assert session.sync().pushed == 1


def test_a_revoked_desk_still_hands_in_its_work_and_then_stops(province: RealProvince) -> None:
    desk = _desk(province)
    province.write(lambda connection: desks.revoke(connection, province.province, desk.me.desk))
    desk.record(COMMUNE, "person", uuid7(), {"full_name": "Hoàng Thị Sinh"})
    with pytest.raises(errors.DeskRevoked):
        Session(province.transport(), desk).sync()
    assert desk.frozen == ["revoked"]
    assert desk.receipts[-1].results[0].status == "quarantined"


def test_a_copied_desk_is_found_and_both_copies_stop(province: RealProvince) -> None:
    desk = _desk(province)
    copy = MemoryReplica(desk.me)
    desk.record(COMMUNE, "person", uuid7(), {"full_name": "Hoàng Thị Sinh"})
    copy.record(COMMUNE, "person", uuid7(), {"full_name": "Bàn Văn Tài"})
    Session(province.transport(), desk).sync()
    for one in (copy, desk):
        with pytest.raises(errors.Forked):
            Session(province.transport(), one).sync()
        assert one.frozen == ["fork"]
    assert len(copy.pending(0, 10, 10**6)) == 1


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ((200, {"Content-Type": "text/html"}, b"<html>Wi-Fi"), errors.CaptivePortal),
        ((302, {"Location": "http://login.test"}, b""), errors.CaptivePortal),
        ((511, {"Content-Type": "text/html"}, b"<html>Wi-Fi"), errors.CaptivePortal),
        ((511, {}, b"{}"), errors.CaptivePortal),
        ((503, {"Content-Type": "text/html", "Retry-After": "60"}, b"<h1>503</h1>"), errors.Busy),
        ((500, {}, b"trouble"), errors.ServerTrouble),
        ((404, {}, b"not found"), errors.StrangerThere),
        ((404, {"Content-Type": "text/html"}, b"<h1>404</h1>"), errors.StrangerThere),
        ((401, {}, b""), errors.StrangerThere),
    ],
)
def test_whoever_answers_before_the_province_is_known_is_named(
    province: RealProvince, reply: tuple[int, dict[str, str], bytes], fault: type[errors.SyncFault]
) -> None:
    """No certificate was checked yet, so a network's sign-in page comes as the answer to the first question."""

    class Portal(InProcess):
        def send(self, request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
            return response_of(*reply)

    def connect(address: str, ca_pem: bytes | None) -> Transport:
        return Transport(address, ca_pem=ca_pem, adapter=Portal(province.line.app))

    code = province.code().code
    with pytest.raises(fault):
        enrol("province.test", code, "PC", program_version="0", connect=connect)
    assert _enrol(province, code).desk, "the code is as good as before"


@pytest.mark.parametrize("status", [403, 404, 408, 413])
def test_a_no_that_nobody_signed_says_nothing_of_the_code(
    province: RealProvince, monkeypatch: pytest.MonkeyPatch, status: int
) -> None:
    """Told as a code that is not accepted, it would send the officer for a new one."""
    code, send = province.code().code, province.line.send

    def answered(request: requests.PreparedRequest, *args: Any, **kwargs: Any) -> requests.Response:
        if request.path_url == "/v1/enrol":
            return response_of(status, {"Content-Type": "text/plain"}, b"no")
        return send(request, *args, **kwargs)

    with monkeypatch.context() as patch:
        patch.setattr(province.line, "send", answered)
        with pytest.raises(errors.ServerTrouble):
            _enrol(province, code)
    assert _enrol(province, code).desk
    with pytest.raises(Refusal):
        _enrol(province, code)  # the twin: used up, in the province's own words


def test_a_desk_that_was_never_enrolled_is_not_recognised(province: RealProvince) -> None:
    real = province.province
    epoch = real.database.read(epoch_of, WHOLE_PROVINCE)
    stranger = MemoryReplica(Identity("ZZZZZZ", epoch, seal.SigningKey.generate(), real.keys.authority.public))
    with pytest.raises(errors.NotRecognised):
        Session(province.transport(), stranger).sync()
    assert stranger.frozen == []


def test_the_doorbell_counts_reports_and_its_key_opens_nothing_else(province: RealProvince) -> None:
    enrolment = province.enrol()
    values = {
        "received_at": "2026-11-24T01:00:00Z",
        "source": "111",
        "place": "Khe Vằn",
        "description": "Một cháu bé bị bỏ lại một mình.",
    }
    hand_down(province.province, [(COMMUNE.removeprefix("C:"), dict(values))])
    bell = ring(
        province.transport(),
        desk=enrolment.desk,
        doorbell_key=enrolment.doorbell_key,
        authority_public=enrolment.authority_public,
    )
    assert (bell.waiting, bell.oldest_received_at) == (1, "2026-11-24T01:00:00Z")
    thief = MemoryReplica(
        Identity(enrolment.desk + ".bell", enrolment.epoch, enrolment.doorbell_key, enrolment.authority_public)
    )
    with pytest.raises(errors.NotRecognised):
        Session(province.transport(), thief).sync()
