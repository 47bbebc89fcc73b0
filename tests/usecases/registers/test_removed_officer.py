"""An officer who was removed, and kept a copy of the keyfile: put back, it opens the register to the others alone."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from commune_desk.store.engine import settings
from commune_desk.usecases.registers.officers import add_officer, remove_officer
from commune_desk.usecases.registers.opening import OpenDesk, unlock
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.vault.passphrases import WrongPassphrase
from tests.helpers.workplaces import HandClock
from tests.usecases.registers.test_opening import PASSPHRASE, begin

LEFT = NewOfficer("binh", "Cán bộ Đã Nghỉ", "năm chú vịt ra đồng")


def _remove(folder: Path) -> Callable[[], Profile]:
    """A register that LEFT was taken off, and what LEFT does with the copies made before."""
    desk = begin(folder)
    add_officer(desk, LEFT)
    profile = desk.profile
    kept = {place: place.read_bytes() for place in (profile.keyfile, profile.spare)}
    remove_officer(desk, LEFT.login)
    desk.register.close()

    def put_back() -> Profile:
        for place, content in kept.items():
            place.write_bytes(content)
        return profile

    return put_back


def _open(profile: Profile, login: str, passphrase: str) -> OpenDesk:
    return unlock(profile, login, passphrase, clock=HandClock())


def test_an_older_keyfile_put_back_opens_nothing_to_who_was_removed(tmp_path: Path) -> None:
    profile = _remove(tmp_path)()
    with pytest.raises(WrongPassphrase):
        _open(profile, LEFT.login, LEFT.passphrase)
    _open(profile, "hoa", PASSPHRASE).register.close()


def test_without_the_registers_memory_it_would(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: the keyfile alone knows who was removed."""
    monkeypatch.setattr(settings, "note_removed", lambda *_: None)
    _open(_remove(tmp_path)(), LEFT.login, LEFT.passphrase).register.close()


def test_who_comes_back_under_the_same_login_opens_it(tmp_path: Path) -> None:
    profile = _remove(tmp_path)()
    desk = _open(profile, "hoa", PASSPHRASE)
    remove_officer(desk, LEFT.login)
    add_officer(desk, LEFT)
    desk.register.close()
    _open(profile, LEFT.login, LEFT.passphrase).register.close()
