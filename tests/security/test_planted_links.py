"""A link planted where a backup is about to be written: no other file is overwritten, and nobody else may read it."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.desk import backup
from commune_desk.usecases.registers.backups import back_up
from commune_desk.usecases.registers.opening import make_training_register
from commune_desk.usecases.registers.profile import NewOfficer, Profile

if os.name == "nt":
    pytest.skip("links and rights of POSIX systems", allow_module_level=True)

ENDINGS = ("", ".part", ".part-db")
PRECIOUS = b"somebody else's"


def _back_up_onto(folder: Path, ending: str) -> Path:
    """A backup to where a link to another file lies already."""
    profile = folder / "profile"
    profile.mkdir()
    officer = NewOfficer("hoa", "Cán bộ Thử", "bốn con mèo đi biển")
    scope, clock = Scope("C:06838"), SystemClock()
    desk = make_training_register(Profile(profile), officer, scope=scope, role=Role.COMMUNE_OFFICER, clock=clock)
    (folder / "other").write_bytes(PRECIOUS)
    target = folder / "a.cdbackup"
    target.with_name(target.name + ending).symlink_to(folder / "other")
    back_up(desk, target)
    desk.register.close()
    return target


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_link_is_replaced_and_never_followed(tmp_path: Path, ending: str) -> None:
    target = _back_up_onto(tmp_path, ending)
    assert (tmp_path / "other").read_bytes() == PRECIOUS
    assert not target.is_symlink()
    assert target.stat().st_mode & 0o077 == 0


def test_a_file_left_to_stand_would_be_written_through(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: opened as it is."""
    monkeypatch.setattr(backup, "made_anew", lambda path: path.open("wb"))
    _back_up_onto(tmp_path, ".part")
    assert (tmp_path / "other").read_bytes() != PRECIOUS
