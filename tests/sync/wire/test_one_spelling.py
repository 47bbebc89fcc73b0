"""A change has one spelling, and a body one size: whatever else means the same is no line and no frame."""

from __future__ import annotations

import json
from typing import Any

import pytest
import zstandard

from commune_desk.domain.model.ids import uuid7
from sync import framing, protocol, seal
from sync.change import MAX_DEPTH, MAX_LINE, BadLine, Change, read_line, sign

KEY = seal.SigningKey.generate()


def _raw(**values: Any) -> bytes:
    facts: dict[str, Any] = {"id": uuid7(), "desk": "AAAAAA", "n": 1, "officer": uuid7(), "stamp": 1, "schema": 1}
    place: dict[str, Any] = {"scope": "C:06838", "kind": "person", "record": uuid7(), "data": 1}
    return sign(Change(**facts, **place, set={"full_name": "Hoà", **values}), KEY).raw


def _line(raw: bytes) -> bytes:
    """Signed by its author, however it is spelled."""
    return protocol.b64(KEY.sign(seal.CHANGE, raw)).encode() + b" " + raw


def test_the_agreed_spelling_is_a_line() -> None:
    raw = _raw(phone="0912000001")
    assert read_line(_line(raw)).signed_by(KEY.public)


def _deep(levels: int) -> bytes:
    return _raw()[:-1] + b',"x":' + b"[" * levels + b"]" * levels + b"}"


SPELLINGS = {
    "with a space": lambda: _raw().replace(b'":', b'": ', 1),
    "with an escape": lambda: _raw().replace("Hoà".encode(), rb"Ho\u00e0"),
    "with a key twice": lambda: _raw().replace(b'"n":1,', b'"n":1,"n":1,'),
    "with a fraction": lambda: _raw()[:-1] + b',"x":1.5}',
    "with too great a number": lambda: _raw()[:-1] + b',"x":%d}' % (1 << 53),
    "with too small a number": lambda: _raw()[:-1] + b',"x":-%d}' % (1 << 53),
    "with another case": lambda: json.dumps(json.loads(_raw()), ensure_ascii=True).encode(),
    "too deep": lambda: _deep(MAX_DEPTH + 1),
    "too deep for any reader": lambda: _deep(20_000),
    "too long": lambda: _raw(address="x" * MAX_LINE),
    "with an end of line": lambda: _raw() + b" ",
}


@pytest.mark.parametrize("name", SPELLINGS)
def test_another_spelling_is_no_line(name: str) -> None:
    with pytest.raises(BadLine):
        read_line(_line(SPELLINGS[name]()))


def test_what_a_later_program_adds_in_the_agreed_spelling_is_a_line() -> None:
    """The twin: it is the spelling that is refused, not a member that is not known yet."""
    assert read_line(_line(_raw()[:-1] + b',"x":7}')).signed_by(KEY.public)
    assert read_line(_line(_deep(MAX_DEPTH - 1))).signed_by(KEY.public)


def test_a_frame_that_does_not_say_its_size_has_the_same_limit() -> None:
    """Its end would be cut off unseen, and what is left might still be a message."""
    packer = zstandard.ZstdCompressor().compressobj()
    frame = packer.compress(b'{"nonce":"YQ=="}' + b" " * 1000) + packer.flush()
    assert zstandard.frame_content_size(frame) == -1
    assert len(framing.inflate(frame, 2000)) == 1016
    with pytest.raises(protocol.Malformed):
        framing.inflate(frame, 500)
