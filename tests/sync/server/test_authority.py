"""The province's certificates carry a real TLS 1.3 handshake, and only the right one."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.errors import Fault, Refusal
from sync.seal import certificate_fingerprint
from sync.server.identity.authority import Identity, make_authority, make_server, valid_until


class Shifted:
    def __init__(self, by: timedelta) -> None:
        self._by = by

    def now(self) -> datetime:
        return datetime.now(UTC) + self._by


AUTHORITY = make_authority("Quảng Ninh", clock=SystemClock())
SERVER = make_server(AUTHORITY, ["localhost", "127.0.0.1", "::1"], clock=SystemClock())


@contextmanager
def serving(identity: Identity, folder: Path) -> Iterator[int]:
    """One handshake on a loopback port, TLS 1.3 only."""
    chain = folder / "server.pem"
    chain.write_bytes(identity.key + identity.certificate)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_3
    context.load_cert_chain(chain)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        listener.settimeout(5)

        def answer() -> None:
            connection, _ = listener.accept()
            with connection, contextlib.suppress(OSError), context.wrap_socket(connection, server_side=True) as tls:
                tls.sendall(b"hello")

        thread = threading.Thread(target=answer)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            thread.join(5)


def greet(port: int, pinned: bytes, host: str = "localhost", newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1_3) -> str:
    """The protocol agreed on with a client that trusts `pinned` alone, by the strict reading of RFC 5280."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.verify_flags |= ssl.VERIFY_X509_STRICT
    context.maximum_version = newest
    context.load_verify_locations(cadata=pinned.decode())
    with (
        socket.create_connection(("127.0.0.1", port), timeout=5) as raw,
        context.wrap_socket(raw, server_hostname=host) as tls,
    ):
        assert tls.recv(5) == b"hello"
        return tls.version() or ""


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "::1"])
def test_a_desk_that_pins_the_authority_reaches_the_server_by_every_name(tmp_path: Path, host: str) -> None:
    with serving(SERVER, tmp_path) as port:
        assert greet(port, AUTHORITY.certificate, host) == "TLSv1.3"


def test_a_certificate_renewed_by_the_same_authority_is_accepted_without_a_new_pin(tmp_path: Path) -> None:
    renewed = make_server(AUTHORITY, ["localhost"], clock=SystemClock())
    assert renewed.certificate != SERVER.certificate
    with serving(renewed, tmp_path) as port:
        assert greet(port, AUTHORITY.certificate) == "TLSv1.3"


def test_another_authority_of_the_same_name_is_refused(tmp_path: Path) -> None:
    impostor = make_authority("Quảng Ninh", clock=SystemClock())
    with (
        serving(make_server(impostor, ["localhost"], clock=SystemClock()), tmp_path) as port,
        pytest.raises(ssl.SSLCertVerificationError),
    ):
        greet(port, AUTHORITY.certificate)


def test_another_host_name_is_refused(tmp_path: Path) -> None:
    with serving(SERVER, tmp_path) as port, pytest.raises(ssl.SSLCertVerificationError, match="Hostname mismatch"):
        greet(port, AUTHORITY.certificate, "other.example")


def test_a_certificate_that_ran_out_is_refused(tmp_path: Path) -> None:
    then = Shifted(timedelta(days=-800))
    authority = make_authority("Quảng Ninh", clock=then)
    with (
        serving(make_server(authority, ["localhost"], clock=then), tmp_path) as port,
        pytest.raises(ssl.SSLCertVerificationError, match="expired"),
    ):
        greet(port, authority.certificate)


def test_a_client_limited_to_tls_1_2_is_turned_away(tmp_path: Path) -> None:
    with serving(SERVER, tmp_path) as port, pytest.raises(ssl.SSLError):
        greet(port, AUTHORITY.certificate, newest=ssl.TLSVersion.TLSv1_2)


def test_a_server_certificate_cannot_sign_for_others(tmp_path: Path) -> None:
    forged = make_server(SERVER, ["localhost"], clock=SystemClock())
    with serving(forged, tmp_path) as port, pytest.raises(ssl.SSLCertVerificationError):
        greet(port, AUTHORITY.certificate + SERVER.certificate)


def test_the_fingerprint_is_of_the_key_and_tells_authorities_apart() -> None:
    assert len(certificate_fingerprint(AUTHORITY.certificate)) == 32
    assert certificate_fingerprint(AUTHORITY.certificate) == certificate_fingerprint(AUTHORITY.certificate)
    assert certificate_fingerprint(AUTHORITY.certificate) != certificate_fingerprint(SERVER.certificate)


def test_a_server_certificate_never_outlives_its_authority() -> None:
    nearly_over = make_authority("Quảng Ninh", clock=Shifted(timedelta(days=-3600)))
    server = make_server(nearly_over, ["localhost"], clock=SystemClock())
    assert valid_until(server.certificate) <= valid_until(nearly_over.certificate)
    assert valid_until(SERVER.certificate) - datetime.now(UTC) > timedelta(days=729)


def test_an_authority_that_ran_out_signs_nothing() -> None:
    over = make_authority("Quảng Ninh", clock=Shifted(timedelta(days=-4000)))
    with pytest.raises(Refusal):
        make_server(over, ["localhost"], clock=SystemClock())


@pytest.mark.parametrize(
    "broken",
    [
        Identity(b"", AUTHORITY.key),
        Identity(AUTHORITY.certificate, b"-----BEGIN PRIVATE KEY-----\nAA\n-----END PRIVATE KEY-----\n"),
        Identity(AUTHORITY.certificate, SERVER.key),
    ],
)
def test_an_unreadable_or_mismatched_authority_is_a_fault_with_a_sentence(broken: Identity) -> None:
    with pytest.raises(Fault):
        make_server(broken, ["localhost"], clock=SystemClock())


def test_an_identity_never_shows_its_private_key() -> None:
    assert "PRIVATE" not in repr(SERVER)
