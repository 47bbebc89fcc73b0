"""What desk and province say to each other about files: how far a file is, a piece on its way up, a piece down.

A piece is its header as one line of JSON, a line feed, and the bytes as they are: ciphertext, which no compression
makes smaller. It is explained in docs/protocol.md, section 26.
"""

from __future__ import annotations

import msgspec

from sync.instant import Instant
from sync.protocol import Count, M, Malformed, decode, encode

MAX_PIECE = 256 * 1024
"""Bytes of a file in one message."""
MAX_MESSAGE = MAX_PIECE + 4096
"""Bytes of a message with a piece, its header included."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Every message names the file by the SHA-256 of its ciphertext (hex) and the scope whose change names it."""

    scope: str
    file: str


class FileAsked(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """How much of the file does the province hold? Its size is known there: the change that names it says so."""


class FilePut(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """First line of a piece on its way up; the bytes that belong at `offset` follow after a line feed."""

    offset: Count


class FileOffset(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """Signed under `seal.FILE`: the province holds the file's bytes up to `offset`, and at `at` it said so.

    `done` once all of it is there and its SHA-256 is the one that the change names.
    """

    offset: Count
    done: bool = False
    at: Instant = ""


class FileGet(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """Asks for at most `max_bytes` of a whole file from `offset` on."""

    offset: Count
    max_bytes: Count = 0


class FilePiece(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """First line of a piece on its way down, signed with its bytes under `seal.FILE`."""

    size: Count
    offset: Count


class FileTask(msgspec.Struct, frozen=True):
    """A file that a desk is to carry on with: up or down, the bytes that are over, and how many may go over now."""

    scope: str
    file: str
    size: int
    is_up: bool
    reached: int
    most: int


def with_bytes(header: msgspec.Struct, data: bytes) -> bytes:
    """A message of a header and the bytes it speaks of."""
    return encode(header) + b"\n" + data


def split_bytes(message: bytes, header: type[M]) -> tuple[M, bytes]:
    """Header and bytes of a message. Raises Malformed."""
    line, feed, data = message.partition(b"\n")
    if not feed or len(data) > MAX_PIECE:
        raise Malformed
    return decode(line, header), data
