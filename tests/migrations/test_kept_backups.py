"""What an earlier version backed up is put back by the present program."""

from __future__ import annotations

import shutil
from contextlib import closing
from pathlib import Path

import msgspec
import pytest
from sqlalchemy import text

from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.engine.embedded import FILE, EmbeddedDatabase, keyed
from sync.server.identity.province import CA_FILE
from sync.server.lifecycle import backups
from tests.migrations.make_kept import KEPT
from tests.sync.actors.server_fixtures import command, province_in

PROVINCES = sorted(path.name for path in KEPT.glob("province-*"))


@pytest.fixture(params=PROVINCES)
def folder(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """A copy of a kept province, whose database no later program has opened."""
    copied = tmp_path / "province"
    shutil.copytree(KEPT / request.param, copied)
    (copied / "key.json").chmod(0o600)
    return copied


def _key(folder: Path) -> str:
    return str(msgspec.json.decode((folder / "key.json").read_bytes())["database"])


def _backed_up(folder: Path) -> Path:
    """As the command of then wrote it: the database with the files of its folder."""
    backup = folder / "old.cdbackup"
    with closing(keyed(folder / "data" / FILE, _key(folder))) as raw:
        raw.execute("VACUUM INTO ?", (str(backup),))
    with closing(keyed(backup, _key(folder))) as raw:
        raw.execute(f"CREATE TABLE {backups.KEPT} (name TEXT PRIMARY KEY, content BLOB NOT NULL)")
        raw.execute(f"INSERT INTO {backups.KEPT} VALUES (?,?)", (CA_FILE, (folder / "data" / CA_FILE).read_bytes()))
        backups.in_one_file(raw)
    return backup


def _stands(folder: Path) -> int:
    with province_in(folder) as world:
        return world.count("feed")


@pytest.mark.parametrize("lost", [False, True])
def test_a_backup_of_then_is_put_back(folder: Path, *, lost: bool) -> None:
    """In the place of the database of then, and where nothing is left of it."""
    backup = _backed_up(folder)
    before = backup.read_bytes()
    if lost:
        shutil.rmtree(folder / "data")
    done = command(folder, "restore", "--from", str(backup))
    assert done.returncode == 0, done.stderr
    assert command(folder, "status").returncode == 0
    assert _stands(folder) > 0
    assert backup.read_bytes() == before, "the earlier program may be needed yet"


def test_a_folder_of_then_is_put_back(folder: Path) -> None:
    shutil.copytree(folder / "data", folder / "copy")
    done = command(folder, "restore", "--from", str(folder / "copy"))
    assert done.returncode == 0, done.stderr
    assert _stands(folder) > 0


def test_one_of_a_newer_program_is_refused_as_such(folder: Path) -> None:
    backup = _backed_up(folder)
    with closing(EmbeddedDatabase(backup, _key(folder))) as copy:
        newer = text("UPDATE alembic_version SET version_num = '9999'")
        copy.write(lambda connection: connection.execute(newer), WHOLE_PROVINCE)
    done = command(folder, "restore", "--from", str(backup))
    assert (done.returncode, "made by a newer version" in done.stderr) == (2, True), done.stderr


def test_an_empty_database_under_the_right_key_is_no_province(folder: Path) -> None:
    empty = folder / "empty.cdbackup"
    with closing(keyed(empty, _key(folder))) as raw:
        raw.execute("CREATE TABLE meta (name TEXT)")
        backups.in_one_file(raw)
    done = command(folder, "restore", "--from", str(empty))
    assert (done.returncode, "is damaged or not whole" in done.stderr) == (2, True), done.stderr


def test_unless_it_is_brought_up_it_would_be_called_damaged(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(backups, "migrate", lambda database: None)
    done = command(folder, "restore", "--from", str(_backed_up(folder)))
    assert (done.returncode, "is damaged or not whole" in done.stderr) == (2, True), done.stderr
