"""A PC whose clock is wrong by years still syncs, and a certificate that has run out is found all the same."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import msgspec
import pytest

from commune_desk.usecases.sync.agent import SyncStatus
from sync import framing, protocol, seal
from sync.client import errors, tls
from sync.client.session import Session
from sync.client.transport import Transport
from sync.server.identity.authority import make_authority
from tests.helpers.workplaces import HandClock
from tests.sync.actors.scripted_province import Raw, ScriptedProvince
from tests.sync.actors.tls_server import http, says, tls_server

NOW = datetime.now(UTC)
ANSWER = says(http(framing.deflate(b"{}")))


def _clock(days: int) -> HandClock:
    clock = HandClock()
    clock.at = NOW + timedelta(days=days)
    return clock


@pytest.mark.parametrize("days", [-3650, -1100, 0, 3000])
def test_a_pc_whose_clock_is_years_off_believes_its_province(tmp_path: Path, days: int) -> None:
    """The PC stands `days` before or behind the province, whose certificate is new. Its own time says so later."""
    clock = _clock(days)
    authority = make_authority("Province of tests", clock=clock)
    with tls_server(tmp_path, authority, ANSWER, clock=clock) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate)
        for _ in range(2):
            assert transport.post("/v1/hello", b"{}").status == 200
            transport.set_province_time(clock.now())
            transport.rest()


def test_by_the_pcs_own_clock_it_would_be_kept_out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the check that every TLS library makes."""
    monkeypatch.setattr(tls, "_ANY_TIME", 0)
    for days in (-1100, 3000):
        authority = make_authority("Province of tests", clock=_clock(days))
        with (
            tls_server(tmp_path, authority, ANSWER, clock=_clock(days)) as port,
            pytest.raises(errors.WrongCertificate),
        ):
            Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate).post("/v1/hello", b"{}")


@pytest.mark.parametrize("days", [-1100, 3000])
def test_a_certificate_that_is_not_good_at_the_provinces_time_is_refused(tmp_path: Path, days: int) -> None:
    """Two years after a server's TLS key was stolen it is worth nothing: that key signs no hello of another time."""
    authority = make_authority("Province of tests", clock=_clock(days))
    with tls_server(tmp_path, authority, ANSWER, clock=_clock(days)) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate)
        transport.post("/v1/hello", b"{}")
        with pytest.raises(errors.CertificateNotGoodThen) as told:
            transport.set_province_time(NOW)
        assert "clock" in told.value.text, "what else it may be: the server's clock"
        assert not SyncStatus(failure=told.value).may_need_enrolment, "a new code would change nothing"
        transport.rest()
        with pytest.raises(errors.WrongCertificate):
            transport.post("/v1/push", b"{}")


@pytest.mark.parametrize("days", [-1100, 0])
def test_what_is_known_of_the_time_judges_the_next_connection(tmp_path: Path, days: int) -> None:
    """A process that goes on with a ticket, and a sync that reads a receipt: neither asked for the time."""
    authority = make_authority("Province of tests", clock=_clock(days))
    with tls_server(tmp_path, authority, ANSWER, clock=_clock(days)) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate)
        transport.advance_province_time(NOW)
        transport.advance_province_time(NOW - timedelta(days=1100))  # an older receipt says nothing of now
        if days:
            with pytest.raises(errors.WrongCertificate):
                transport.post("/v1/push", b"{}")
        else:
            assert transport.post("/v1/push", b"{}").status == 200, "the twin: a certificate that is good"


def test_a_time_that_was_wrong_is_put_right_by_a_hello(tmp_path: Path) -> None:
    authority = make_authority("Province of tests", clock=_clock(0))
    with tls_server(tmp_path, authority, ANSWER, clock=_clock(0)) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate)
        transport.advance_province_time(NOW + timedelta(days=9000))
        with pytest.raises(errors.WrongCertificate):
            transport.post("/v1/push", b"{}")
        with transport.asking_time():
            transport.post("/v1/hello", b"{}")
            transport.set_province_time(NOW)
        assert transport.post("/v1/push", b"{}").status == 200


@pytest.mark.parametrize("answer", ["none", "proof that it is not good"])
def test_a_hello_that_fails_leaves_no_connection_that_nothing_judged(tmp_path: Path, answer: str) -> None:
    """A stolen key answers it, from a certificate that has run out: what follows must not go to it."""
    authority = make_authority("Province of tests", clock=_clock(-1100))
    with tls_server(tmp_path, authority, ANSWER, clock=_clock(-1100)) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate)
        transport.advance_province_time(NOW)
        with pytest.raises(errors.SyncFault), transport.asking_time():  # noqa: PT012
            transport.post("/v1/hello", b"{}")
            if answer == "none":
                raise errors.Unproven
            transport.set_province_time(NOW)
        with pytest.raises(errors.WrongCertificate):
            transport.post("/v1/push", b"{}")


def test_a_sync_asks_the_province_for_the_time_before_it_sends_anything() -> None:
    class Watched(Transport):
        told: datetime | None = None

        def set_province_time(self, province_time: datetime) -> None:
            self.told = province_time
            raise errors.WrongCertificate

    province = ScriptedProvince()
    desk = province.desk("AAAAAA")
    desk.record("C:06838", "person", "0" * 32, {"full_name": "Lò Thị Thử"})
    transport = Watched("province.test", ca_pem=None, adapter=province)
    with pytest.raises(errors.WrongCertificate):
        Session(transport, desk).sync()
    assert transport.told == datetime(2026, 11, 24, 1, 0, tzinfo=UTC)
    assert [path for path, _ in province.asked] == ["/v1/hello"]


@pytest.mark.parametrize("time", ["", "yesterday", "2026-13-01T00:00:00Z"])
def test_a_hello_without_a_time_is_none(time: str) -> None:
    province = ScriptedProvince()

    def hello(body: bytes) -> Raw:
        said = protocol.decode(framing.inflate(province.hello(body).body), protocol.Hello)
        return province.signed(msgspec.structs.replace(said, time=time), seal.HELLO)

    province.pranks["/v1/hello"] = hello
    with pytest.raises(protocol.Malformed):
        Session(province.transport(), province.desk("AAAAAA")).sync()
