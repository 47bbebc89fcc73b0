"""A change: fields of one record, one scope and one data class, signed by the desk that made them.

On the wire a change is a line, `base64(signature) SP exact JSON bytes`. Those bytes are stored and passed on as
they are, never written anew: the signature covers them. JSON profile: compact, UTF-8 in NFC, whole numbers below
2**53, no duplicate keys, at most 8 levels and 64 KiB.
"""

from __future__ import annotations

import binascii
from base64 import b64decode, b64encode
from enum import StrEnum
from typing import Annotated, Any

import msgspec

from commune_desk.domain.model.record import Value
from commune_desk.domain.records.kinds import KINDS, since
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync import seal

MAX_LINE = 64 * 1024
MAX_DEPTH = 8
MAX_RUN = 64
"""Changes that one signed head may prove: what a third party has to be shown beside one of them stays small."""
GENESIS = bytes(32)
"""What every chain begins with."""

_LARGEST = 1 << 53
Number = Annotated[int, msgspec.Meta(gt=-_LARGEST, lt=_LARGEST)]
"""A whole number that every reader of JSON holds exactly."""
Wire = str | Number | bool | list[str] | None
"""A value as JSON carries it: a list of codes instead of a tuple."""


class Verb(StrEnum):
    """What a change does to its record. Compares and hashes like its text; a `Change` itself holds the bare text."""

    SET = "set"
    RESOLVE = "resolve"
    MOVE = "move"
    """A person, and all that belongs to them, goes to the commune in `to`."""
    SHARE = "share"
    """The record is held in `to` as well."""
    UNSHARE = "unshare"
    RESEAL = "reseal"
    """Sealed values of a record that moved, sealed again to the key of the commune in `to`."""
    ALIAS = "alias"
    """The person is the same child as the one that `joined_to` names: the two are one from now on, for good."""
    ERASE = "erase"
    """The record, and all that speaks of it, is erased by law. The province alone writes it, one for each scope;
    `set` says who ordered it and why."""


RELOCATING = frozenset({Verb.MOVE, Verb.SHARE, Verb.UNSHARE})
"""Verbs that say where a record is held; they carry no fields."""
WITHOUT_FIELDS = RELOCATING | {Verb.ERASE}
"""Verbs that say nothing of what stands in a record."""
JOINED_TO = "joined_to"
"""The one field that an `alias` writes, and nothing else does."""


class Change(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One change. `n` is the desk's own number, without gaps; `base` says which change each field's value came from."""

    v: Number = 1
    id: str
    desk: str = msgspec.field(name="d")
    n: Number
    officer: str = msgspec.field(name="u")
    stamp: Number = msgspec.field(name="at")
    schema: Number = msgspec.field(name="sv")
    group: str = msgspec.field(name="tx", default="")
    scope: str = msgspec.field(name="s")
    kind: str = msgspec.field(name="t")
    record: str = msgspec.field(name="r")
    verb: str = msgspec.field(name="k", default=Verb.SET.value)
    data: Number = msgspec.field(name="dc")
    base: dict[str, str | None] = {}
    set: dict[str, Wire] = {}
    seal: dict[str, str] = {}
    key: str = ""
    """The id of the scope key that the values in `seal` are sealed to."""
    resolves: dict[str, list[str]] = {}
    """For a resolution: each field's conflicts that it closes."""
    import_id: str = msgspec.field(name="im", default="")
    to: str = ""
    """The scope that a verb of place speaks of."""

    @property
    def fields(self) -> list[str]:
        """Every field this change speaks of, open or sealed."""
        return [*self.set, *self.seal]


class Line:
    """A change with the exact bytes that were signed: by `signature`, or, where it is empty, by a signed head."""

    __slots__ = ("change", "digest", "raw", "signature")

    def __init__(self, change: Change, raw: bytes, signature: bytes = b"") -> None:
        self.change = change
        self.raw = raw
        self.signature = signature
        self.digest = seal.sha256(raw)
        """What chains and the idempotence check compare."""

    def encode(self) -> bytes:
        return b64encode(self.signature) + b" " + self.raw

    def signed_by(self, public: bytes) -> bool:
        return seal.verify(public, seal.CHANGE, self.raw, self.signature)


class BadLine(Fault):
    """Bytes that are not a change."""


_VERB_SINCE: dict[str, int] = {Verb.SET: 1, Verb.RESOLVE: 1, Verb.ERASE: 3, Verb.ALIAS: 4}
_PLACES_SINCE = 2
"""The schema version that the verbs came with; those of place are not named."""
_encoder = msgspec.json.Encoder()
_decoder = msgspec.json.Decoder(Change)
_any = msgspec.json.Decoder()


def write(change: Change) -> Line:
    """Write the change down once; a signed head proves those bytes."""
    return Line(change, _encoder.encode(change))


def sign(change: Change, key: seal.SigningKey) -> Line:
    """Write the change down once and sign those bytes, so that they need no signed head."""
    raw = _encoder.encode(change)
    return Line(change, raw, key.sign(seal.CHANGE, raw))


def read_line(line: bytes) -> Line:
    """A change from its wire form. Raises BadLine; the signature is not checked here."""
    if len(line) > MAX_LINE:
        raise BadLine(N_("A change is larger than 64 KiB."))
    head, space, raw = line.partition(b" ")
    try:
        signature = b64decode(head, validate=True) if head else b""
        change = _decoder.decode(raw)
        in_form = b64encode(signature) == head and (_as_written_here(change, raw) or _in_form(raw))
    except (binascii.Error, msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise BadLine(N_("A change could not be read.")) from None
    if not space or not in_form:
        raise BadLine(N_("A change is not in the agreed form."))
    return Line(change, raw, signature)


def _as_written_here(change: Change, raw: bytes) -> bool:
    """Whether this program would have written the same bytes: then they have the form, and most lines do."""
    return _encoder.encode(change) == raw


def _in_form(raw: bytes) -> bool:
    plain = _any.decode(raw)
    return _encoder.encode(plain) == raw and _within_profile(plain)


def _within_profile(value: Any, depth: int = 0) -> bool:
    if depth > MAX_DEPTH:
        return False
    if isinstance(value, dict):
        return all(_within_profile(item, depth + 1) for item in value.values())
    if isinstance(value, list):
        return all(_within_profile(item, depth + 1) for item in value)
    if isinstance(value, int):
        return abs(value) < _LARGEST
    return not isinstance(value, float)


def sealed_for(change: Change) -> str:
    """The scope whose key the change's sealed values are sealed to."""
    return change.to if change.verb == Verb.RESEAL else change.scope


def only_ties(change: Change) -> bool:
    """Whether it says of a record that was there to whom it belongs, and nothing else: ids alone."""
    kind = KINDS.get(change.kind)
    owner = kind.belongs_to if kind is not None and not kind.append_only else ""
    return change.verb in (Verb.SET, Verb.RESOLVE) and change.fields == [owner] and owner in change.base


def to_wire(value: Value) -> Wire:
    return list(value) if isinstance(value, tuple) else value


def from_wire(value: Wire) -> Value:
    return tuple(value) if isinstance(value, list) else value


class FeedPosition(msgspec.Struct, frozen=True):
    """A position in a scope's feed: the number of its last event and the chain of hashes there (32 bytes)."""

    seq: int
    chain: bytes


START = FeedPosition(0, GENESIS)
"""Where every feed begins."""


def needed_schema(change: Change) -> int:
    """The schema version that a province needs to take the change in; an older one would set it aside."""
    verb = _VERB_SINCE.get(change.verb, _PLACES_SINCE)
    return max(verb, since(change.kind, change.fields))


def next_head(head: bytes, digest: bytes) -> bytes:
    """A desk's chain after one more change: SHA-256(head || digest)."""
    return seal.sha256(head + digest)


def next_chain(chain: bytes, seq: int, digest: bytes) -> bytes:
    """A scope's chain after event `seq`: SHA-256(chain || seq as 8 bytes, big-endian || SHA-256 of the change)."""
    return seal.sha256(chain + seq.to_bytes(8) + digest)
