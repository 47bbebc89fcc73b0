"""Small files beside the register that somebody else wrote: none keeps an officer from the unlock page."""

from __future__ import annotations

from pathlib import Path

import msgspec
import pytest

from commune_desk.usecases.locked.doorbell import DoorbellCard, take_card
from commune_desk.usecases.locked.files import find_file
from commune_desk.usecases.locked.push import KeptReceipts, SealedPushes
from commune_desk.usecases.registers.profile import REMOVED, Profile
from commune_desk.usecases.registers.removal import finish_removal, removed

DEEP = b'{"zz":' + b"[" * 50_000 + b"]" * 50_000 + b"}"
PLANTED = (b"", b"\xff\xfe", b'{"due":["\xff\xfe"],"db_id":"\xff"}', DEEP)


@pytest.mark.parametrize("raw", PLANTED)
def test_what_lies_beside_a_locked_register_counts_for_nothing(tmp_path: Path, raw: bytes) -> None:
    profile = Profile(tmp_path)
    for path in (profile.doorbell, profile.sealed, profile.receipts):
        path.write_bytes(raw)
    assert take_card(profile) is None
    assert find_file(profile.sealed, SealedPushes, most=1 << 20) is None
    assert find_file(profile.receipts, KeptReceipts, most=1 << 20) is None


@pytest.mark.parametrize("raw", PLANTED)
def test_a_made_up_mark_removes_nothing(tmp_path: Path, raw: bytes) -> None:
    (tmp_path / REMOVED).write_bytes(raw)
    (tmp_path / "keyfile.json").write_bytes(b"x")
    profile = Profile(tmp_path)
    assert removed(profile) is None
    assert finish_removal(profile) is None
    assert profile.keyfile.exists()


def test_what_is_nested_too_deep_would_end_the_program() -> None:
    """The twin: it is none of the errors that a damaged file has."""
    with pytest.raises(RecursionError):
        msgspec.json.decode(DEEP, type=DoorbellCard)
