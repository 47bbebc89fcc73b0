"""The transport on loopback: real TLS, real sockets, and everything a line or a stranger can do to them."""

from __future__ import annotations

import base64
import random
import secrets
import socket
import ssl
import threading
import time
from contextlib import nullcontext
from pathlib import Path

import pytest
import requests

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Fault
from sync import framing, protocol, seal
from sync.client import errors, tls
from sync.client.reply import Reply
from sync.client.transport import Exchange, Limits, Transport
from sync.server.identity.authority import Identity, make_authority
from tests.sync.actors.fault_proxy import FaultProxy, Toxics
from tests.sync.actors.tls_server import http as _http
from tests.sync.actors.tls_server import says as _says
from tests.sync.actors.tls_server import tls_server as _server

QUICK = Limits(connect_seconds=1.0, read_seconds=0.5, total_seconds=1.0, body_bytes=64 * 1024)
PATIENT = Limits(connect_seconds=2.0, read_seconds=5.0, total_seconds=20.0)
GOOD = framing.deflate(b"{}")


@pytest.fixture(scope="module")
def authority() -> Identity:
    return make_authority("Province of tests", clock=SystemClock())


def _post(port: int, ca_pem: bytes | None, *, limits: Limits = PATIENT, host: str = "127.0.0.1") -> Reply:
    transport = Transport(f"{host}:{port}", ca_pem=ca_pem, limits=limits)
    try:
        return transport.post("/v1/hello", b"{}")
    finally:
        transport.rest()


def test_the_pinned_authority_is_believed(tmp_path: Path, authority: Identity) -> None:
    with _server(tmp_path, authority, _says(_http(GOOD))) as port:
        assert _post(port, authority.certificate).body == b"{}"


def test_the_fingerprint_is_the_one_that_the_province_prints(authority: Identity) -> None:
    assert tls.authority_fingerprint(authority.certificate) == seal.certificate_fingerprint(authority.certificate)


def test_another_authority_is_refused(tmp_path: Path, authority: Identity) -> None:
    other = make_authority("Somebody else", clock=SystemClock())
    with _server(tmp_path, authority, _says(_http(GOOD))) as port, pytest.raises(errors.WrongCertificate):
        _post(port, other.certificate)


@pytest.mark.parametrize("is_first", [False, True])
def test_two_authorities_are_none(tmp_path: Path, authority: Identity, is_first: bool) -> None:
    """A pin of two would trust whoever has the second one's key."""
    other = make_authority("Somebody else", clock=SystemClock())
    both = (other, authority) if is_first else (authority, other)
    with _server(tmp_path, other, _says(_http(GOOD))) as port, pytest.raises(errors.WrongCertificate):
        _post(port, b"".join(one.certificate for one in both))


@pytest.mark.parametrize("beside", [b"x", b"-----BEGIN CERTIFICATE-----", b"-----END CERTIFICATE-----\nAAAA"])
def test_a_certificate_has_one_spelling_and_nothing_beside_it(authority: Identity, beside: bytes) -> None:
    pem = authority.certificate
    assert seal.certificate_der(pem) == seal.certificate_der(pem.replace(b"\n", b"\r\n") + b"\n\n")
    for odd in (beside + pem, pem + beside, pem.replace(b"\n", b"\n" + beside, 1), pem[:200] + b"==" + pem[200:]):
        with pytest.raises(ValueError, match="not one certificate"):
            seal.certificate_der(odd)


@pytest.mark.parametrize("size", [384, 385, 386])
def test_whatever_its_size_a_letter_more_is_none(size: int) -> None:
    """What stands in the padding's place of one size is a letter of another."""
    text = base64.b64encode(bytes(size)).decode()
    pem, more = (f"-----BEGIN CERTIFICATE-----\n{one}\n-----END CERTIFICATE-----\n" for one in (text, f"x{text}"))
    assert seal.certificate_der(pem.encode()) == bytes(size)
    for odd in (more, pem.replace(f"{text[-4:]}\n", f"{text[-4:]}=\n")):
        with pytest.raises(ValueError, match="not one certificate"):
            seal.certificate_der(odd.encode())


def test_without_a_pin_anybody_would_be_believed(tmp_path: Path, authority: Identity) -> None:
    with _server(tmp_path, authority, _says(_http(GOOD))) as port:
        assert _post(port, None).status == 200


def test_another_host_is_refused(tmp_path: Path, authority: Identity) -> None:
    answer = _says(_http(GOOD))
    with (
        _server(tmp_path, authority, answer, names=("elsewhere.test",)) as port,
        pytest.raises(errors.WrongCertificate),
    ):
        _post(port, authority.certificate)


def test_tls_below_1_3_is_refused(tmp_path: Path, authority: Identity) -> None:
    with (
        _server(tmp_path, authority, _says(_http(GOOD)), version=ssl.TLSVersion.TLSv1_2) as port,
        pytest.raises(errors.WrongCertificate),
    ):
        _post(port, authority.certificate)


def test_no_variable_of_the_environment_reaches_the_line(
    tmp_path: Path, authority: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    other = make_authority("Somebody else", clock=SystemClock())
    (tmp_path / "ca.pem").write_bytes(other.certificate)
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"):
        monkeypatch.setenv(name, str(tmp_path / "ca.pem"))
    for name in ("HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with _server(tmp_path, authority, _says(_http(GOOD))) as port:
        assert _post(port, authority.certificate).body == b"{}"
        with pytest.raises(errors.WrongCertificate):
            _post(port, make_authority("A third", clock=SystemClock()).certificate)


def test_requests_alone_would_follow_the_environment(
    tmp_path: Path, authority: Identity, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "ours.pem").write_bytes(authority.certificate)
    (tmp_path / "other.pem").write_bytes(make_authority("Somebody else", clock=SystemClock()).certificate)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(tmp_path / "other.pem"))
    with _server(tmp_path, authority, _says(_http(GOOD))) as port, requests.Session() as session:
        session.verify = str(tmp_path / "ours.pem")
        with pytest.raises(requests.exceptions.SSLError):
            session.post(f"https://127.0.0.1:{port}/", data=b"x", timeout=5)


@pytest.mark.parametrize(
    ("raw", "fault"),
    [
        (_http(b"<html>", headers="Content-Type: text/html\r\n"), errors.CaptivePortal),
        (_http(b"", status="302 Found", headers="Location: http://127.0.0.1:9/\r\n"), errors.CaptivePortal),
        (_http(b"<h1>", status="502 Bad Gateway"), errors.ServerTrouble),
        (_http(b"not ours"), protocol.Malformed),
        (b"SSH-2.0-OpenSSH_9.6\r\n", errors.HalfPage),
        (b"", errors.HalfPage),
        (b"HTTP/1.1 200 OK\r\nContent-Le", errors.HalfPage),
        (_http(GOOD * 9)[:-4], errors.HalfPage),
        (b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nff\r\nabc", errors.HalfPage),
        (_http(bytes(QUICK.body_bytes + 1)), errors.TooLarge),
        (b"HTTP/1.1 200 OK\r\n\r\n" + bytes(QUICK.body_bytes + 1), errors.TooLarge),
        (b"HTTP/1.1 200 OK\r\nContent-Length: " + b"9" * 5000 + b"\r\n\r\nabc", errors.TooLarge),
        (_http(GOOD, headers="Content-Encoding: gzip\r\n"), protocol.Malformed),
        (_http(framing.deflate(bytes(protocol.MAX_INFLATED + 1))), protocol.Malformed),
    ],
)
def test_what_answers_wrongly_is_named(tmp_path: Path, authority: Identity, raw: bytes, fault: type[Fault]) -> None:
    with _server(tmp_path, authority, _says(raw)) as port, pytest.raises(fault):
        _post(port, authority.certificate, limits=QUICK)


def test_a_redirects_body_is_never_read_whole(tmp_path: Path, authority: Identity) -> None:
    def endless(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /\r\nTransfer-Encoding: chunked\r\n\r\n")
        for _ in range(1000):
            connection.sendall(b"10000\r\n" + bytes(65536) + b"\r\n")

    with _server(tmp_path, authority, endless) as port, pytest.raises((errors.TooLarge, errors.CaptivePortal)):
        _post(port, authority.certificate, limits=QUICK)


def test_an_answer_without_end_is_cut_by_bytes_and_by_time(tmp_path: Path, authority: Identity) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n")
        for _ in range(60):
            connection.sendall(b"a")
            time.sleep(0.1)

    with _server(tmp_path, authority, drip) as port:
        start = time.monotonic()
        with pytest.raises(errors.TooSlow):
            _post(port, authority.certificate, limits=QUICK)
        assert time.monotonic() - start < 4


def test_headers_without_end_are_cut_too(tmp_path: Path, authority: Identity) -> None:
    def drip(connection: socket.socket) -> None:
        connection.sendall(b"HTTP/1.1 200 OK\r\nX: ")
        for _ in range(60):
            connection.sendall(b"a")
            time.sleep(0.1)

    with _server(tmp_path, authority, drip) as port:
        start = time.monotonic()
        with pytest.raises(errors.TooSlow):
            _post(port, authority.certificate, limits=QUICK)
        assert time.monotonic() - start < 4


@pytest.mark.parametrize("is_resumed", [True, False])
def test_after_an_answer_that_took_too_long_the_same_transport_goes_on(
    tmp_path: Path, authority: Identity, monkeypatch: pytest.MonkeyPatch, is_resumed: bool
) -> None:
    """A desk keeps one for the day; the twin refuses every later connection as somebody else's."""
    answers = [_http(GOOD), b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"]

    def first_too_slowly(connection: socket.socket) -> None:
        connection.sendall(answers.pop())
        for _ in range(30 * len(answers)):  # until the desk breaks it off
            connection.sendall(b"a")
            time.sleep(0.1)

    if not is_resumed:
        monkeypatch.setattr(tls.PinnedContext, "resume", lambda context: None)
    with _server(tmp_path, authority, first_too_slowly) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate, limits=QUICK)
        with pytest.raises(errors.TooSlow):
            transport.post("/v1/hello", b"{}")
        if is_resumed:
            assert transport.post("/v1/hello", b"{}").body == b"{}"
        else:
            with pytest.raises(errors.WrongCertificate):
                transport.post("/v1/hello", b"{}")
        transport.rest()


def test_silence_is_too_slow(tmp_path: Path, authority: Identity) -> None:
    with (
        _server(tmp_path, authority, lambda connection: time.sleep(1)) as port,
        pytest.raises(errors.TooSlow),
    ):
        _post(port, authority.certificate, limits=QUICK)


def test_nobody_there(authority: Identity) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]
    with pytest.raises(errors.NotAnswering):
        _post(port, authority.certificate)


def test_a_name_that_does_not_exist(authority: Identity) -> None:
    with pytest.raises((errors.NameNotFound, errors.NoLine)):
        _post(8743, authority.certificate, host="nowhere.invalid")


@pytest.mark.parametrize("status", ["429 Too Many Requests", "503 Service Unavailable"])
def test_a_province_that_is_busy_says_when_to_come_for_a_snapshot(
    tmp_path: Path, authority: Identity, status: str
) -> None:
    busy = _http(b"", status=status, headers="Retry-After: 60\r\n")
    with _server(tmp_path, authority, _says(busy)) as port:
        transport = Transport(f"https://127.0.0.1:{port}", ca_pem=authority.certificate)
        with pytest.raises(errors.Busy) as told:
            transport.fetch("/v1/snapshots/one", 0, lambda _piece: None)
    assert told.value.retry_after == 60


def test_plain_http_on_the_port_is_a_sign_in_page(authority: Identity) -> None:
    """As a network has it that lets nobody through yet: no certificate was shown, and a new code would help nobody."""
    with socket.create_server(("127.0.0.1", 0)) as listener:

        def talk() -> None:
            connection, _ = listener.accept()
            with connection:
                connection.recv(4096)
                connection.sendall(_http(b"<html>", headers="Content-Type: text/html\r\n"))

        thread = threading.Thread(target=talk, daemon=True)
        thread.start()
        with pytest.raises(errors.CaptivePortal):
            _post(listener.getsockname()[1], authority.certificate)
        thread.join(5)


def _wait(held: threading.Event) -> None:
    held.wait(5)


def test_abort_ends_a_request_that_waits(tmp_path: Path, authority: Identity) -> None:
    held = threading.Event()
    with _server(tmp_path, authority, lambda _: _wait(held)) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate, limits=PATIENT)
        threading.Timer(0.3, transport.abort).start()
        start = time.monotonic()
        with pytest.raises(errors.Stopped):
            transport.post("/v1/hello", b"{}")
        assert time.monotonic() - start < 3
        with pytest.raises(errors.Stopped):
            transport.post("/v1/hello", b"{}")
        held.set()


@pytest.mark.parametrize("cut_after", [1, 100, 700, 1500, 9000, *random.Random(20261130).sample(range(1, 9000), 8)])
def test_a_line_cut_anywhere_downwards_is_told_and_survived(
    tmp_path: Path, authority: Identity, cut_after: int
) -> None:
    with (
        _server(tmp_path, authority, _says(_http(framing.deflate(secrets.token_bytes(9000))))) as port,
        FaultProxy(("127.0.0.1", port)) as proxy,
    ):
        proxy.toxics = Toxics(cut_down_after=cut_after)
        with pytest.raises(errors.LineFault):
            _post(proxy.port, authority.certificate, limits=QUICK)
        proxy.toxics = Toxics(delay_seconds=0.02)
        assert _post(proxy.port, authority.certificate).status == 200


@pytest.mark.parametrize("after", [0, 1500, 4000])
def test_a_line_that_says_it_twice_is_told_and_survived(tmp_path: Path, authority: Identity, after: int) -> None:
    """It is the line that is bad, and no stranger with another certificate."""
    with (
        _server(tmp_path, authority, _says(_http(framing.deflate(secrets.token_bytes(60_000))))) as port,
        FaultProxy(("127.0.0.1", port)) as proxy,
    ):
        proxy.toxics = Toxics(twice_down_after=after)
        with pytest.raises(errors.HalfPage):
            _post(proxy.port, authority.certificate)
        proxy.toxics = Toxics()
        assert _post(proxy.port, authority.certificate).status == 200


def test_a_line_that_swallows_everything_is_too_slow(tmp_path: Path, authority: Identity) -> None:
    with _server(tmp_path, authority, _says(_http(GOOD))) as port, FaultProxy(("127.0.0.1", port)) as proxy:
        proxy.toxics = Toxics(half_open=True)
        with pytest.raises(errors.LineFault):
            _post(proxy.port, authority.certificate, limits=QUICK)


def test_a_handshake_byte_by_byte_ends_in_time(tmp_path: Path, authority: Identity) -> None:
    with _server(tmp_path, authority, _says(_http(GOOD))) as port, FaultProxy(("127.0.0.1", port)) as proxy:
        proxy.toxics = Toxics(trickle_seconds=0.05)
        start = time.monotonic()
        with pytest.raises(errors.LineFault):
            _post(proxy.port, authority.certificate, limits=QUICK)
        assert time.monotonic() - start < 4


@pytest.mark.parametrize(("is_cut", "outcome"), [(True, ssl.SSLError), (False, TimeoutError)])
def test_a_connection_still_being_made_is_broken_off_too(is_cut: bool, outcome: type[Exception]) -> None:
    """The name was being looked up when the desk locked; the twin waits for the handshake of a silent server."""
    context = tls.PinnedContext.trusting(None, send_seconds=1)
    if is_cut:
        context.cut()
    with socket.create_server(("127.0.0.1", 0)) as silent, socket.create_connection(silent.getsockname()) as connection:
        connection.settimeout(0.3)
        with pytest.raises(outcome):
            context.wrap_socket(connection, server_hostname="localhost")


@pytest.mark.parametrize(("sent", "whole"), [(100, True), (60, False)])
def test_what_comes_in_parts_is_counted_as_far_as_it_came(
    tmp_path: Path, authority: Identity, sent: int, whole: bool
) -> None:
    """Most of what a first sync brings comes so; the log that support reads said that nothing did."""
    exchanges: list[Exchange] = []
    came = bytearray()
    raw = _http(bytes(100), status="206 Partial Content", headers="Content-Range: bytes 0-99/100\r\n")
    with _server(tmp_path, authority, _says(raw[: len(raw) - 100 + sent])) as port:
        transport = Transport(f"127.0.0.1:{port}", ca_pem=authority.certificate, limits=QUICK)
        transport.on_exchange = exchanges.append
        with nullcontext() if whole else pytest.raises(errors.HalfPage):
            transport.fetch("/v1/snapshots/one", 0, came.extend)
    assert (exchanges[0].status, exchanges[0].received, len(came)) == (206, sent, sent)
