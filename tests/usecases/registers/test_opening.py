"""A register from its first start to its restore: made, unlocked, shared by officers, backed up, brought back."""

from __future__ import annotations

import os
from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.model.access import Role
from commune_desk.domain.model.ids import Scope
from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.presenters.window.settings_page import OfficerForm
from commune_desk.store.desk.backup import BackupDamaged, BackupNotSaved
from commune_desk.store.desk.register import Register
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import DiskFull
from commune_desk.store.exchange.staged import accept_new_desk, pulled_once, release_next
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.locked.window_state import WindowState, keep_window, take_window
from commune_desk.usecases.registers.backups import back_up, backup_name, restore
from commune_desk.usecases.registers.officers import add_officer, change_passphrase, recovery_request, remove_officer
from commune_desk.usecases.registers.opening import OpenDesk, RegisterMissing, make_training_register, unlock
from commune_desk.usecases.registers.profile import NewOfficer, Profile
from commune_desk.vault.passphrases import WrongPassphrase
from sync.seal import SigningKey
from tests.helpers.builders import make_person, save_all
from tests.helpers.lists import count_staged
from tests.helpers.workplaces import HandClock, logins

PASSPHRASE = "bốn con mèo đi biển"
FIRST = NewOfficer("hoa", "Cán bộ Thử", PASSPHRASE)


def begin(folder: Path) -> OpenDesk:
    folder.mkdir(exist_ok=True)
    return make_training_register(
        Profile(folder), FIRST, scope=Scope("C:06838"), role=Role.COMMUNE_OFFICER, clock=HandClock()
    )


def people(register: Register) -> set[str]:
    return {row[0] for row in register.reader.execute("SELECT full_name FROM person")}


def test_a_register_opens_again_with_its_passphrase_and_holds_what_was_saved(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    desk.register.write(save_all(make_person())).result()
    desk.register.close()
    again = unlock(desk.profile, "hoa", PASSPHRASE, clock=HandClock())
    assert people(again.register) == {"Đặng Thị Hoà"}
    assert again.register.actor.role is Role.COMMUNE_OFFICER
    again.register.close()


def test_a_second_register_never_takes_the_place_of_the_first(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    with pytest.raises(Refusal, match="already a register"):
        begin(tmp_path)
    desk.register.close()


def test_a_weak_passphrase_leaves_nothing_half_made(tmp_path: Path) -> None:
    with pytest.raises(Invalid):
        make_training_register(
            Profile(tmp_path),
            NewOfficer("hoa", "Cán bộ Thử", "ngắn"),
            scope=Scope("C:06838"),
            role=Role.COMMUNE_OFFICER,
            clock=HandClock(),
        )
    assert list(tmp_path.iterdir()) == []


def test_a_keyfile_without_its_register_says_so(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    desk.register.close()
    desk.profile.register.unlink()
    with pytest.raises(RegisterMissing):
        unlock(desk.profile, "hoa", PASSPHRASE, clock=HandClock())


def test_a_colleague_unlocks_with_a_slot_of_their_own_until_it_is_taken_away(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    officer = add_officer(desk, NewOfficer("quang", "Cán bộ Hai", "năm chú vịt ra đồng"))
    desk.register.close()
    colleague = unlock(desk.profile, "quang", "năm chú vịt ra đồng", clock=HandClock())
    assert colleague.register.actor.officer == officer
    with pytest.raises(Refusal, match="yourself"):
        remove_officer(colleague, "quang")
    remove_officer(colleague, "hoa")
    assert logins(desk.profile) == ["quang"]
    removed = colleague.register.reader.execute("SELECT record FROM audit WHERE action='officer_remove'").fetchall()
    assert removed == [(desk.register.actor.officer,)]
    colleague.register.close()
    with pytest.raises(WrongPassphrase):
        unlock(desk.profile, "hoa", PASSPHRASE, clock=HandClock())


def full(register: Register) -> None:
    """The engine refuses at the next page."""
    limit = "PRAGMA max_page_count=1"  # it stays at what there is
    register.write(lambda tx: tx.connection.execute(limit).fetchone()).result()


def test_a_colleague_whose_record_cannot_be_written_has_no_slot_either(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    full(desk.register)
    for one in range(1000):
        try:
            add_officer(desk, NewOfficer(f"may{one}", "Cán bộ Hai " * 10, "năm chú vịt ra đồng"))
        except DiskFull:
            break
    assert f"may{one}" not in logins(desk.profile), "the login is free for the next try"
    desk.register.close()


def test_a_name_that_does_not_fit_takes_no_login(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    with pytest.raises(Invalid) as caught:
        add_officer(desk, NewOfficer("quang", "Đ" * 121, "năm chú vịt ra đồng"))
    assert list(caught.value.fields) == ["display_name"]
    assert logins(desk.profile) == ["hoa"]
    form = OfficerForm(
        desk, {"display_name": "Đ" * 121, "login": "quang", "passphrase": PASSPHRASE, "again": PASSPHRASE}
    )
    assert list(form.errors()) == ["display_name"], "at its field, before it is tried"
    desk.register.close()


def test_a_changed_passphrase_replaces_the_old_one(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    change_passphrase(desk, PASSPHRASE, "bảy con cò bay lả", clock=HandClock())
    desk.register.close()
    with pytest.raises(WrongPassphrase):
        unlock(desk.profile, "hoa", PASSPHRASE, clock=HandClock())
    unlock(desk.profile, "hoa", "bảy con cò bay lả", clock=HandClock()).register.close()


def test_a_training_register_has_no_province_to_ask(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    with pytest.raises(Refusal):
        recovery_request(desk.profile)
    desk.register.close()


def test_the_window_goes_back_to_where_one_was_and_a_spoilt_file_to_the_start(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    state = WindowState(page="child", record="1" * 32, form="visit")
    keep_window(desk, state)
    assert b"child" not in desk.profile.window_state.read_bytes()
    assert take_window(desk) == state
    assert take_window(desk) is None, "as after a crash"
    desk.profile.window_state.write_bytes(b"spoilt")
    assert take_window(desk) is None
    desk.register.close()


def test_a_colleague_does_not_land_on_the_page_that_another_left(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    add_officer(desk, NewOfficer("quang", "Cán bộ Hai", "năm chú vịt ra đồng"))
    keep_window(desk, WindowState(page="child", record="1" * 32))
    desk.register.close()
    colleague = unlock(desk.profile, "quang", "năm chú vịt ra đồng", clock=HandClock())
    assert take_window(colleague) is None
    colleague.register.close()


def enrolled(desk: OpenDesk, number: str) -> None:
    """Make the training desk an enrolled one, as far as its own tables are concerned."""

    def operation(tx: Tx) -> None:
        own = settings.identity(tx.connection)
        settings.put(tx.connection, settings.IDENTITY, msgspec.structs.replace(own, desk=number, is_training=False))
        tx.topic("identity")

    desk.register.write(operation).result()


def test_a_backup_comes_back_whole_as_a_desk_that_must_enrol_anew(tmp_path: Path) -> None:
    desk = begin(tmp_path / "old")
    enrolled(desk, "7KQ2M9")
    desk.register.write(save_all(make_person())).result()
    target = tmp_path / backup_name(desk)
    manifest = back_up(desk, target).manifest
    desk.register.write(save_all(make_person("Lý A Tài"))).result()
    desk.register.close()
    assert manifest.changes > 0
    assert [path.name for path in tmp_path.glob("*.part*")] == []

    new = tmp_path / "new"
    new.mkdir()
    back = restore(Profile(new), target, "hoa", PASSPHRASE, clock=HandClock())
    own = back.register.identity
    assert people(back.register) == {"Đặng Thị Hoà"}
    assert (own.desk, own.former, own.frozen) == ("", ("7KQ2M9",), "restored")
    back.register.close()


def test_work_in_a_restored_register_is_numbered_only_after_a_full_pull_under_the_new_desk(tmp_path: Path) -> None:
    desk = begin(tmp_path / "old")
    enrolled(desk, "7KQ2M9")
    desk.register.write(save_all(make_person())).result()
    target = tmp_path / "a.cdbackup"
    back_up(desk, target)
    desk.register.close()
    (tmp_path / "new").mkdir()
    back = restore(Profile(tmp_path / "new"), target, "hoa", PASSPHRASE, clock=HandClock())
    register = back.register
    register.write(save_all(make_person("Lý A Tài"))).result()
    lacking = count_staged(register.reader)
    assert register.write(release_next).result()[0] == 0, "no desk id, no number"

    renewed = msgspec.structs.replace(
        register.identity, desk="9ZZZZ9", frozen="", signing=SigningKey.generate().to_bytes()
    )
    register.write(lambda tx: accept_new_desk(tx, renewed, [])).result()
    assert register.write(release_next).result()[0] == 0, "the province must be heard first"
    register.write(pulled_once).result()
    assert register.write(release_next).result()[0] == lacking
    numbers = [n for (n,) in register.reader.execute("SELECT n FROM change WHERE desk='9ZZZZ9' ORDER BY n")]
    assert numbers == list(range(1, lacking + 1))
    register.close()


@pytest.mark.parametrize("cut", [0, 100, -1, -5000])
def test_a_cut_backup_changes_nothing(tmp_path: Path, cut: int) -> None:
    desk = begin(tmp_path / "old")
    target = tmp_path / "a.cdbackup"
    back_up(desk, target)
    desk.register.close()
    target.write_bytes(target.read_bytes()[:cut])
    new = tmp_path / "new"
    new.mkdir()
    with pytest.raises(BackupDamaged):
        restore(Profile(new), target, "hoa", PASSPHRASE, clock=HandClock())
    assert not Profile(new).has_register()


@pytest.mark.parametrize("name", ["a.cdbackup", f"[PC 1] thứ {'' if os.name == 'nt' else '* '}hai.cdbackup"])
def test_nothing_is_left_beside_a_backup_whatever_it_is_called(tmp_path: Path, name: str) -> None:
    desk = begin(tmp_path / "old")
    (tmp_path / "stick").mkdir()
    back_up(desk, tmp_path / "stick" / name)
    desk.register.close()
    assert [path.name for path in (tmp_path / "stick").iterdir()] == [name]


def test_a_backup_under_a_name_that_the_disk_refuses_is_a_sentence(tmp_path: Path) -> None:
    desk = begin(tmp_path / "old")
    with pytest.raises(BackupNotSaved):
        back_up(desk, tmp_path / ("a" * 300 + ".cdbackup"))
    desk.register.close()


def test_a_backup_to_a_folder_that_is_not_there_is_a_sentence(tmp_path: Path) -> None:
    desk = begin(tmp_path / "old")
    with pytest.raises(BackupNotSaved):
        back_up(desk, tmp_path / "away" / "a.cdbackup")
    desk.register.close()


def test_a_wrong_passphrase_leaves_the_restored_folder_empty(tmp_path: Path) -> None:
    desk = begin(tmp_path / "old")
    target = tmp_path / "a.cdbackup"
    back_up(desk, target)
    desk.register.close()
    new = tmp_path / "new"
    new.mkdir()
    with pytest.raises(WrongPassphrase):
        restore(Profile(new), target, "hoa", "chín con cá ngoài khơi", clock=HandClock())
    assert not Profile(new).has_register()


def test_no_file_of_a_profile_holds_a_name(tmp_path: Path) -> None:
    desk = begin(tmp_path)
    desk.register.write(save_all(make_person("Nguyễn Thị Bí Mật"))).result()
    back_up(desk, tmp_path / "a.cdbackup")
    desk.register.close()
    written = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    for canary in ("Nguyễn Thị Bí Mật", "Cán bộ Thử", "nguyen thi bi mat"):
        for encoding in ("utf-8", "utf-16-le"):
            assert canary.encode(encoding) not in written
