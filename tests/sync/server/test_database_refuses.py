"""Where the database refuses what a command has to write down, nothing lies beside it that says otherwise."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pytest

from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.province import open_province
from tests.sync.actors.server_fixtures import command

FULL = "CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'database or disk is full'); END"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A province whose audit log takes no line, as on a full disk."""
    assert command(tmp_path, "init", "--name", "Quảng Ninh", "--host", "localhost").returncode == 0
    with closing(open_province(tmp_path / "data", tmp_path / "key.json")) as province:
        province.database.write(lambda connection: connection.exec_driver_sql(FULL), WHOLE_PROVINCE)
    return tmp_path


def test_a_certificate_stays_as_it_is(folder: Path) -> None:
    """It had been made anew, for other names, when it was said that nothing was changed."""
    before = {path: path.read_bytes() for path in (folder / "data").glob("*.crt")}
    done = command(folder, "renew", "--host", "sync.example.gov.vn")
    assert (done.returncode, "The disk is full" in done.stderr) == (2, True), done
    assert {path: path.read_bytes() for path in (folder / "data").glob("*.crt")} == before


def test_no_log_is_written_out_that_nobody_knows_of(folder: Path) -> None:
    """It names people, and would be in the way of the next try."""
    done = command(folder, "export-log", "--to", str(folder / "log"))
    assert (done.returncode, "The disk is full" in done.stderr) == (2, True), done
    assert not (folder / "log").exists()


def test_a_backup_that_is_whole_is_called_so(folder: Path) -> None:
    """It was told as a failure, and its name was taken when one tried again."""
    done = command(folder, "backup", "--to", str(folder / "b.cdbackup"))
    assert (done.returncode, "is whole and holds everything" in done.stderr) == (2, True), done
    assert (folder / "b.cdbackup").is_file()
