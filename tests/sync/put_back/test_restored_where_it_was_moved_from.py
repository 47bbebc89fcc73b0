"""A province was moved: no backup is put back in its old folder, or two would be served under one name."""

from __future__ import annotations

from pathlib import Path

import pytest

from sync.server.lifecycle import restoring
from tests.helpers.store_engine import engine
from tests.sync.actors.server_fixtures import command, province_in


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    with engine.chosen(None), province_in(tmp_path) as world:
        world.desk()
    assert command(tmp_path, "backup", "--to", str(tmp_path / "backup")).returncode == 0
    assert command(tmp_path, "migrate-store", "--new-data", str(tmp_path / "new")).returncode == 0
    return tmp_path


def test_it_is_said_where_the_province_is_served_now(folder: Path) -> None:
    before = sorted(path.name for path in (folder / "data").iterdir())
    done = command(folder, "restore", "--from", str(folder / "backup"))
    assert done.returncode == 2
    assert f"was moved and is served with --data {folder / 'new'} now" in done.stderr
    assert sorted(path.name for path in (folder / "data").iterdir()) == before


def test_once_the_old_one_is_in_use_again_it_is_put_back(folder: Path) -> None:
    again = command(folder, "restored")
    assert (again.returncode, f"had been moved to {folder / 'new'} and is in use here again" in again.stdout) == (
        0,
        True,
    )
    assert "had been moved" not in command(folder, "restored").stdout
    done = command(folder, "restore", "--from", str(folder / "backup"))
    assert done.returncode == 0, done.stderr
    assert command(folder, "status").returncode == 0


def test_unasked_two_would_be_in_use(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(restoring, "refuse_followed", lambda database: None)
    assert command(folder, "restore", "--from", str(folder / "backup")).returncode == 0
    assert command(folder, "status").returncode == 0
