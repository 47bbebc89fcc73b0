"""What a backup that was killed leaves on the stick goes with the next one to that folder, and nothing else goes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commune_desk.usecases.registers.backups import back_up, backup_name
from commune_desk.usecases.registers.opening import OpenDesk, unlock
from commune_desk.usecases.registers.profile import Profile
from tests.helpers.workplaces import HandClock
from tests.usecases.registers.test_opening import PASSPHRASE, begin

CUT_OFF = 9
HALF_AN_HOUR, TWO_HOURS = 30 * 60, 2 * 60 * 60


def aged(path: Path, seconds: float) -> Path:
    """The file, last written so long before the desk's clock."""
    then = HandClock().now().timestamp() - seconds
    os.utime(path, (then, then), follow_symlinks=os.utime not in os.supports_follow_symlinks)
    return path


def killed_backup(profile: Profile, target: Path, monkeypatch: pytest.MonkeyPatch) -> list[Path]:
    """What a process leaves that is killed once it has written the archive, before it has its name."""
    child = os.fork()
    if not child:
        try:
            desk = unlock(profile, "hoa", PASSPHRASE, clock=HandClock())
            monkeypatch.setattr(os, "fsync", lambda _handle: os._exit(CUT_OFF))
            back_up(desk, target)
        finally:
            os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == CUT_OFF
    return sorted(target.parent.iterdir())


@pytest.fixture
def stick(tmp_path: Path) -> Path:
    (tmp_path / "stick").mkdir()
    return tmp_path / "stick"


def after_a_backup(desk: OpenDesk, stick: Path) -> set[str]:
    """What lies beside the backup that is made now."""
    back_up(desk, stick / "now.cdbackup")
    return {path.name for path in stick.iterdir()} - {"now.cdbackup"}


@pytest.mark.skipif(not hasattr(os, "fork"), reason="the backup is killed in a fork of this process")
@pytest.mark.parametrize(("age", "is_cleared"), [(HALF_AN_HOUR, False), (TWO_HOURS, True)])
def test_what_a_killed_backup_left_goes_once_it_is_old(
    tmp_path: Path, stick: Path, monkeypatch: pytest.MonkeyPatch, age: float, is_cleared: bool
) -> None:
    desk = begin(tmp_path / "old")
    target = stick / backup_name(desk)
    desk.register.close()
    left = killed_backup(desk.profile, target, monkeypatch)
    assert {path.name for path in left} >= {target.name + ".part", target.name + ".part-db"}
    for path in left:
        aged(path, age)
    desk = unlock(desk.profile, "hoa", PASSPHRASE, clock=HandClock())
    assert after_a_backup(desk, stick) == (set() if is_cleared else {path.name for path in left})
    desk.register.close()


def test_what_is_not_certainly_left_by_this_desk_stays(tmp_path: Path, stick: Path) -> None:
    desk = begin(tmp_path / "old")
    name = backup_name(desk)
    others = [
        name,
        name + ".part.txt",
        "x" + name + ".part",
        name.replace(desk.register.identity.desk, "TRAIN-OTHER1") + ".part",
        "mine.cdbackup.part",
        ".part",
    ]
    for other in others:
        (stick / other).write_bytes(b"kept")
        aged(stick / other, TWO_HOURS)
    (stick / (name + ".part-db")).mkdir()
    aged(stick / (name + ".part-db"), TWO_HOURS)
    assert after_a_backup(desk, stick) == {*others, name + ".part-db"}
    desk.register.close()


@pytest.mark.skipif(os.name == "nt", reason="links of POSIX systems")
def test_a_link_of_such_a_name_is_no_leftover(tmp_path: Path, stick: Path) -> None:
    desk = begin(tmp_path / "old")
    link = stick / (backup_name(desk) + ".part")
    link.symlink_to(tmp_path / "elsewhere")
    aged(link, TWO_HOURS)
    assert after_a_backup(desk, stick) == {link.name}
    desk.register.close()
