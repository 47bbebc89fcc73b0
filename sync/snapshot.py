"""A snapshot: the standing lines of a scope at one place of its feed, packed, encrypted, and fetched byte by byte.

The body is one zstd stream of lines: a `SnapshotHead`, events with their changes as in a page, a `SnapshotEnd`. It is
encrypted as files are (`sync.content`) under a key of its own, which is sealed to the scope's key. The province signs
the offer, which names the SHA-256 of the ciphertext: who fetches it, from wherever, knows that it is whole.
"""

from __future__ import annotations

from collections.abc import Sequence

import msgspec
import zstandard

from sync import content, seal
from sync.change import Line
from sync.protocol import (
    B64,
    Count,
    Event,
    FeedHead,
    Malformed,
    PullHeader,
    Run,
    b64,
    decode,
    encode,
    read_event,
    unb64,
)

MAX_BYTES = 256 << 20
"""Of a snapshot as it travels; a commune of 600 children has less than two million."""
MAX_INFLATED = 1 << 30
_PIECE = 1 << 20
MAX_LINES = 1_000_000
"""Of a whole snapshot: as many empty ones as fit its bytes would take gigabytes."""
_LEVEL = 9
"""Packed once, fetched by every desk that begins."""


class SnapshotRequest(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    epoch: str
    scope: str
    certs: str = ""
    directory: str = ""
    fresh: bool = False
    """Whether it has to be of now: for a register at work, which an older one would set back until the next page."""


class Begin(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """In a bundle beside a pull: its desk takes snapshots, too where a scope's feed is better begun with one.

    `scopes`: those that it has to begin anew in any case, from a snapshot of now.
    """

    scopes: list[str] = []


class SnapshotOffer(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Signed under `seal.FEED`. `at` is where the feed stood; `box` holds the content's key, sealed to scope key `key`.

    `token` names the file in `GET /v1/snapshots/{token}`, `sha256` is that of its bytes.
    """

    scope: str
    at: FeedHead
    token: str
    size: Count
    sha256: B64
    key: str
    box: B64
    header: PullHeader


class SnapshotHead(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """First line. `at` as in the offer."""

    epoch: str
    scope: str
    at: FeedHead


class SnapshotEnd(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Last line: how many events there are, and what proves those that carry no signature.

    `ranges`: of which ranges of records these are all lines, where only some were asked for (`sync.checksums`).
    `heard`: of the changes that were asked about, those that the province has. What it has and no line names does not
    stand any more.
    """

    events: Count
    runs: list[Run] = []
    ranges: list[int] = []
    heard: list[str] = []


class Snapshot(msgspec.Struct, frozen=True):
    """A snapshot as it was read; nothing of it is proven yet."""

    head: SnapshotHead
    events: list[tuple[Event, Line]]
    end: SnapshotEnd


def pack(head: SnapshotHead, lines: Sequence[bytes], end: SnapshotEnd) -> bytes:
    """The body, packed. `lines` are `event TAB line`."""
    return zstandard.ZstdCompressor(level=_LEVEL).compress(body_of(head, lines, end))


def body_of(head: SnapshotHead, lines: Sequence[bytes], end: SnapshotEnd) -> bytes:
    """The body, not packed."""
    return b"\n".join([encode(head), *lines, encode(end)])


def unpack(packed: bytes) -> Snapshot:
    """Raises Malformed for anything but a whole snapshot, in bounded memory."""
    try:
        return read_body(_inflated(packed))
    except zstandard.ZstdError:
        raise Malformed from None


def _inflated(packed: bytes) -> bytes:
    """Piece by piece: who asks zstd for all that may come is given memory for all of it at once."""
    reader, body = zstandard.ZstdDecompressor(max_window_size=1 << 27).stream_reader(packed), bytearray()
    while piece := reader.read(_PIECE):
        body += piece
        if len(body) > MAX_INFLATED:
            raise Malformed
    return bytes(body)


def read_body(body: bytes) -> Snapshot:
    """Raises Malformed for anything but a whole snapshot."""
    if not 1 <= body.count(b"\n") < MAX_LINES:
        raise Malformed
    lines = body.split(b"\n")
    head, end = decode(lines[0], SnapshotHead), decode(lines[-1], SnapshotEnd)
    steps = [read_event(line) for line in lines[1:-1]]
    events = [(event, line) for event, line in steps if line is not None]
    if end.events != len(lines) - 2 or len(events) != end.events:
        raise Malformed
    return Snapshot(head, events, end)


def sealed(packed: bytes, scope_public: bytes, *, scope: str) -> tuple[bytes, B64]:
    """The ciphertext, and the box with its key for the holders of the scope's key."""
    key = content.new_key()
    return content.encrypted(key, packed), b64(seal.seal(scope_public, key, info=_info(scope)))


def opened(ciphertext: bytes, box: B64, scope_key: seal.BoxKey, *, scope: str) -> bytes:
    """The packed body. Raises SealBroken for another scope's key or a changed byte."""
    return content.decrypted(scope_key.open(unb64(box), info=_info(scope)), ciphertext)


def _info(scope: str) -> bytes:
    return msgspec.json.encode(["cd-snapshot-v1", scope])
