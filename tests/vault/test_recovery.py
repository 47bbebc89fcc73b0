"""A forgotten passphrase is recovered by two spoken codes, once, and only with the province."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from commune_desk.domain.words.errors import Invalid, Refusal
from commune_desk.vault import recovery, vault
from commune_desk.vault.keyfile import read_with_key, save, spare_of
from commune_desk.vault.keys import RegisterKey
from commune_desk.vault.passphrases import WrongPassphrase
from commune_desk.vault.recovery import WrongAnswer
from sync import spelling
from sync.seal import BoxKey, SealBroken, answer_recovery
from sync.spelling import spell

from .conftest import DB_ID, DESK_ID, PASSPHRASE, Desk

NEW = "hai con trâu xuống núi"
OFFICER = "1" * 32


def recover(desk: Desk, answer: str, *, login: str = "hoa", officer_id: str = OFFICER) -> RegisterKey:
    return recovery.recover(desk.path, answer, login=login, officer_id=officer_id, passphrase=NEW)


def test_the_provinces_answer_opens_the_register_and_sets_a_new_passphrase(desk: Desk, escrow: BoxKey) -> None:
    asked, answer = answer_recovery(escrow.to_bytes(), recovery.recovery_request(desk.path))
    assert asked == DESK_ID
    assert recover(desk, answer) == desk.key
    assert desk.unlock(passphrase=NEW) == desk.key
    with pytest.raises(WrongPassphrase):
        desk.unlock(passphrase=PASSPHRASE)


def test_an_answer_works_once_and_the_next_request_is_another(desk: Desk, escrow: BoxKey) -> None:
    request = recovery.recovery_request(desk.path)
    _, answer = answer_recovery(escrow.to_bytes(), request)
    recover(desk, answer)
    before = desk.path.read_bytes()
    with pytest.raises(WrongAnswer):
        recover(desk, answer)
    assert desk.path.read_bytes() == before
    assert recovery.recovery_request(desk.path) != request
    _, second = answer_recovery(escrow.to_bytes(), recovery.recovery_request(desk.path))
    assert recover(desk, second) == desk.key
    keyfile = read_with_key(desk.path, desk.key)
    assert keyfile.recovery is not None
    assert keyfile.recovery.generation == 3


def test_beside_a_spare_from_before_the_province_a_wrong_answer_is_a_wrong_answer(desk: Desk, escrow: BoxKey) -> None:
    """Whoever is told that there is no province gives the register up."""
    _, answer = answer_recovery(escrow.to_bytes(), recovery.recovery_request(desk.path))
    enrolled, keyfile = desk.path.read_bytes(), read_with_key(desk.path, desk.key)
    save(desk.path, msgspec.structs.replace(keyfile, recovery=None), desk.key)
    with pytest.raises(Refusal):
        recover(desk, answer)  # the twin: no copy knows a province
    desk.path.write_bytes(enrolled)
    with pytest.raises(WrongAnswer):
        recover(desk, spell(bytes(recovery.ANSWER_BYTES)))
    assert recover(desk, answer) == desk.key


def test_with_the_old_blob_kept_the_old_answer_would_still_work(desk: Desk, escrow: BoxKey) -> None:
    old = desk.path.read_bytes()
    _, answer = answer_recovery(escrow.to_bytes(), recovery.recovery_request(desk.path))
    recover(desk, answer)
    desk.path.write_bytes(old)
    spare_of(desk.path).write_bytes(old)
    assert recover(desk, answer) == desk.key


def test_a_recovery_can_bring_in_an_officer_who_had_no_slot(desk: Desk, escrow: BoxKey) -> None:
    _, answer = answer_recovery(escrow.to_bytes(), recovery.recovery_request(desk.path))
    recover(desk, answer, login="lan", officer_id="2" * 32)
    assert [slot.login for slot in vault.slots(desk.path)] == ["hoa", "lan"]
    assert desk.unlock() == desk.key


def test_a_recovery_never_takes_over_the_login_of_another_officer(desk: Desk, escrow: BoxKey) -> None:
    _, answer = answer_recovery(escrow.to_bytes(), recovery.recovery_request(desk.path))
    with pytest.raises(Refusal, match="already used"):
        recover(desk, answer, officer_id="2" * 32)


def test_an_answer_misread_is_told_from_one_for_another_desk(desk: Desk) -> None:
    with pytest.raises(Invalid):
        recover(desk, "AAAAA-AAAAA")
    with pytest.raises(Invalid, match="28 characters"):
        recover(desk, spell(bytes(8)))
    with pytest.raises(WrongAnswer):
        recover(desk, spell(bytes(16)))


def test_a_weak_new_passphrase_is_refused_before_the_answer_is_spent(desk: Desk, escrow: BoxKey) -> None:
    _, answer = answer_recovery(escrow.to_bytes(), recovery.recovery_request(desk.path))
    with pytest.raises(Invalid):
        recovery.recover(desk.path, answer, login="hoa", officer_id=OFFICER, passphrase="short")
    assert recover(desk, answer) == desk.key


def test_another_province_cannot_help(desk: Desk) -> None:
    _, answer = answer_recovery(BoxKey.generate().to_bytes(), recovery.recovery_request(desk.path))
    with pytest.raises(WrongAnswer):
        recover(desk, answer)


def test_an_answer_for_another_desk_id_does_not_open(desk: Desk, escrow: BoxKey) -> None:
    asked = spelling.read_spelled(recovery.recovery_request(desk.path))
    _, answer = answer_recovery(escrow.to_bytes(), spell(bytes(4) + asked[4:]))
    with pytest.raises(WrongAnswer):
        recover(desk, answer)


def test_a_training_register_says_that_nobody_can_recover_it(tmp_path: Path) -> None:
    path = tmp_path / "register.key"
    vault.create(path, login="hoa", officer_id=OFFICER, passphrase=PASSPHRASE, db_id=DB_ID)
    with pytest.raises(Refusal, match="training register"):
        recovery.recovery_request(path)
    with pytest.raises(Refusal, match="training register"):
        recovery.recover(path, spell(bytes(16)), login="hoa", officer_id=OFFICER, passphrase=NEW)


def test_a_malformed_desk_or_escrow_key_is_refused_before_anything_is_written(desk: Desk) -> None:
    before = desk.path.read_bytes()
    with pytest.raises(ValueError, match="desk id"):
        recovery.set_recovery(desk.path, desk.key, escrow_public=bytes(32), desk_id="desk")
    with pytest.raises(SealBroken):
        recovery.set_recovery(desk.path, desk.key, escrow_public=bytes(32), desk_id=DESK_ID)
    assert desk.path.read_bytes() == before


def test_a_damaged_current_copy_does_not_stop_a_recovery(desk: Desk, escrow: BoxKey) -> None:
    desk.path.write_bytes(b"spoilt")
    _, answer = answer_recovery(escrow.to_bytes(), recovery.recovery_request(desk.path))
    assert recover(desk, answer) == desk.key
    assert desk.unlock(passphrase=NEW) == desk.key
