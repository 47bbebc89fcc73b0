"""A new passphrase that the keyfile has taken is told as in force, whatever becomes of the register."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import DeskError, Fault
from commune_desk.store.desk.register import Register
from commune_desk.store.engine.database import DiskFull
from commune_desk.usecases.registers.officers import RecoveryAnswer, change_passphrase, recover, recovery_request
from commune_desk.usecases.registers.opening import RegisterMissing, unlock
from commune_desk.usecases.registers.profile import Profile
from commune_desk.vault.passphrases import WrongPassphrase
from sync.seal import answer_recovery
from tests.helpers.enrolled_desks import LOGIN, EnrolledDesk, enrolled_desk
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_province import RealProvince, real_province
from tests.usecases.registers.test_opening import PASSPHRASE, begin, full

NEW = "hai con trâu xuống núi"
IN_FORCE = "The new passphrase is in force"


@pytest.fixture
def province(tmp_path: Path) -> Iterator[RealProvince]:
    with real_province(tmp_path) as made:
        yield made


@pytest.fixture
def desk(province: RealProvince, tmp_path: Path) -> EnrolledDesk:
    """Locked; its passphrase is forgotten."""
    made = enrolled_desk(province, tmp_path / "desk")
    made.close()
    return made


def take_all_room(register: Register) -> None:
    full(register)
    with suppress(DiskFull):
        while True:
            register.write(lambda tx: tx.audit(AuditAction.SEARCH)).result()


def held_open() -> list[str]:
    """The files that this process holds open."""
    names = []
    for handle in Path("/proc/self/fd").iterdir():
        with suppress(OSError):  # the handle of the listing itself
            names.append(os.readlink(handle))
    return names


def recovered(profile: Profile, province: RealProvince) -> None:
    _desk, answer = answer_recovery(province.province.keys.escrow.to_bytes(), recovery_request(profile))
    recover(profile, RecoveryAnswer(answer, LOGIN, NEW), clock=SystemClock()).register.close()


def test_changed_on_a_full_disk_it_is_told_that_the_new_one_counts(tmp_path: Path) -> None:
    """Told that nothing was saved, the officer would go on with the old one, which opens nothing any more."""
    desk = begin(tmp_path)
    take_all_room(desk.register)
    with pytest.raises(Fault, match=IN_FORCE):
        change_passphrase(desk, PASSPHRASE, NEW, clock=HandClock())
    desk.register.close()
    with pytest.raises(WrongPassphrase):
        unlock(desk.profile, "hoa", PASSPHRASE, clock=HandClock())
    unlock(desk.profile, "hoa", NEW, clock=HandClock()).register.close()


def test_recovered_for_a_register_that_is_missing_it_is_told_that_the_new_one_counts(
    desk: EnrolledDesk, province: RealProvince
) -> None:
    """The answer is spent: who tried it again would be sent back to the telephone for nothing."""
    profile = desk.open.profile
    profile.register.unlink()
    with pytest.raises(Fault, match=IN_FORCE):
        recovered(profile, province)
    with pytest.raises(RegisterMissing):
        unlock(profile, LOGIN, NEW, clock=SystemClock())


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="what is open is seen only on Linux")
def test_a_recovery_that_cannot_be_written_down_leaves_no_register_open(
    desk: EnrolledDesk, province: RealProvince, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On Windows no backup could take its place then."""

    def refused(*_args: object, **_kwargs: object) -> None:
        raise DiskFull("The disk is full.")

    monkeypatch.setattr(Register, "_run", refused)
    with pytest.raises(DeskError) as caught:
        recovered(desk.open.profile, province)
    assert caught.tb, "who shows the error has all that it came through"
    assert not [name for name in held_open() if name.startswith(str(desk.open.profile.register))]
