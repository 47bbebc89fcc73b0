"""A backup of a province whose certificate is gone: the sentence names what is missing, and not the stick."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.server.identity.province import CERT_FILE
from sync.server.lifecycle.backups import FILES
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import command, province_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with engine.chosen(None), province_in(tmp_path):
        return tmp_path


@pytest.mark.parametrize("name", FILES)
def test_the_file_that_cannot_be_read_is_named(folder: Path, name: str) -> None:
    (folder / "data" / name).unlink()
    done = command(folder, "backup", "--to", str(folder / "backup"))
    said = f"The file {folder / 'data' / name} cannot be read: there is no such file or folder.\n"
    assert (done.returncode, done.stderr) == (2, said)
    assert not list(folder.glob("*backup*"))


def test_with_a_certificate_made_anew_it_is_backed_up(folder: Path) -> None:
    (folder / "data" / CERT_FILE).unlink()
    assert command(folder, "renew").returncode == 0
    done = command(folder, "backup", "--to", str(folder / "backup"))
    assert done.returncode == 0, done.stderr
