"""What a backup is worth is what comes back from it, also where a copy of the keyfile beside the register is spoilt."""

from __future__ import annotations

import json
import os
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.desk import backup
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.database import DiskFull
from commune_desk.usecases.registers.backups import back_up, restore
from commune_desk.usecases.registers.officers import change_passphrase
from commune_desk.usecases.registers.opening import OpenDesk
from commune_desk.usecases.registers.profile import Profile
from commune_desk.vault.keyfile import KeyfileDamaged, KeyfileMissing
from tests.helpers.workplaces import HandClock
from tests.usecases.registers.test_opening import PASSPHRASE, begin

NEW = "bảy con cò bay lả"
Harm = Callable[[Path], object]


def spoil(copy: Path) -> None:
    copy.write_bytes(bytes(500))


def kept_by(desk: OpenDesk, folder: Path, passphrase: str = PASSPHRASE) -> Profile:
    """The register that comes out of a backup of `desk`, closed again."""
    back_up(desk, folder / "a.cdbackup")
    return restored(folder, passphrase)


def restored(folder: Path, passphrase: str) -> Profile:
    profile = Profile(folder / "new")
    profile.folder.mkdir(exist_ok=True)
    restore(profile, folder / "a.cdbackup", "hoa", passphrase, clock=HandClock()).register.close()
    return profile


@pytest.mark.parametrize("harm", [spoil, Path.unlink])
@pytest.mark.parametrize("which", ["keyfile", "spare"])
def test_a_copy_of_the_keyfile_that_a_disk_lost_spoils_no_backup(tmp_path: Path, harm: Harm, which: str) -> None:
    """Whoever is told that the backup was checked gives up the PC."""
    desk = begin(tmp_path / "old")
    harm(getattr(desk.profile, which))
    assert kept_by(desk, tmp_path).has_register()
    desk.register.close()


def test_a_pc_whose_battery_is_dead_has_backups_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It works in 1970, and the day stands in the backup itself; an archive knows none before 1980."""
    desk, now = begin(tmp_path / "old"), time.time
    with monkeypatch.context() as dead:
        dead.setattr(time, "time", lambda: now() % (24 * 60 * 60))
        back_up(desk, tmp_path / "a.cdbackup")
    assert restored(tmp_path, PASSPHRASE).has_register()
    desk.register.close()


def test_of_two_copies_the_later_goes_into_the_backup(tmp_path: Path) -> None:
    desk = begin(tmp_path / "old")
    before = desk.profile.keyfile.read_bytes()
    change_passphrase(desk, PASSPHRASE, NEW, clock=HandClock())
    desk.profile.keyfile.write_bytes(before)
    assert kept_by(desk, tmp_path, NEW).has_register()
    desk.register.close()


@pytest.mark.parametrize(("harm", "said"), [(spoil, KeyfileDamaged), (Path.unlink, KeyfileMissing)])
def test_without_a_keyfile_that_holds_nothing_is_called_a_backup(
    tmp_path: Path, harm: Harm, said: type[Exception]
) -> None:
    desk = begin(tmp_path / "old")
    for copy in (desk.profile.keyfile, desk.profile.spare):
        harm(copy)
    with pytest.raises(said):
        back_up(desk, tmp_path / "a.cdbackup")
    assert [path.name for path in tmp_path.iterdir()] == ["old"]
    desk.register.close()


def test_a_passphrase_that_is_changed_meanwhile_spoils_no_backup(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk, pack = begin(tmp_path / "old"), backup._pack

    def changed_before(*parts: object) -> None:
        change_passphrase(desk, PASSPHRASE, NEW, clock=HandClock())
        pack(*parts)  # type: ignore[arg-type]

    monkeypatch.setattr(backup, "_pack", changed_before)
    back_up(desk, tmp_path / "a.cdbackup")
    desk.register.close()
    assert restored(tmp_path, PASSPHRASE).has_register(), "as it was when it was made"


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="which folder is written down is seen only on Linux")
def test_the_disk_keeps_the_name_of_a_backup_before_it_is_told_of(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, stick, kept = os.fsync, tmp_path / "stick", []
    stick.mkdir()

    def fsync(handle: int) -> None:
        if Path(os.readlink(f"/proc/self/fd/{handle}")) == stick:
            kept.append(sorted(path.name for path in stick.iterdir()))
        real(handle)

    desk = begin(tmp_path / "old")
    monkeypatch.setattr(os, "fsync", fsync)
    back_up(desk, stick / "a.cdbackup")
    desk.register.close()
    assert any("a.cdbackup" in names for names in kept)


def deeds(register: Register) -> list[dict[str, object]]:
    """What the audit log says of backups, oldest first."""
    rows = register.read(lambda c: c.execute("SELECT detail FROM audit WHERE action='backup' ORDER BY seq").fetchall())
    return [json.loads(detail) for (detail,) in rows]


def test_a_backup_that_was_cut_off_stands_in_the_log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The copy may be on the stick already when the power goes: who wrote it is known."""
    desk, pack = begin(tmp_path / "old"), backup._pack

    def cut_behind(*parts: object) -> None:
        pack(*parts)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    with monkeypatch.context() as cut:
        cut.setattr(backup, "_pack", cut_behind)
        with pytest.raises(KeyboardInterrupt):
            back_up(desk, tmp_path / "a.cdbackup")
    assert deeds(desk.register) == [{"step": "begins"}]
    manifest = back_up(desk, tmp_path / "a.cdbackup").manifest
    assert deeds(desk.register)[1:] == [{"step": "begins"}, {"changes": manifest.changes}]
    desk.register.close()


def fill(register: Register) -> None:
    """Until the engine refuses at the next page."""
    register.write(lambda tx: tx.connection.execute("PRAGMA max_page_count=1").fetchone()).result()
    for _ in range(1000):
        register.write(lambda tx: tx.audit(AuditAction.OPEN, "child_file")).result()


def test_a_register_that_cannot_be_written_has_a_backup_all_the_same(tmp_path: Path) -> None:
    """A disk that is full is when somebody needs the copy on the stick."""
    desk = begin(tmp_path / "old")
    with pytest.raises(DiskFull):
        fill(desk.register)
    with pytest.raises(DiskFull):
        back_up(desk, tmp_path / "a.cdbackup")
    desk.register.close()
    assert restored(tmp_path, PASSPHRASE).has_register()
