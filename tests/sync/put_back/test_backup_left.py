"""What a killed backup of the province leaves goes with the next one to that folder, and nothing else goes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from sync.server.lifecycle import backups
from tests.sync.actors.real_province import RealProvince, real_province

TWELVE_HOURS, TWO_DAYS = 12 * 60 * 60, 48 * 60 * 60


@pytest.fixture
def real(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "backups").mkdir()
    return tmp_path / "backups"


def killed(real: RealProvince, target: Path, monkeypatch: pytest.MonkeyPatch, age: float) -> Path:
    """What a process leaves that is killed once the copy is whole, before it has its name, and how long ago."""
    child = os.fork()
    if not child:
        monkeypatch.setattr(os, "fsync", lambda _handle: os._exit(9))
        try:
            backups.back_up(real.province, target)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    (left,) = target.parent.iterdir()
    then = left.stat().st_mtime - age
    os.utime(left, (then, then))
    return left


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the backup is killed in a fork of this process")
@pytest.mark.parametrize(("age", "is_cleared"), [(TWELVE_HOURS, False), (TWO_DAYS, True)])
def test_what_a_killed_backup_left_goes_once_it_is_old(
    real: RealProvince, folder: Path, monkeypatch: pytest.MonkeyPatch, age: float, is_cleared: bool
) -> None:
    left = killed(real, folder / "monday.db", monkeypatch, age)
    backups.back_up(real.province, folder / "tuesday.db")
    assert left.exists() != is_cleared
    assert (folder / "tuesday.db").exists()


@pytest.mark.parametrize("name", ["letters.part", "monday.db", ".monday.db", "monday.db.part"])
def test_what_may_be_somebody_elses_stays(real: RealProvince, folder: Path, name: str) -> None:
    """The twin: however old it is."""
    theirs = folder / name
    theirs.write_bytes(b"")
    os.utime(theirs, (0, 0))
    backups.back_up(real.province, folder / "tuesday.db")
    assert theirs.exists()
