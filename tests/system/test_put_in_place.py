"""A file that takes another's place: killed at any step, the one or the other is there whole; and the disk is asked."""

from __future__ import annotations

import errno
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from commune_desk.usecases.locked.doorbell import DoorbellCard
from commune_desk.usecases.locked.files import leave_file
from commune_desk.vault.throttle import begin_try
from sync import disk

CUT_OFF = 9
OLD, NEW = b"what was there", b"what is there now"


def killed_at(step: int, target: Path) -> None:
    """Replace the file in a process that ends at its `step`-th word with the disk."""
    child = os.fork()
    if not child:
        honest, turns = os.fsync, iter(range(1, 9))

        def asked(fd: Any) -> None:
            if next(turns) == step:
                os._exit(CUT_OFF)
            honest(fd)

        os.fsync = asked  # of this process alone, which ends with it
        try:
            disk.replace_file(target, NEW)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == CUT_OFF


@pytest.mark.skipif(not hasattr(os, "fork"), reason="it is killed in a fork of this process")
@pytest.mark.parametrize(("step", "content"), [(1, OLD), (2, NEW)])
def test_killed_at_any_step_one_is_there_whole(tmp_path: Path, step: int, content: bytes) -> None:
    target = tmp_path / "file"
    target.write_bytes(OLD)
    killed_at(step, target)
    assert target.read_bytes() == content
    disk.replace_file(target, NEW)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", NEW)]


def test_a_disk_that_refuses_leaves_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "file"
    target.write_bytes(OLD)

    def refused(_handle: int) -> None:
        raise OSError(errno.EIO, os.strerror(errno.EIO))

    monkeypatch.setattr("sync.disk.os.fsync", refused)
    with pytest.raises(OSError, match=os.strerror(errno.EIO)):
        disk.replace_file(target, NEW)
    assert [(path.name, path.read_bytes()) for path in tmp_path.iterdir()] == [("file", OLD)]


@pytest.mark.parametrize(
    "write",
    [
        lambda folder: leave_file(folder / "doorbell", DoorbellCard(due=(), left_at="2026-11-23T00:00:00Z")),
        lambda folder: begin_try(folder / "keyfile.json", "hoa", uptime=1.0, wall=1.0),
    ],
    ids=["beside a locked register", "wrong passphrases"],
)
def test_the_disk_has_it_before_it_has_its_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[Path], object]
) -> None:
    """Else a cut of the current leaves an empty file of that name."""
    done: list[str] = []
    settle, rename = os.fsync, Path.replace

    def settled(handle: int) -> None:
        done.append("settled")
        settle(handle)

    def named(path: Path, target: Path) -> Path:
        done.append("named")
        return rename(path, target)

    monkeypatch.setattr(os, "fsync", settled)
    monkeypatch.setattr(Path, "replace", named)
    write(tmp_path)
    assert done[:2] == ["settled", "named"]
