"""The file of a courier: opened by its recipient alone, whole or not at all, and telling a stranger nothing."""

from __future__ import annotations

import tracemalloc
from typing import Any

import pytest
import zstandard
from hypothesis import given
from hypothesis import strategies as st

from sync import bundle, framing, protocol, seal
from sync.bundle import BundleFault, PartKind

SENDER = seal.SigningKey.from_bytes(b"\x01" * 32)
BOX = seal.BoxKey.from_bytes(b"\x02" * 32)
CANARY = "Lò Thị Thử Nghiệm".encode()


def header_for(contents: list[bytes], **other: Any) -> bundle.Header:
    facts: dict[str, Any] = {
        "id": "0f" * 16,
        "sender": "7ZK2MQ",
        "to": protocol.PROVINCE_DESK,
        "key": protocol.b64(BOX.public),
        "epoch": "24fa",
        "at": "2026-11-23T16:40:00Z",
        "digest": bundle.digest_of(contents),
        "parts": [bundle.part(PartKind.PUSH, content)[0] for content in contents],
    }
    return bundle.Header(**facts | other)


def made(*contents: bytes, **other: Any) -> bytes:
    return bundle.write_bundle(header_for(list(contents), **other), list(contents), SENDER, BOX.public)


def opened(data: bytes) -> bundle.Bundle:
    return bundle.open_bundle(data, BOX, protocol.PROVINCE_DESK)


def sealed(content: bytes, *, front: bytes = b"", box: seal.BoxKey = BOX) -> bytes:
    """A file around any content at all, as somebody would make it who knows the format."""
    size = -(-(18 + 48 + len(content)) // bundle.BLOCK) * bundle.BLOCK
    front = front or bundle.MAGIC + (size // bundle.BLOCK).to_bytes(2)
    sealed_box = seal.seal(box.public, content + bytes(size - 66 - len(content)), info=front)
    tag = seal.sha256(b"cd-bundle-tag-v1" + box.public + sealed_box[:32])[:8]
    return front + tag + sealed_box


@given(st.lists(st.binary(max_size=200_000), max_size=4))
def test_what_is_written_is_read_and_every_size_is_a_multiple_of_64_kib(contents: list[bytes]) -> None:
    data = made(*contents)
    assert len(data) % (64 * 1024) == 0
    back = opened(data)
    assert back.contents == contents
    assert back.signed_by(SENDER.public)
    assert not back.signed_by(seal.SigningKey.generate().public)


def test_a_length_just_at_the_edge_takes_one_block_more() -> None:
    """Twin of the sizes: without padding, the length of what was written would show."""
    sizes = {len(made(seal.sha256(bytes([n])) * 64)) for n in range(20)}
    assert sizes == {bundle.BLOCK}
    inside = len(framing.deflate(seal.sha256(b"x") * 64))
    assert inside % bundle.BLOCK


@pytest.mark.parametrize("step", [pytest.param(1, marks=pytest.mark.long), 61])
def test_no_flipped_bit_goes_unnoticed(step: int) -> None:
    """Every byte of what stands in clear, of the sealed key and of the beginning; the rest by steps, or all: --long."""
    data = made(CANARY)
    for place in (*range(200), *range(200, len(data), step), *range(len(data) - 20, len(data))):
        broken = bytearray(data)
        broken[place] ^= 1 << place % 8
        with pytest.raises(BundleFault):
            opened(bytes(broken))
    assert opened(data).contents == [CANARY], "the twin: as it was, it opens"


@pytest.mark.parametrize("length", [0, 1, 9, 17, 18, 66, 1000, bundle.BLOCK - 1, bundle.BLOCK + 1])
def test_a_file_of_another_length_is_cut_short_or_no_bundle(length: int) -> None:
    data = (made(CANARY) * 2)[:length]
    with pytest.raises((bundle.BundleCut, bundle.NoBundle)):
        opened(data)


def test_a_file_cut_at_a_whole_block_is_cut_short() -> None:
    noise = seal.SigningKey.generate().public
    big = b"".join(seal.sha256(noise + bytes([n >> 8, n & 255])) for n in range(4000))
    data = made(big)
    assert len(data) == 2 * bundle.BLOCK
    with pytest.raises(bundle.BundleCut):
        opened(data[: bundle.BLOCK])


@pytest.mark.parametrize("other", [b"", b"PK\x03\x04" + bytes(100), b"<html>" * 20000, bytes(bundle.BLOCK)])
def test_another_file_is_no_bundle(other: bytes) -> None:
    with pytest.raises(bundle.NoBundle):
        opened(other)


def test_a_later_format_asks_for_the_later_program() -> None:
    with pytest.raises(bundle.BundleNewer):
        opened(b"CDSYNC2\n" + made(CANARY)[8:])


def test_nobody_else_opens_it_and_is_told_so() -> None:
    with pytest.raises(bundle.ForAnother):
        bundle.open_bundle(made(CANARY), seal.BoxKey.generate(), protocol.PROVINCE_DESK)


@pytest.mark.parametrize("said", [{"to": "AAAAAA"}, {"key": protocol.b64(bytes(32))}])
def test_what_was_signed_for_another_is_not_taken_from_whoever_sealed_it_on(said: dict[str, str]) -> None:
    """The recipient stands inside the signature; the twin is the same bundle, signed for us."""
    with pytest.raises(bundle.ForAnother):
        opened(made(CANARY, **said))
    assert opened(made(CANARY, to=protocol.PROVINCE_DESK)).signed_by(SENDER.public)


def test_a_stranger_sees_neither_names_nor_who_sends_to_whom() -> None:
    data, again = made(CANARY * 50), made(CANARY * 50)
    for known in (CANARY, b"7ZK2MQ", b"PROVINCE", b"24fa", BOX.public, SENDER.public, seal.sha256(BOX.public)[:4]):
        assert known not in data
    assert data[10:] != again[10:]
    assert (
        all(one != other for one, other in zip(data[10:18], again[10:18], strict=True)) or data[10:18] != again[10:18]
    )
    unsealed = framing.inflate(framing.deflate(b"".join(opened(data).contents)))
    assert CANARY in unsealed, "the twin: the names are there, only sealed"


def test_the_tag_alone_says_whose_it_is() -> None:
    data = made(CANARY)
    assert bundle.is_for(data[:1000], BOX.public)
    assert not bundle.is_for(data[:1000], seal.BoxKey.generate().public)
    assert not bundle.is_for(b"", BOX.public)


def _content(inside: bytes, header: bundle.Header) -> bytes:
    signed = protocol.encode(header)
    signature = protocol.b64(SENDER.sign(seal.BUNDLE, signed)).encode()
    return signature + b" " + signed + b"\n" + inside + b"\x80"


def test_a_bomb_is_bounded() -> None:
    """From a sender with good keys: a few kilobytes that would grow to gigabytes."""
    bomb = zstandard.ZstdCompressor(level=19).compress(bytes(256 << 20))
    data = sealed(_content(bomb, header_for([b""])))
    tracemalloc.start()
    with pytest.raises(bundle.BundleDamaged):
        opened(data)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 64 << 20
    assert len(opened(made(bytes(bundle.MAX_INSIDE))).contents[0]) == bundle.MAX_INSIDE, (
        "the twin: as much as is allowed"
    )


@pytest.mark.parametrize(
    "content",
    [
        b"\x80",
        b"no newline\x80",
        b"\n\x80",
        b"sig {}\n\x80",
        b"sig " + b"[" * 5000 + b"\n\x80",
        _content(framing.deflate(b"abc"), header_for([b"abd"])),
        _content(framing.deflate(b"abc"), header_for([b"abc"], parts=[])),
        _content(framing.deflate(b"abc"), header_for([b"abc"], v=2)),
        _content(b"abc", header_for([b"abc"])),
        _content(framing.deflate(b"abc"), header_for([b"abc"]))[:-1],
        b"",
    ],
)
def test_a_content_that_makes_no_sense_is_damaged(content: bytes) -> None:
    with pytest.raises(bundle.BundleDamaged):
        opened(sealed(content))
    right = _content(framing.deflate(b"abc"), header_for([b"abc"]))
    assert opened(sealed(right)).contents == [b"abc"], "the twin"


@given(st.lists(st.integers(0, 400), max_size=30), st.integers(1, 500))
def test_what_does_not_fit_goes_into_the_next_file_in_the_same_order(sizes: list[int], room: int) -> None:
    items = [bundle.part(PartKind.PAGE, bytes([n % 256]) * size) for n, size in enumerate(sizes)]
    groups = list(bundle.packed(items, room=room))
    assert [item for group in groups for item in group] == items
    assert all(len(group) == 1 or sum(part.size for part, _ in group) <= room for group in groups if group)
    assert len(groups) >= 1


def test_the_largest_bundle_that_may_be_is_written() -> None:
    block = b"".join(seal.sha256(n.to_bytes(4)) for n in range(1 << 15))
    assert len(made(block * 15)) <= bundle.MAX_FILE
    with pytest.raises(ValueError, match="fit"):
        made(bytes(bundle.MAX_INSIDE + 1))


@pytest.mark.parametrize(
    ("held", "parked", "gaps"),
    [
        (309, [(356, 400)], [(310, 355)]),
        (0, [], []),
        (5, [(6, 9)], []),
        (5, [(20, 30), (8, 9), (8, 12), (31, 40)], [(6, 7), (13, 19)]),
    ],
)
def test_what_is_missing_is_told_in_numbers(
    held: int, parked: list[tuple[int, int]], gaps: list[tuple[int, int]]
) -> None:
    assert bundle.missing(held, parked) == gaps
