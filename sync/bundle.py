"""The file that a courier carries between a desk and the province: signed, then sealed to one recipient, then padded.

In clear stand only a magic word, the size, and a tag that nobody who lacks the recipient's public key can tie to
anything. It is explained in docs/protocol.md, section 23. Bytes in and out; whoever calls keeps the files.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import msgspec

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync import framing, protocol, seal, spelling
from sync.protocol import B64, Count

SUFFIX = ".cdsync"
NAME = rf"[{spelling.ALPHABET}]{{10}}{re.escape(SUFFIX)}"
"""What a bundle is called, as a pattern: its fingerprint without dashes."""
MAGIC = b"CDSYNC1\n"
BLOCK = 64 * 1024
"""Every file is a multiple of this many bytes, so that its size tells little."""
MAX_FILE = 16 << 20
MAX_INSIDE = 15 << 20
"""Inflated bytes of the parts of one file; what is more goes into another file."""
MAX_PARTS = 2000
PIECE = 4 << 20
"""Bytes of a snapshot in one part: nobody holds more of it than a file's worth while it is carried."""
_SIZE_BYTES = 2
_TAG = 8
_FRONT = len(MAGIC) + _SIZE_BYTES
_ENCAPSULATED = 32
_CLEAR = _FRONT + _TAG
HEAD = _CLEAR + _ENCAPSULATED
"""As many bytes of a file tell whom it is for."""
_OVERHEAD = HEAD + 16
_TAGGED = b"cd-bundle-tag-v1"
_FINGERPRINT = 5


class PartKind(StrEnum):
    """What a part is: the bytes of a request, or of an answer under its own signature."""

    PUSH = "push"
    PULL = "pull"
    BEGIN = "begin"
    PURGES = "report"
    RECEIPT = "receipt"
    PAGE = "page"
    SNAPSHOT = "snapshot"
    PURGES_KEPT = "reported"
    REFUSAL = "refusal"


SIGNED_UNDER = {
    PartKind.RECEIPT: seal.RECEIPT,
    PartKind.PAGE: seal.FEED,
    PartKind.SNAPSHOT: seal.FEED,
    PartKind.PURGES_KEPT: seal.HELLO,
    PartKind.REFUSAL: seal.HELLO,
}
"""The domain of the province's signature over an answer, of a snapshot's piece over its offer alone. What desks bring
carries its own proof."""


class Part(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """What the header says of a part. `signature` is the province's over an answer (`SIGNED_UNDER`)."""

    kind: str
    size: Count
    signature: B64 = ""
    status: Count = 0
    """Of a refusal: the status that the request would have had."""
    first_n: Count = 0
    last_n: Count = 0
    start: Count = 0
    """Of a piece of a snapshot: how many of its bytes come before."""


class Header(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """Signed by the sender under `seal.BUNDLE`; it names the recipient, so that nobody seals it on to another.

    From the province: `answers` are the ids of the bundles that it answers, `held_n` and `held_head` where the desk's
    chain stands there, `parked` the ranges that wait for earlier changes, `schema` the newest that its program knows.
    """

    v: int = 1
    id: str
    sender: str = msgspec.field(name="from")
    to: str
    key: B64
    epoch: str
    at: str
    digest: B64
    parts: list[Part]
    answers: list[str] = []
    held_n: Count = 0
    held_head: B64 = ""
    parked: list[tuple[Count, Count]] = []
    schema: Count = 0


class BundleFault(Fault):
    """A file that is not taken in; nothing of it was."""

    sentence = ""

    def __init__(self) -> None:
        super().__init__(self.sentence)


class NoBundle(BundleFault):
    sentence = N_(
        "This file is no bundle of Commune Desk. Nothing of it was taken in; choose a file that ends in .cdsync."
    )


class BundleNewer(BundleFault):
    sentence = N_(
        "This bundle was made by a newer version of the program. Nothing of it was taken in; install that version here."
    )


class BundleCut(BundleFault):
    sentence = N_(
        "This bundle was cut short or is too large: the copy did not finish. Nothing of it was taken in; copy it again."
    )


class BundleDamaged(BundleFault):
    sentence = N_(
        "This bundle was damaged or changed on the way. Nothing of it was taken in; copy it again or have it made anew."
    )


class ForAnother(BundleFault):
    sentence = N_(
        "This bundle was made for another PC or another province, or its beginning was damaged. "
        "Nothing of it was taken in; bring it to whom it is for."
    )


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened bundle. Only `signed_by` says whether the sender that its header names made it."""

    header: Header
    contents: list[bytes]
    signed: bytes
    signature: bytes

    def signed_by(self, public: bytes) -> bool:
        return seal.verify(public, seal.BUNDLE, self.signed, self.signature)

    def parts(self, *kinds: PartKind) -> list[tuple[Part, bytes]]:
        """The parts of some kinds, in their order; a kind that a later version added is none of them."""
        both = zip(self.header.parts, self.contents, strict=True)
        return [(part, content) for part, content in both if part.kind in kinds]


Item = tuple[Part, bytes]


def part(
    kind: PartKind,
    content: bytes,
    *,
    signature: bytes = b"",
    status: int = 0,
    n: tuple[int, int] = (0, 0),
    start: int = 0,
) -> Item:
    """A part and its bytes. `n` is the first and last number of a push, `start` where a snapshot's piece lies."""
    said = Part(
        kind=kind.value,
        size=len(content),
        signature=protocol.b64(signature),
        status=status,
        first_n=n[0],
        last_n=n[1],
        start=start,
    )
    return said, content


def answer(kind: PartKind, content: bytes, authority: seal.SigningKey, *, status: int = 0) -> Item:
    """What the province says, as a part under its signature."""
    return part(kind, content, signature=authority.sign(SIGNED_UNDER[kind], content), status=status)


def packed(items: Iterable[Item], *, room: int = MAX_INSIDE) -> Iterator[list[Item]]:
    """The items in groups that fit one file each; at least one group, perhaps an empty one."""
    group: list[Item] = []
    size = 0
    for item in items:
        if group and (size + item[0].size > room or len(group) >= MAX_PARTS):
            yield group
            group, size = [], 0
        group.append(item)
        size += item[0].size
    yield group


def digest_of(contents: Sequence[bytes]) -> B64:
    """What `Header.digest` holds: SHA-256 over the parts, one after the other."""
    return protocol.b64(seal.sha256(b"".join(contents)))


def write_bundle(header: Header, contents: Sequence[bytes], signer: seal.SigningKey, recipient: bytes) -> bytes:
    """The whole file. `recipient` is the public key that `header.key` names. Raises ValueError when it is too large."""
    signed = protocol.encode(header)
    signature = signer.sign(seal.BUNDLE, signed)
    inside = framing.deflate(b"".join(contents))
    content = protocol.b64(signature).encode() + b" " + signed + b"\n" + inside
    size = -(-(_OVERHEAD + len(content) + 1) // BLOCK) * BLOCK
    if size > MAX_FILE or sum(map(len, contents)) > MAX_INSIDE:
        raise ValueError("the parts do not fit one bundle")
    front = MAGIC + (size // BLOCK).to_bytes(_SIZE_BYTES)
    padded = content + b"\x80" + bytes(size - _OVERHEAD - len(content) - 1)
    box = seal.seal(recipient, padded, info=front)
    return front + _tag(recipient, box) + box


def open_bundle(data: bytes, key: seal.BoxKey, own: str) -> Bundle:
    """The bundle in a file for the holder of `key`, who is called `own`. Raises BundleFault, in bounded memory."""
    front = _front(data)
    box = data[_CLEAR:]
    if data[_FRONT:_CLEAR] != _tag(key.public, box):
        raise ForAnother
    try:
        content = _unpad(key.open(box, info=front))
        bundle = _read(content)
    except (seal.SealBroken, protocol.Malformed):
        raise BundleDamaged from None
    if bundle.header.to != own or bundle.header.key != protocol.b64(key.public):
        raise ForAnother
    return bundle


def is_for(data: bytes, public: bytes) -> bool:
    """Whether the file's tag names the holder of `public`, by its first `HEAD` bytes: what follows may be damaged."""
    return len(data) > _CLEAR and data[_FRONT:_CLEAR] == _tag(public, data[_CLEAR:])


def is_any(data: bytes) -> bool:
    """Whether the file is a bundle, of whatever format and for whomever, by its first `HEAD` bytes."""
    return len(data) >= HEAD and data.startswith(MAGIC[:6])


def is_whole(data: bytes) -> bool:
    """Whether all of a bundle of this format is there, for whomever; what is in it may be damaged."""
    try:
        return bool(_front(data))
    except BundleFault:
        return False


def _front(data: bytes) -> bytes:
    """Magic and size, checked. Raises NoBundle, BundleNewer, BundleCut."""
    front = data[:_FRONT]
    if not data.startswith(MAGIC):
        raise BundleNewer if data.startswith(MAGIC[:6]) and data[7:8] == MAGIC[7:] else NoBundle
    if len(data) > MAX_FILE or len(data) <= _OVERHEAD or len(data) != int.from_bytes(front[len(MAGIC) :]) * BLOCK:
        raise BundleCut
    return front


def _tag(public: bytes, box: bytes) -> bytes:
    """Tells the recipient that the bundle is theirs. The encapsulated key is fresh: no two bundles' tags are alike."""
    return seal.sha256(_TAGGED + public + box[:_ENCAPSULATED])[:_TAG]


def _unpad(padded: bytes) -> bytes:
    data = padded.rstrip(b"\0")
    if not data.endswith(b"\x80") or len(padded) - len(data) >= BLOCK:
        raise seal.SealBroken
    return data[:-1]


def _read(content: bytes) -> Bundle:
    """Raises Malformed."""
    head, newline, deflated = content.partition(b"\n")
    signature, space, signed = head.partition(b" ")
    if not newline or not space:
        raise protocol.Malformed
    header = protocol.decode(signed, Header)
    if header.v != 1 or len(header.parts) > MAX_PARTS:
        raise protocol.Malformed
    inside = framing.inflate(deflated, MAX_INSIDE)
    if protocol.b64(seal.sha256(inside)) != header.digest or sum(one.size for one in header.parts) != len(inside):
        raise protocol.Malformed
    return Bundle(header, list(_cut(inside, header.parts)), signed, protocol.unb64(signature.decode("latin-1")))


def _cut(inside: bytes, parts: Sequence[Part]) -> Iterator[bytes]:
    start = 0
    for one in parts:
        yield inside[start : start + one.size]
        start += one.size


def fingerprint(data: bytes) -> str:
    """What a courier compares on both ends: 40 bits of the file's SHA-256 and two check characters, `7ZK2M-0Q4TD`."""
    return spelling.spell(seal.sha256(data)[:_FINGERPRINT])


def file_name(data: bytes) -> str:
    """A name that says nothing but the fingerprint."""
    return named(fingerprint(data))


def named(print_of: str) -> str:
    """The file name of the bundle with this fingerprint."""
    return print_of.replace("-", "") + SUFFIX


def missing(held_n: int, parked: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The ranges of a desk's changes that must come before what is parked can be taken in: first and last number."""
    gaps = []
    expected = held_n + 1
    for first, last in sorted(parked):
        if first > expected:
            gaps.append((expected, first - 1))
        expected = max(expected, last + 1)
    return gaps
