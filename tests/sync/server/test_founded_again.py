"""A province that could not be founded, for the disk was full or it was broken off, is founded by the same words."""

from __future__ import annotations

import errno
from pathlib import Path
from typing import Any

import pytest

from sync import disk
from sync.server.engine import private_files
from sync.server.lifecycle import founding
from tests.sync.actors.server_fixtures import Done, command


def _init(folder: Path) -> Done:
    return command(folder, "init", "--name", "Quảng Ninh", "--host", "localhost")


@pytest.mark.parametrize("written", range(4))
def test_once_there_is_room_the_same_words_found_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: int
) -> None:
    """It said that the disk is full, then that the folder is not empty, and then that the key-file is there."""
    real, left = disk.replace_file, [written]

    def replace_file(*args: Any, **how: Any) -> None:
        if not left[0]:
            raise OSError(errno.ENOSPC, "")
        left[0] -= 1
        real(*args, **how)

    with monkeypatch.context() as full:
        full.setattr(private_files, "replace_file", replace_file)
        assert "the disk is full" in _init(tmp_path).stderr
    assert _init(tmp_path).returncode == 0
    assert command(tmp_path, "status").returncode == 0


def test_broken_off_amid_the_database_it_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken_off(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(founding, "found_province_desk", broken_off)
        assert _init(tmp_path).returncode == 130
    assert [path.name for path in tmp_path.rglob("*")] == ["data"]
    assert _init(tmp_path).returncode == 0


def test_what_was_there_before_stays(tmp_path: Path) -> None:
    assert _init(tmp_path).returncode == 0
    before = {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()}
    assert _init(tmp_path).returncode == 2
    (tmp_path / "other").mkdir()
    places = ["--data", str(tmp_path / "other"), "--name", "x", "--host", "a"]
    assert "exists already" in command(tmp_path, "init", *places).stderr
    assert {path: path.read_bytes() for path in tmp_path.rglob("*") if path.is_file()} == before
