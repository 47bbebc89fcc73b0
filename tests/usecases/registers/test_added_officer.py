"""A colleague is added to two files: cut in between, whoever may unlock has a name, and the login is free if not."""

from __future__ import annotations

from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Refusal
from commune_desk.usecases.registers.officers import add_officer, colleagues
from commune_desk.usecases.registers.opening import OpenDesk, unlock
from commune_desk.usecases.registers.profile import NewOfficer
from commune_desk.vault.keyfile import KeyfileNotSaved
from tests.helpers.power_cuts import power_cut
from tests.helpers.workplaces import HandClock, logins
from tests.usecases.registers.test_opening import PASSPHRASE, begin

ADDED = NewOfficer("binh", "Cán bộ Hai", "năm chú vịt ra đồng")


def _cut_off(folder: Path, monkeypatch: pytest.MonkeyPatch, step: int) -> OpenDesk:
    """A register to which ADDED was being added when the power went before the so many-th thing was written."""
    desk = begin(folder)
    with power_cut(monkeypatch, step):
        add_officer(desk, ADDED)
    desk.register.close()
    return unlock(desk.profile, "hoa", PASSPHRASE, clock=HandClock())


@pytest.mark.parametrize("step", [0, 1, 2])
def test_cut_in_the_middle_nobody_unlocks_without_a_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    desk = _cut_off(tmp_path, monkeypatch, step)
    assert all(name for _login, name in colleagues(desk))
    if ADDED.login not in logins(desk.profile):
        add_officer(desk, ADDED)
    desk.register.close()
    added = unlock(desk.profile, ADDED.login, ADDED.passphrase, clock=HandClock())
    assert (ADDED.login, ADDED.display_name) in colleagues(added)
    added.register.close()


def _noted(desk: OpenDesk) -> list[str]:
    """What the audit log says of officers who came and went."""
    rows = desk.register.reader.execute("SELECT action FROM audit WHERE action LIKE 'officer%' ORDER BY seq")
    return [row[0] for row in rows]


def test_a_login_that_is_taken_leaves_no_trace(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    with pytest.raises(Refusal, match="already used"):
        add_officer(desk, NewOfficer("hoa", "Cán bộ Hai", "năm chú vịt ra đồng"))
    assert _noted(desk) == []
    assert desk.register.reader.execute("SELECT count(*) FROM officer").fetchone() == (1,)
    desk.register.close()


def test_who_could_not_be_given_a_slot_is_noted_as_gone(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    in_the_way = desk.profile.folder / "keyfile.json.new"
    in_the_way.mkdir()
    with pytest.raises(KeyfileNotSaved):
        add_officer(desk, ADDED)
    in_the_way.rmdir()
    assert _noted(desk) == ["officer_add", "officer_remove"]
    assert logins(desk.profile) == ["hoa"]
    add_officer(desk, ADDED)
    desk.register.close()
    unlock(desk.profile, ADDED.login, ADDED.passphrase, clock=HandClock()).register.close()
