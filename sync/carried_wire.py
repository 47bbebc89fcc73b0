"""A courier's bundle that goes over a line: a PC that has one hands on the file of a PC that has none.

Up goes the file as it lies on the stick. Down comes one line that says how it went, in numbers alone, a line feed, and
the province's reply as a file for the same stick: whoever hands them on can open neither. The page that explains it
is docs/protocol.md, on a stick that another PC hands on.
"""

from __future__ import annotations

import msgspec

from sync import bundle, protocol, seal
from sync.protocol import B64, Count, Malformed, decode, encode

ROUTE = "/v1/bundle"
MAX_CARRIED = bundle.MAX_FILE + 64 * 1024
"""Bytes of a body with a file in it, either way: nothing makes it smaller, and its frame and the line come on top."""


class Carried(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """First line of the reply, which is signed under `seal.CARRIED`; it names neither the desk nor its place.

    `digest` is the SHA-256 of the file that was handed on, `taken` how many of its changes the province has now,
    `missing` the ranges of changes that must come before what waits there. `another_time`: it was written before the
    province was put back, so that no change of it was taken in.
    """

    digest: B64
    taken: Count = 0
    missing: list[tuple[Count, Count]] = []
    another_time: bool = False


def digest_of(data: bytes) -> B64:
    return protocol.b64(seal.sha256(data))


def with_reply(said: Carried, file: bytes) -> bytes:
    """The body of the route's reply."""
    return encode(said) + b"\n" + file


def split_reply(body: bytes) -> tuple[Carried, bytes]:
    """What was said, and the file for the stick. Raises Malformed for what is no bundle."""
    line, feed, file = body.partition(b"\n")
    if not feed or not bundle.is_whole(file):
        raise Malformed
    return decode(line, Carried), file
