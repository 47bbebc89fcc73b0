"""Tickets: what of them is left spares a sync its hello, and a spent one costs a hello and nothing else."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import msgspec
import pytest

from commune_desk.domain.model.ids import uuid7
from sync import framing, protocol, seal
from sync.client import channel, errors
from sync.client.channel import Refused
from sync.client.reply import Reply
from sync.client.session import Session
from sync.client.transport import Transport
from tests.sync.actors.memory_replica import MemoryReplica
from tests.sync.actors.scripted_province import SCOPE, Raw, ScriptedProvince


def _session(province: ScriptedProvince, desk: MemoryReplica) -> Session:
    return Session(province.transport(), desk)


def _type(desk: MemoryReplica, count: int) -> None:
    for _ in range(count):
        desk.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})


def test_a_spent_ticket_is_renewed_once() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 1)
    refusals = [province.problem(401, "ticket")]
    province.pranks["/v1/push"] = lambda _: refusals.pop() if refusals else None
    _session(province, desk).sync()
    assert desk.accepted_n == 1
    province.pranks["/v1/pull"] = lambda _: province.problem(401, "ticket")
    with pytest.raises(Refused):
        _session(province, desk).sync()


def _hellos(province: ScriptedProvince) -> int:
    return sum(path == "/v1/hello" for path, _ in province.asked)


def test_a_ticket_that_is_left_spares_the_next_sync_its_hello() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    session = _session(province, desk)
    for _ in range(3):
        _type(desk, 1)
        assert session.sync().at
    assert (_hellos(province), desk.accepted_n) == (1, 3)


@pytest.mark.parametrize("seconds", [0, 60])
def test_a_ticket_near_its_end_is_not_begun_with(seconds: int) -> None:
    province = ScriptedProvince()
    province.ticket_seconds = seconds
    desk = province.desk("AAAAAA")
    session = _session(province, desk)
    for _ in range(3):
        session.sync()
    assert _hellos(province) == 3


def test_with_a_ticket_left_a_province_that_was_put_back_is_still_followed() -> None:
    """It says so by the epoch that it refuses; a process that was begun anew refuses the ticket besides."""
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 2)
    session = _session(province, desk)
    session.sync()
    province.epoch, province.held["AAAAAA"], province.feed, province.runs = "e2", [], {}, []
    desk.places.clear()
    refusals = [province.problem(409, "epoch"), province.problem(401, "ticket")]
    province.pranks["/v1/push"] = lambda _: refusals.pop() if refusals else None
    _type(desk, 1)
    session.sync()
    assert (desk.frozen, desk.me.epoch, len(province.held["AAAAAA"])) == ([], "e2", 3)
    assert refusals == []


# A ticket of the process before


def _met(province: ScriptedProvince) -> MemoryReplica:
    """A desk that was in touch; what was asked until then is forgotten."""
    desk = province.desk("AAAAAA")
    _session(province, desk).sync()
    province.asked.clear()
    return desk


def _paths(province: ScriptedProvince) -> list[str]:
    return [path for path, _ in province.asked]


def _once(refusal: Raw) -> Callable[[bytes], Raw | None]:
    refusals = [refusal]
    return lambda _: refusals.pop() if refusals else None


def _says(province: ScriptedProvince, **more: Any) -> None:
    """Its hello says something else from now on."""

    def hello(body: bytes) -> Raw:
        said = protocol.decode(framing.inflate(province.hello(body).body), protocol.Hello)
        return province.signed(msgspec.structs.replace(said, **more), seal.HELLO)

    province.pranks["/v1/hello"] = hello


def test_a_new_process_goes_on_with_the_ticket_and_knows_the_time() -> None:
    """Also of an older province, whose pages say none."""
    province = ScriptedProvince()
    desk = _met(province)
    assert _session(province, desk).sync().at
    assert _paths(province) == ["/v1/pull"]


@pytest.mark.parametrize("is_heard", [True, False], ids=["heard", "twin"])
@pytest.mark.parametrize("path", ["/v1/push", "/v1/pull"])
def test_a_hello_that_a_request_needed_is_heard_in_full(
    path: str, is_heard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The province's program was brought up to date over night: its new process knows no ticket, and more kinds."""
    province = ScriptedProvince()
    desk = _met(province)
    _type(desk, path == "/v1/push")
    _says(province, schema=9, ticket="another")
    province.pranks[path] = _once(province.problem(401, "ticket"))
    if not is_heard:
        monkeypatch.setattr(Session, "_greeted", lambda self, hello: None)
    _session(province, desk).sync()
    assert _paths(province)[:3] == [path, "/v1/hello", path]
    assert desk.ticket is not None
    assert (desk.schemas, desk.ticket[0].ticket) == (([1, 9], "another") if is_heard else ([1], "ticket"))


def test_a_hello_that_was_not_taken_up_is_said_again() -> None:
    """The disk refused, or the power went out: what it said must not wait until its ticket ends."""

    class Refusing(MemoryReplica):
        refusals = 1

        def heard_schema(self, schema: int, *, at_least: bool = False) -> bool:
            if self.refusals:
                self.refusals -= 1
                raise errors.Stopped
            return super().heard_schema(schema, at_least=at_least)

    province = ScriptedProvince()
    desk = Refusing(province.desk("AAAAAA").me)
    session = _session(province, desk)
    with pytest.raises(errors.Stopped):
        session.sync()
    assert (desk.ticket, desk.schemas) == (None, [])
    session.sync()
    assert _hellos(province) == 2
    assert (desk.ticket is not None, desk.schemas) == (True, [1])
    session.sync()
    assert _hellos(province) == 2, "the twin: taken up, it is not"


def test_what_waited_for_a_newer_province_goes_in_the_sync_that_hears_of_it() -> None:
    class Waiting(MemoryReplica):
        def heard_schema(self, schema: int, *, at_least: bool = False) -> bool:
            if schema == 9 and not self.lines:
                _type(self, 1)
                return True
            return False

    province = ScriptedProvince()
    met = _met(province)
    desk = Waiting(met.me, ticket=met.ticket)
    _says(province, schema=9)
    province.pranks["/v1/pull"] = _once(province.problem(401, "ticket"))
    _session(province, desk).sync()
    assert _paths(province) == ["/v1/pull", "/v1/hello", "/v1/pull", "/v1/push"]
    assert desk.accepted_n == 1


def test_a_province_that_was_put_back_over_night_is_followed_by_a_new_process() -> None:
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    _type(desk, 2)
    _session(province, desk).sync()
    province.epoch, province.held["AAAAAA"], province.feed, province.runs = "e2", [], {}, []
    desk.places.clear()
    refusals = [province.problem(409, "epoch"), province.problem(401, "ticket")]
    province.pranks["/v1/push"] = lambda _: refusals.pop() if refusals else None
    _type(desk, 1)
    _session(province, desk).sync()
    assert (desk.frozen, desk.me.epoch, len(province.held["AAAAAA"])) == ([], "e2", 3)
    assert refusals == []


def test_a_desk_that_heard_of_another_epoch_by_stick_asks_before_it_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """What the session knew is of the former one: it must not be followed back there."""
    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    session = _session(province, desk)
    session.sync()
    province.epoch = "e2"
    desk.follow("e2")
    followed: list[str] = []
    monkeypatch.setattr(desk, "follow", followed.append)
    province.asked.clear()
    session.sync()
    assert _paths(province)[0] == "/v1/hello"
    assert (followed, desk.me.epoch) == ([], "e2")


def test_much_is_not_sent_to_try_a_ticket_that_may_have_ended() -> None:
    """On a poor line a full push takes half a minute, a hello a third of a second."""
    province = ScriptedProvince()
    desk = _met(province)
    _type(desk, 500)
    assert sum(len(line.encode()) for line in desk.lines) > channel._MUCH
    _session(province, desk).sync()
    assert _paths(province)[:2] == ["/v1/hello", "/v1/push"]
    province.asked.clear()
    _type(desk, 50)
    _session(province, desk).sync()
    assert _paths(province) == ["/v1/push", "/v1/pull"], "the twin: 50 visits are little"


# By which time a certificate is judged


class Judging(Transport):
    """Refuses the server's certificate for each request but hello, until the province's time is told."""

    def __init__(self, province: ScriptedProvince, *, is_good_now: bool) -> None:
        super().__init__("province.test", ca_pem=None, adapter=province)
        self._is_good_now, self._is_told = is_good_now, False
        self.known: list[str] = []

    def advance_province_time(self, province_time: Any) -> None:
        self.known.append(province_time.isoformat())

    def set_province_time(self, province_time: Any) -> None:
        if not self._is_good_now:
            raise errors.WrongCertificate
        self._is_told = True

    def post(self, path: str, body: bytes, **how: Any) -> Reply:
        if path != "/v1/hello" and not self._is_told:
            raise errors.WrongCertificate
        return super().post(path, body, **how)


def test_a_new_process_judges_the_certificate_by_what_time_it_must_be_by_now() -> None:
    province = ScriptedProvince()
    province.ticket_seconds = 2 * 36_000
    desk = _met(province)
    now = desk.now
    desk.now = lambda: now() + 36_000
    transport = Judging(province, is_good_now=True)
    Session(transport, desk).sync()
    assert transport.known[0].startswith("2026-11-24T11:00:00"), "ten hours after the hello"


def test_a_certificate_that_is_not_good_by_then_is_judged_by_a_hello() -> None:
    """The server's was renewed, or what was known of the time is wrong."""
    province = ScriptedProvince()
    desk = _met(province)
    _type(desk, 1)
    with pytest.raises(errors.WrongCertificate):
        Session(Judging(province, is_good_now=False), desk).sync()
    assert (_paths(province), desk.accepted_n) == (["/v1/hello"], 0)
    Session(Judging(province, is_good_now=True), desk).sync()
    assert desk.accepted_n == 1
