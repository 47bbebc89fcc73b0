"""A store's files as whoever has the key can read them: every page, also those that no table has any more."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
_RESERVED, _IV = 80, 16
"""Bytes at the end of each page: what it is decrypted with first, then what it is authenticated by."""
_SALT = 16
_LOG_HEADER, _FRAME_HEADER = 32, 24


def pages_of(path: Path, key: bytes) -> Iterator[bytes]:
    """Every page of the file itself, in clear."""
    content = path.read_bytes()
    for at in range(0, len(content), PAGE):
        yield _clear(content[at : at + PAGE], key, is_first=at == 0)


def frames_of(path: Path, key: bytes) -> Iterator[bytes]:
    """Every page in the log beside the file, in clear, also of transactions that were folded long ago."""
    for number, frame in _frames(log_of(path)):
        yield _clear(frame, key, is_first=number == 1)


def log_of(path: Path) -> bytes:
    """The log's bytes; empty where there is none."""
    log = path.with_name(path.name + "-wal")
    return log.read_bytes() if log.exists() else b""


def cut_at_each_commit(log: bytes) -> Iterator[bytes]:
    """The log as it was at the end of each of its transactions, the last one first."""
    ends = []
    for place, (_, _frame) in enumerate(_frames(log), start=1):
        at = _LOG_HEADER + (place - 1) * (_FRAME_HEADER + PAGE)
        if struct.unpack(">I", log[at + 4 : at + 8])[0]:
            ends.append(at + _FRAME_HEADER + PAGE)
    yield from (log[:end] for end in reversed(ends))


def _frames(log: bytes) -> Iterator[tuple[int, bytes]]:
    for at in range(_LOG_HEADER, len(log) - PAGE, _FRAME_HEADER + PAGE):
        page = log[at + _FRAME_HEADER : at + _FRAME_HEADER + PAGE]
        yield struct.unpack(">I", log[at : at + 4])[0], page


def _clear(page: bytes, key: bytes, *, is_first: bool) -> bytes:
    body = page[_SALT if is_first else 0 : PAGE - _RESERVED]
    iv = page[PAGE - _RESERVED : PAGE - _RESERVED + _IV]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(body) + decryptor.finalize()
