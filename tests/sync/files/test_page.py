"""What the page says of files is true: its example, its limits and its codes; and what a piece proves."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commune_desk.store.files import day_budget, unfetched
from sync import content, seal
from sync.file_wire import MAX_PIECE, FileAsked, FileGet, FileOffset, FilePiece, FilePut, with_bytes
from sync.refusals import SENTENCES
from sync.server.answers.files import FileLimits
from tests.helpers.protocol_page import section

PAGE = section("26")
KEY = b"\x01" * 32
PLAIN = content.PIECE - 16


def test_the_example_can_be_made_again() -> None:
    small = content.encrypted(KEY, "Giấy khai sinh".encode())
    large = content.encrypted(KEY, bytes(262_129))
    for value in (
        small.hex(),
        content.digest_of(small),
        str(len(large)),
        large[:32].hex(),
        large[content.PIECE :].hex(),
        content.digest_of(large),
    ):
        assert f"`{value}`" in PAGE
    header = FilePut(scope="C:06838", file=content.digest_of(small), offset=0)
    assert with_bytes(header, b"").decode().strip() in PAGE


def test_codes_members_and_limits_are_told() -> None:
    assert all(f"`{code}`" in PAGE for code in SENTENCES if code.startswith("file_"))
    for message in (FileAsked, FilePut, FileOffset, FileGet, FilePiece):
        assert all(name in PAGE for name in message.__struct_fields__)
    limits = FileLimits()
    assert f"{limits.file >> 20} MiB" in PAGE
    assert f"{limits.desk_day >> 20} MiB" in PAGE
    assert f"{limits.scope >> 30} GiB" in PAGE
    assert f"{unfetched.LARGEST >> 10} KiB" in PAGE
    assert f"{day_budget.DEFAULT_BUDGET_MB} MB" in PAGE
    assert f"{MAX_PIECE:,}" in PAGE


@pytest.mark.parametrize("size", [1, PLAIN - 1, PLAIN, PLAIN + 1, 2 * PLAIN, 2 * PLAIN + 5])
def test_what_is_encrypted_opens_whatever_its_size(size: int) -> None:
    plain = bytes(range(256)) * (size // 256 + 1)
    made = content.encrypted(KEY, plain[:size])
    assert len(made) == content.encrypted_size(size)
    assert content.decrypted(KEY, made) == plain[:size]


def test_pieces_that_are_missing_moved_or_cut_off_do_not_open() -> None:
    made = content.encrypted(KEY, bytes(2 * PLAIN + 100))
    first, second, last = made[: content.PIECE], made[content.PIECE : 2 * content.PIECE], made[2 * content.PIECE :]
    for tried in (
        *(b"", first, first + second, second + last, first + last),
        *(second + first + last, first + second + last + last, made[:-1], made + b"\0"),
    ):
        with pytest.raises(seal.SealBroken):
            content.decrypted(KEY, tried)
    with pytest.raises(seal.SealBroken):
        content.decrypted(content.new_key(), made)


def test_without_the_last_mark_a_cut_would_not_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin: nonces that only count."""
    monkeypatch.setattr(
        content, "_places", lambda total, step: ((s, n.to_bytes(12)) for n, s in enumerate(range(0, total, step)))
    )
    made = content.encrypted(KEY, bytes(2 * PLAIN))
    assert content.decrypted(KEY, made[: content.PIECE]) == bytes(PLAIN)


MADE = content.encrypted(KEY, bytes(3000))


@given(st.integers(0, len(MADE) * 8 - 1))
def test_any_flipped_bit_is_refused(bit: int) -> None:
    changed = bytearray(MADE)
    changed[bit // 8] ^= 1 << bit % 8
    with pytest.raises(seal.SealBroken):
        content.decrypted(KEY, bytes(changed))


def test_an_empty_file_is_none() -> None:
    with pytest.raises(ValueError, match="content"):
        content.encrypted(KEY, b"")
