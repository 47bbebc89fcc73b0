"""What `restore` takes for a province: a whole backup, or a whole data folder; all else is refused and left alone."""

from __future__ import annotations

import errno
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import msgspec
import pytest

from sync.server.engine.embedded import FILE, LOGS, keyed
from sync.server.identity import keyfile
from sync.server.identity.only_process import BACKUP_LOCK_FILE, LOCK_FILE
from sync.server.lifecycle import restoring
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import Done, command, province_in

REPORT = ("--commune", "06838", "--received", "2026-11-23 23:40", "--place", "Nà Ếch", "--description", "Bị đánh")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """With a backup, a report that came in since, and a server that was killed: the report is in the log alone."""
    with engine.chosen(None), province_in(tmp_path) as world:
        assert command(tmp_path, "backup", "--to", str(tmp_path / "backup")).returncode == 0
        assert command(tmp_path, "report-in", *REPORT).returncode == 0
        shutil.copytree(world.province.data, tmp_path / "killed")
    shutil.rmtree(tmp_path / "data")
    (tmp_path / "killed").rename(tmp_path / "data")
    assert (tmp_path / "data" / (FILE + "-wal")).stat().st_size > 0
    return tmp_path


def put_back(folder: Path, source: Path, *words: str) -> Done:
    return command(folder, "restore", "--from", str(source), *words)


def reports(folder: Path) -> dict[str, int]:
    told = command(folder, "status", "--json")
    assert told.returncode == 0, told.stderr
    return dict(msgspec.json.decode(told.stdout)["reports_waiting"])


def lying(folder: Path) -> set[Path]:
    logs = {FILE + log for log in LOGS}
    return {path for path in (folder / "data").rglob("*") if path.name not in {LOCK_FILE, BACKUP_LOCK_FILE, *logs}}


def test_a_restore_is_undone_with_the_folder_that_it_names(folder: Path) -> None:
    assert put_back(folder, folder / "backup", "--older").returncode == 0  # so it does not ask the log, which stays one
    assert reports(folder) == {}
    undone = put_back(folder, folder / "data" / "before-restore-1")
    assert undone.returncode == 0, undone.stderr
    assert reports(folder) == {"C:06838": 1}
    assert command(folder, "renew").returncode == 0


def test_without_its_log_the_folder_would_not_be_whole(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    assert put_back(folder, folder / "backup", "--older").returncode == 0
    with monkeypatch.context() as without:
        without.setattr(restoring, "LOGS", ())
        assert put_back(folder, folder / "data" / "before-restore-1").returncode == 0
    assert reports(folder) == {}


@pytest.mark.parametrize("source", [f"data/before-restore-1/{FILE}", f"data/{FILE}", "alone"])
def test_a_database_without_the_certificates_is_refused_before_anything_is_put_aside(folder: Path, source: str) -> None:
    assert put_back(folder, folder / "backup").returncode == 0
    (folder / "alone").mkdir()
    shutil.copy(folder / "data" / FILE, folder / "alone" / FILE)
    before = lying(folder)
    refused = put_back(folder, folder / source)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"{folder / source} lacks the province's certificates" in refused.stderr
    assert lying(folder) == before
    assert reports(folder) == {}


def test_taken_as_it_is_nothing_would_open_any_more(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(restoring, "_refuse_no_certificates", lambda source, files: None)
    shutil.copy(folder / "data" / FILE, folder / "alone.db")
    assert put_back(folder, folder / "alone.db").returncode == 0
    assert "ca.crt cannot be read" in command(folder, "status").stderr


def _empty(folder: Path, path: Path) -> None:
    path.touch()


def _cut(folder: Path, path: Path) -> None:
    path.write_bytes((folder / "backup").read_bytes()[: 3 * 4096])


def _without_tables(folder: Path, path: Path) -> None:
    keys = keyfile.read(folder / "key.json", data=folder / "data")
    with closing(keyed(path, keys.database_key)) as made:
        made.execute("CREATE TABLE another (id TEXT)")


def _another_thing(folder: Path, path: Path) -> None:
    shutil.copy(folder / "key.json", path)


@pytest.mark.parametrize("make", [_empty, _cut, _without_tables, _another_thing])
def test_a_broken_backup_is_named_as_it_was_given_and_leaves_nothing(
    folder: Path, make: Callable[[Path, Path], None]
) -> None:
    make(folder, folder / "broken")
    before = lying(folder)
    refused = put_back(folder, folder / "broken")
    assert (refused.returncode, refused.stdout) == (2, "")
    assert f"The backup {folder / 'broken'} is damaged or not whole" in refused.stderr
    assert lying(folder) == before
    assert reports(folder) == {"C:06838": 1}


def test_a_file_that_is_not_encrypted_is_named_as_it_was_given(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "plain")) as made:
        made.execute("CREATE TABLE another (id TEXT)")
    refused = put_back(folder, folder / "plain")
    assert (refused.returncode, f"{folder / 'plain'} is not encrypted" in refused.stderr) == (2, True)
    assert not (folder / "data" / "restoring.db").exists()


def test_a_full_disk_keeps_no_half_of_a_copy(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(source: Path, fresh: Path) -> None:
        fresh.write_bytes(source.read_bytes()[:4096])
        raise OSError(errno.ENOSPC, "")

    before = lying(folder)
    monkeypatch.setattr(restoring, "copyfile", full)
    refused = put_back(folder, folder / "backup")
    assert (refused.returncode, "the disk is full" in refused.stderr) == (2, True)
    assert lying(folder) == before


def test_a_backup_that_is_not_whole_is_named_by_its_own_name(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from sync.server.lifecycle import backups

    monkeypatch.setattr(backups, "_goes_on_from", lambda connection, copied: False)
    told = command(folder, "backup", "--to", str(folder / "second"))
    assert (told.returncode, f"The backup {folder / 'second'} is damaged" in told.stderr) == (2, True)


def test_in_a_new_folder_nothing_is_told_of_what_was_there(folder: Path) -> None:
    backup = folder / "backup"
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (folder / "key.json").replace(elsewhere / "key.json")
    done = command(elsewhere, "restore", "--from", str(backup), "--older")
    assert done.returncode == 0, done.stderr
    assert "before-restore" not in done.stdout
    assert list((elsewhere / "data").glob("before-restore-*")) == []
