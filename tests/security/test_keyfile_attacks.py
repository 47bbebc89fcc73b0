"""What someone with the keyfile in hand but no passphrase can do to it: nothing that goes unseen.

Each attack has a twin that succeeds once the control is left out.
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import msgspec
import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.vault import recovery, vault
from commune_desk.vault.keyfile import (
    MAGIC,
    VERSION,
    Keyfile,
    KeyfileDamaged,
    KeyfileNewer,
    KeySlot,
    read_copies,
    spare_of,
)
from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import WrongPassphrase, open_slot
from sync.seal import BoxKey, answer_recovery, sha256, unwrap, wrap

PASSPHRASE = "bốn con mèo đi biển"
Attack = Callable[[dict[str, Any]], None]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[bytes, RegisterKey]:
    """A keyfile with two officers of the same passphrase, and its register key."""
    path = tmp_path_factory.mktemp("made") / "register.key"
    key = vault.create(path, login="hoa", officer_id="1" * 32, passphrase=PASSPHRASE, db_id="first")
    vault.add_officer(path, key, login="lan", officer_id="2" * 32, passphrase=PASSPHRASE)
    return path.read_bytes(), key


@pytest.fixture
def content(made: tuple[bytes, RegisterKey]) -> bytes:
    return made[0]


@pytest.fixture
def key(made: tuple[bytes, RegisterKey]) -> RegisterKey:
    return made[1]


def laid_out(folder: Path, content: bytes, spare: bytes | None = None) -> Path:
    path = folder / "register.key"
    path.write_bytes(content)
    if spare is not None:
        spare_of(path).write_bytes(spare)
    return path


def summed(outside: dict[str, Any], body: bytes, version: int) -> bytes:
    """The file with its sum made right again, as an attacker without the register key can; the mac stays."""
    mac = base64.b64decode(outside["mac"])
    right = sha256(f"{MAGIC} {version} ".encode() + body + mac)
    head = {"magic": MAGIC, "version": version, "sum": base64.b64encode(right).decode(), "mac": outside["mac"]}
    return json.dumps(head, separators=(",", ":")).encode()[:-1] + b',"body":' + body + b"}"


def forged(content: bytes, attack: Attack, version: int = VERSION) -> bytes:
    outside = json.loads(content)
    attack(outside["body"])
    return summed(outside, json.dumps(outside["body"], separators=(",", ":")).encode(), version)


def body_of(content: bytes) -> bytes:
    return content[content.index(b'"body":') + 7 : -1]


def unlock(path: Path, login: str = "hoa") -> RegisterKey:
    return vault.unlock(path, login, PASSPHRASE, clock=SystemClock())


def do_nothing(body: dict[str, Any]) -> None:
    assert body["slots"]


def test_the_forger_of_these_tests_makes_files_that_are_otherwise_right(content: bytes) -> None:
    assert forged(content, do_nothing) == content


@pytest.mark.parametrize("flip", [0x01, 0x20, 0x80])
def test_a_flip_at_any_position_is_seen_and_the_spare_is_used(tmp_path: Path, content: bytes, flip: int) -> None:
    path = laid_out(tmp_path, content, content)
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ flip]) + content[place + 1 :])
        assert [copy.content for copy in read_copies(path)] == [content]


def test_a_file_cut_or_lengthened_anywhere_is_seen(tmp_path: Path, content: bytes) -> None:
    path = laid_out(tmp_path, content, content)
    for length in range(len(content)):
        path.write_bytes(content[:length])
        assert len(read_copies(path)) == 1
    for extra in (b" ", b"\n", b"{}", b"\0" * 300_000):
        path.write_bytes(content + extra)
        assert len(read_copies(path)) == 1


def test_without_a_spare_a_flip_is_a_damaged_keyfile_never_a_wrong_passphrase(tmp_path: Path, content: bytes) -> None:
    place = content.index(b'"wrapped":"') + 15
    other = b"A" if content[place : place + 1] != b"A" else b"B"
    path = laid_out(tmp_path, content[:place] + other + content[place + 1 :])
    with pytest.raises(KeyfileDamaged):
        unlock(path)


def test_a_flip_with_the_sum_made_right_again_is_seen_by_the_key(
    tmp_path: Path, content: bytes, key: RegisterKey
) -> None:
    path, outside, body = laid_out(tmp_path, content, content), json.loads(content), body_of(content)
    readable = 0
    for place in range(len(body)):
        changed = body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :]
        path.write_bytes(summed(outside, changed, VERSION))
        copies = read_copies(path)
        readable += len(copies) == 2
        assert [copy.content for copy in copies if copy.belongs_to(key)] == [content]
    assert readable > 200


def test_without_sum_and_mac_most_flips_would_pass_unseen(content: bytes) -> None:
    body, unseen = body_of(content), 0
    for place in range(len(body)):
        try:
            msgspec.json.decode(body[:place] + bytes([body[place] ^ 1]) + body[place + 1 :], type=Keyfile)
        except (msgspec.DecodeError, UnicodeDecodeError):
            continue
        unseen += 1
    assert unseen > 200


def test_tampering_elsewhere_in_the_file_sends_the_officer_to_the_spare(
    tmp_path: Path, content: bytes, key: RegisterKey
) -> None:
    def drop_the_other_officer(body: dict[str, Any]) -> None:
        del body["slots"][1]
        body["generation"] += 1

    tampered = forged(content, drop_the_other_officer)
    path = laid_out(tmp_path, tampered, content)
    assert unlock(path) == key
    assert path.read_bytes() == content
    with pytest.raises(KeyfileDamaged):
        unlock(laid_out(tmp_path, tampered, tampered))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("memory_kib", 32 * 1024 * 1024),
        ("memory_kib", 2**62),
        ("memory_kib", 8),
        ("memory_kib", 64 * 1024 - 1),
        ("rounds", 10**9),
        ("rounds", 2),
        ("rounds", -3),
        ("lanes", 0),
        ("lanes", 255),
        ("lanes", True),
        ("rounds", 3.5),
        ("salt", ""),
        ("login", "Hoà"),
        ("wrapped", "AA=="),
    ],
)
def test_a_bomb_or_a_downgrade_of_the_stretching_is_refused_before_it_is_run(
    tmp_path: Path, content: bytes, name: str, value: object
) -> None:
    def plant(body: dict[str, Any]) -> None:
        body["slots"][0][name] = value

    with pytest.raises(KeyfileDamaged):
        unlock(laid_out(tmp_path, forged(content, plant)))


def test_without_limits_the_bomb_would_be_accepted(content: bytes) -> None:
    slot = msgspec.json.decode(body_of(content), type=Keyfile).slots[0]
    bomb = msgspec.structs.replace(slot, memory_kib=32 * 1024 * 1024)
    assert bomb.memory_kib == 32 * 1024 * 1024
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(msgspec.to_builtins(bomb), KeySlot)


def test_stretching_changed_within_the_limits_does_not_open(tmp_path: Path, content: bytes) -> None:
    def weaken(body: dict[str, Any]) -> None:
        body["slots"][0]["rounds"] = 4

    with pytest.raises(WrongPassphrase):
        unlock(laid_out(tmp_path, forged(content, weaken)))


def test_a_slot_carried_to_another_login_does_not_open(tmp_path: Path, content: bytes) -> None:
    def swap(body: dict[str, Any]) -> None:
        one, other = body["slots"]
        one["login"], other["login"] = other["login"], one["login"]

    path = laid_out(tmp_path, forged(content, swap))
    for login in ("hoa", "lan"):
        with pytest.raises(WrongPassphrase):
            unlock(path, login)


def test_a_slot_carried_to_another_officer_or_another_pc_does_not_open(content: bytes) -> None:
    slot = msgspec.json.decode(body_of(content), type=Keyfile).slots[0]
    with pytest.raises(WrongPassphrase):
        open_slot(msgspec.structs.replace(slot, officer_id="2" * 32), "first", PASSPHRASE)
    with pytest.raises(WrongPassphrase):
        open_slot(slot, "second", PASSPHRASE)


def test_without_binding_a_carried_slot_would_open(key: RegisterKey) -> None:
    kek = bytes(32)
    unbound = wrap(kek, key.raw, b"")
    assert unwrap(kek, unbound, b"") == key.raw


def test_a_slot_of_another_register_is_not_slipped_in(tmp_path: Path, content: bytes) -> None:
    elsewhere = tmp_path / "elsewhere.key"
    vault.create(elsewhere, login="thief", officer_id="3" * 32, passphrase=PASSPHRASE, db_id="first")
    planted = json.loads(elsewhere.read_bytes())["body"]["slots"][0]

    def slip_in(body: dict[str, Any]) -> None:
        body["slots"].append(planted)

    with pytest.raises(KeyfileDamaged):
        unlock(laid_out(tmp_path, forged(content, slip_in)), "thief")


def test_two_slots_of_one_login_are_damage(tmp_path: Path, content: bytes) -> None:
    def double(body: dict[str, Any]) -> None:
        body["slots"].append(body["slots"][0])

    with pytest.raises(KeyfileDamaged):
        vault.slots(laid_out(tmp_path, forged(content, double)))


def test_a_recovery_believes_only_a_copy_its_key_vouches_for(tmp_path: Path, content: bytes, key: RegisterKey) -> None:
    def drop_the_other_officer(body: dict[str, Any]) -> None:
        del body["slots"][1]

    escrow, path = BoxKey.generate(), laid_out(tmp_path, content)
    recovery.set_recovery(path, key, escrow_public=escrow.public, desk_id="7KQ2M9")
    _, answer = answer_recovery(escrow.to_bytes(), recovery.recovery_request(path))
    tampered = laid_out(tmp_path, forged(path.read_bytes(), drop_the_other_officer))
    spare_of(tampered).unlink()
    with pytest.raises(KeyfileDamaged):
        recovery.recover(tampered, answer, login="hoa", officer_id="1" * 32, passphrase=PASSPHRASE)


def work_to_refuse(path: Path, login: str) -> float:
    """Seconds of processor, which other programs on the machine do not change much."""
    began = time.process_time()
    with pytest.raises(WrongPassphrase):
        vault.unlock(path, login, "không phải câu này", clock=SystemClock())
    return time.process_time() - began


def test_an_unknown_login_costs_the_same_stretching_as_a_wrong_passphrase(tmp_path: Path, content: bytes) -> None:
    path = laid_out(tmp_path, content, content)
    assert work_to_refuse(path, "nobody") > work_to_refuse(path, "hoa") / 3


@pytest.mark.parametrize("version", [0, -1])
def test_a_version_turned_back_is_refused(tmp_path: Path, content: bytes, version: int) -> None:
    with pytest.raises(KeyfileDamaged):
        vault.slots(laid_out(tmp_path, forged(content, do_nothing, version)))


def test_a_newer_keyfile_is_left_alone_even_when_the_spare_is_old(tmp_path: Path, content: bytes) -> None:
    newer = forged(content, lambda body: body.update(invented_later=1), VERSION + 1)
    for path in (laid_out(tmp_path, newer), laid_out(tmp_path, newer, content), laid_out(tmp_path, content, newer)):
        before = path.read_bytes()
        with pytest.raises(KeyfileNewer):
            unlock(path)
        assert path.read_bytes() == before


def test_an_unknown_field_in_this_version_is_damage_not_ignored(tmp_path: Path, content: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        unlock(laid_out(tmp_path, forged(content, lambda body: body.update(invented=1))))


@pytest.mark.parametrize("hostile", [b"[" * 200_000, b'{"magic":' * 20_000, b"\xed\xa0\x80", b"null", b"1e999"])
def test_hostile_json_is_damage_and_nothing_worse(tmp_path: Path, hostile: bytes) -> None:
    with pytest.raises(KeyfileDamaged):
        unlock(laid_out(tmp_path, hostile))
