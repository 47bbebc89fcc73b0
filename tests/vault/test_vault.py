"""Officers open the register with their own passphrases, and nothing else opens it."""

from __future__ import annotations

import os
import pickle
import stat
import unicodedata
from pathlib import Path

import pytest

from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.vault import vault
from commune_desk.vault.keyfile import (
    KeyfileDamaged,
    KeyfileMissing,
    KeyfileNotSaved,
    read_copies,
    read_with_key,
    save,
    spare_of,
)
from commune_desk.vault.keys import RegisterKey, open_at_rest, seal_at_rest, subkey
from commune_desk.vault.passphrases import WrongPassphrase, check_passphrase
from sync.seal import SealBroken

from .conftest import DB_ID, PASSPHRASE, Desk

OTHER = "hai con trâu xuống núi"


def test_the_right_passphrase_gives_the_key_and_a_wrong_one_does_not(desk: Desk) -> None:
    assert desk.unlock() == desk.key
    with pytest.raises(WrongPassphrase):
        desk.unlock(passphrase=PASSPHRASE + " ")


def test_a_passphrase_typed_with_combining_marks_is_the_same(desk: Desk) -> None:
    assert desk.unlock(passphrase=unicodedata.normalize("NFD", PASSPHRASE)) == desk.key


def test_an_unknown_login_is_told_nothing_else_than_a_wrong_passphrase(desk: Desk) -> None:
    with pytest.raises(WrongPassphrase) as unknown:
        desk.unlock(login="nobody")
    with pytest.raises(WrongPassphrase) as wrong:
        desk.unlock(passphrase="không phải câu này")
    assert unknown.value.text == wrong.value.text


def test_officers_come_and_go_each_with_a_passphrase(desk: Desk) -> None:
    vault.add_officer(desk.path, desk.key, login="lan", officer_id="2" * 32, passphrase=OTHER)
    assert [slot.login for slot in vault.slots(desk.path)] == ["hoa", "lan"]
    assert desk.unlock("lan", OTHER) == desk.key
    vault.remove_officer(desk.path, desk.key, login="hoa")
    with pytest.raises(WrongPassphrase):
        desk.unlock("hoa")
    assert vault.slots(desk.path) == [vault.Slot("lan", "2" * 32)]


def test_who_was_removed_does_not_return_by_damaging_the_keyfile(desk: Desk) -> None:
    vault.add_officer(desk.path, desk.key, login="lan", officer_id="2" * 32, passphrase=OTHER)
    vault.remove_officer(desk.path, desk.key, login="lan")
    desk.path.write_bytes(b"spoilt")
    with pytest.raises(WrongPassphrase):
        desk.unlock("lan", OTHER)
    assert desk.unlock() == desk.key


def test_a_stale_spare_would_let_the_removed_officer_in(desk: Desk) -> None:
    vault.add_officer(desk.path, desk.key, login="lan", officer_id="2" * 32, passphrase=OTHER)
    stale = spare_of(desk.path).read_bytes()
    vault.remove_officer(desk.path, desk.key, login="lan")
    spare_of(desk.path).write_bytes(stale)
    desk.path.write_bytes(b"spoilt")
    assert desk.unlock("lan", OTHER) == desk.key


def test_the_last_officer_an_unknown_and_a_doubled_login_are_refused(desk: Desk) -> None:
    with pytest.raises(Refusal, match="last officer"):
        vault.remove_officer(desk.path, desk.key, login="hoa")
    with pytest.raises(Refusal, match="no login"):
        vault.remove_officer(desk.path, desk.key, login="lan")
    with pytest.raises(Refusal, match="already used"):
        vault.add_officer(desk.path, desk.key, login="hoa", officer_id="2" * 32, passphrase=OTHER)


def test_a_changed_passphrase_is_the_only_one(desk: Desk) -> None:
    vault.change_passphrase(desk.path, "hoa", PASSPHRASE, OTHER, clock=desk.clock, uptime=desk.clock.uptime)
    assert desk.unlock(passphrase=OTHER) == desk.key
    with pytest.raises(WrongPassphrase):
        desk.unlock(passphrase=PASSPHRASE)


def test_a_passphrase_is_not_changed_by_who_does_not_know_it(desk: Desk) -> None:
    before = desk.path.read_bytes()
    with pytest.raises(WrongPassphrase):
        vault.change_passphrase(desk.path, "hoa", OTHER, OTHER, clock=desk.clock, uptime=desk.clock.uptime)
    with pytest.raises(Invalid):
        vault.change_passphrase(desk.path, "hoa", PASSPHRASE, "short", clock=desk.clock, uptime=desk.clock.uptime)
    assert desk.path.read_bytes() == before


def test_a_register_is_never_made_over_another(desk: Desk) -> None:
    for there in (desk.path, spare_of(desk.path)):
        with pytest.raises(Refusal):
            vault.create(desk.path, login="lan", officer_id="", passphrase=OTHER, db_id=DB_ID)
        there.unlink()


@pytest.mark.parametrize("login", ["", "a", "Hoa", "hoà", "1hoa", "h oa", "hoa\n", "a" * 21])
def test_a_login_is_plain_lower_case_ascii(tmp_path: Path, login: str) -> None:
    with pytest.raises(Invalid) as caught:
        vault.create(tmp_path / "k", login=login, officer_id="", passphrase=OTHER, db_id=DB_ID)
    assert "login" in caught.value.fields
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize(
    "weak",
    [
        "",
        "short",
        "mèo đi biển",
        "một một một",
        "022198001234",
        "0912 345 678 90",
        "MậtKhẩu 123456",
        "Quảng Ninh 2026",
        "aaaaaaaaaaaaaa",
        "abababababab",
        "hoa.binhlieu1",
        "HOA.BinhLieu 2026",
    ],
)
def test_weak_passphrases_are_named_as_such(weak: str) -> None:
    problem = check_passphrase(weak, "hoa.binhlieu")
    assert problem is not None
    assert problem.fields["passphrase"] == problem.text


@pytest.mark.parametrize("good", [PASSPHRASE, OTHER, "đi bộ ra xã", "xR7-kkq2-Pm9", "chén cơm nguội"])
def test_good_passphrases_pass(good: str) -> None:
    assert check_passphrase(good, "hoa") is None
    assert check_passphrase(unicodedata.normalize("NFD", good), "hoa") is None


def test_combining_marks_do_not_make_a_short_passphrase_long() -> None:
    assert check_passphrase(unicodedata.normalize("NFD", "ẫẩấầậễ")) is not None


def test_the_keyfile_holds_no_name_no_passphrase_and_no_key(desk: Desk) -> None:
    content = desk.path.read_bytes()
    for secret in (PASSPHRASE, *PASSPHRASE.split()):
        assert secret.encode() not in content
    assert desk.key.raw not in content
    assert desk.key.hex.encode() not in content


@pytest.mark.skipif(os.name != "posix", reason="Windows keeps the profile folder private instead")
def test_only_this_account_may_read_the_keyfile(desk: Desk) -> None:
    save(desk.path, read_with_key(desk.path, desk.key), desk.key)
    for place in (desk.path, spare_of(desk.path)):
        assert stat.S_IMODE(place.stat().st_mode) == 0o600


def test_a_damaged_or_missing_copy_is_replaced_at_the_next_unlocking(desk: Desk) -> None:
    good = desk.path.read_bytes()
    for damage in (lambda: desk.path.write_bytes(b""), desk.path.unlink, spare_of(desk.path).unlink):
        damage()
        assert desk.unlock() == desk.key
        assert desk.path.read_bytes() == good
        assert spare_of(desk.path).read_bytes() == good


def test_a_power_cut_between_the_two_copies_leaves_the_later_in_force(desk: Desk) -> None:
    old = desk.path.read_bytes()
    vault.add_officer(desk.path, desk.key, login="lan", officer_id="2" * 32, passphrase=OTHER)
    for cut_short in (desk.path, spare_of(desk.path)):
        cut_short.write_bytes(old)
        assert desk.unlock("lan", OTHER) == desk.key
        assert cut_short.read_bytes() != old


def test_no_keyfile_and_two_damaged_ones_are_told_apart(desk: Desk) -> None:
    desk.path.write_bytes(b"{}")
    spare_of(desk.path).write_bytes(b"\xff\xfe")
    with pytest.raises(KeyfileDamaged):
        vault.slots(desk.path)
    desk.path.unlink()
    spare_of(desk.path).unlink()
    with pytest.raises(KeyfileMissing):
        desk.unlock()


def test_a_disk_that_refuses_leaves_the_old_keyfile_in_force(desk: Desk) -> None:
    before = desk.path.read_bytes()
    blocked = spare_of(desk.path).with_name(spare_of(desk.path).name + ".new")
    blocked.mkdir()
    with pytest.raises(KeyfileNotSaved):
        vault.add_officer(desk.path, desk.key, login="lan", officer_id="2" * 32, passphrase=OTHER)
    assert desk.path.read_bytes() == before
    assert {place.name for place in desk.path.parent.iterdir()} == {
        desk.path.name,
        spare_of(desk.path).name,
        blocked.name,
    }
    assert desk.unlock() == desk.key


def test_content_that_could_not_be_read_back_is_never_written(desk: Desk) -> None:
    before = desk.path.read_bytes()
    with pytest.raises(ValueError, match="read back"):
        vault.add_officer(desk.path, desk.key, login="lan", officer_id="x" * 65, passphrase=OTHER)
    assert desk.path.read_bytes() == before


def test_another_key_neither_reads_nor_changes_the_keyfile(desk: Desk) -> None:
    with pytest.raises(KeyfileDamaged):
        vault.remove_officer(desk.path, RegisterKey(bytes(32)), login="hoa")
    assert len(read_copies(desk.path)) == 2


def test_the_register_key_is_64_hex_digits_and_never_shows_itself() -> None:
    key = RegisterKey(bytes(range(32)))
    assert key.hex == bytes(range(32)).hex()
    assert key.hex not in f"{key} {key!r} {[key]}"
    assert key != RegisterKey(bytes(32))
    for wrong in (b"", bytes(31), bytes(33)):
        with pytest.raises(ValueError, match="32 bytes"):
            RegisterKey(wrong)
    with pytest.raises(TypeError):
        pickle.dumps(key)
    with pytest.raises(TypeError):
        hash(key)


def test_each_purpose_has_a_key_of_its_own() -> None:
    key = RegisterKey(bytes(range(32)))
    sealed = seal_at_rest(key, b"window", b"state")
    made = {key.raw, subkey(key, b"audit"), subkey(key, b"backup"), subkey(key, b"window")}
    assert len(made) == 4
    assert open_at_rest(key, b"window", sealed) == b"state"
    with pytest.raises(SealBroken):
        open_at_rest(key, b"drafts", sealed)
    with pytest.raises(SealBroken):
        open_at_rest(RegisterKey(bytes(32)), b"window", sealed)
