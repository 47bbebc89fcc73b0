"""A certificate that is made anew is for the names that desks reach the server by; one that is cut is a sentence."""

from __future__ import annotations

from pathlib import Path

import pytest

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


@pytest.mark.parametrize("lying", [b"", b"-----BEGIN CERTIFICATE-----\nMIIB", b"\xff\x00"])
def test_an_authority_that_a_cut_copy_left_half_is_a_sentence(tmp_path: Path, lying: bytes) -> None:
    """A backup with it was called whole, and nobody can be enrolled from one."""
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    (tmp_path / "data" / "ca.crt").write_bytes(lying)
    backup = tmp_path / "b.cdbackup"
    for words in (("enrol-code", "--scope", "C:06838", "--label", "x"), ("backup", "--to", str(backup))):
        done = command(tmp_path, *words)
        assert (done.returncode, "put both back from the province's backup" in done.stderr) == (2, True), done
    assert not backup.exists()
    assert command(tmp_path, "status").returncode == 0, "who is enrolled goes on"
