"""A certificate that is made anew is for the names that desks reach the server by."""

from __future__ import annotations

from pathlib import Path

from sync.server.identity.authority import names_of
from tests.sync.actors.server_fixtures import command


def test_a_renewed_certificate_is_for_the_names_that_desks_use_by_now(tmp_path: Path) -> None:
    """Two years after the server moved, `renew` alone: desks that followed it would not get through any more."""
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    certificate = tmp_path / "data" / "server.crt"
    names = ["sync.example.gov.vn", "10.20.30.40", "localhost"]
    assert command(tmp_path, "renew", "--host", *names).returncode == 0
    for lying in (certificate.read_bytes(), b"", b"-----BEGIN CERTIFICATE-----\nMIIB"):
        certificate.write_bytes(lying)
        assert command(tmp_path, "renew").returncode == 0
        assert names_of(certificate.read_bytes()) == names
