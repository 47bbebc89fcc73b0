"""The messages of `/v1` and their limits. The page that explains them is docs/protocol.md.

Every body is a frame (`sync.framing`) around JSON, or around lines for push and pull. Every
reply of the province is signed over its inflated bytes, in the header `CD-Signature`.
"""

from __future__ import annotations

from base64 import b64decode, b64encode
from typing import Annotated, TypeVar

import msgspec

from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync.change import BadLine, Line, Wire, read_line
from sync.instant import Instant

PROTOCOL = 1
MAX_CHANGES = 2_000
"""Lines of a push that the province takes."""
USUAL_CHANGES = 500
"""Lines with which a desk begins, and which a file or what is sealed brings at most: any province takes so many."""
MAX_BODY = 1 << 20
"""Compressed bytes of a body."""
MAX_INFLATED = 8 << 20
MAX_PAGE_EVENTS = 500
SIGNATURE_HEADER = "CD-Signature"
SIGNED_COMPONENTS = ("@method", "@path", "content-type", "content-digest")
"""What of a request its signature covers (RFC 9421)."""
BELL_SUFFIX = ".bell"
"""What follows a desk's id in the key id of its doorbell: that key opens `/v1/doorbell` and `SEALED_PUSH` alone."""
SEALED_PUSH = "/v1/sealed-push"
"""Where a locked desk brings a push that it cannot read itself."""
MAX_SEALED_PUSH = MAX_BODY - 64 * 1024
"""Bytes of a push, as its lines stand, that is sealed: as a box it still fits a body, however little it deflates."""
MAX_RECEIPT = 64 * 1024
"""Bytes of a receipt that an enrolment may show: one that names `USUAL_CHANGES` has two thirds of that,
and a longer one stays untold."""
PROVINCE_DESK = "PROVINCE"
"""The desk id under which the province signs what it sends down."""

B64 = str
Count = Annotated[int, msgspec.Meta(ge=0, lt=1 << 53)]
"""A whole number as the JSON profile allows it."""


class _Message(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A message; unknown members are ignored, so that a later version may say more."""


class HelloRequest(_Message, frozen=True, kw_only=True, omit_defaults=True):
    nonce: B64


class Hello(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """Signed under `seal.HELLO`; the echoed nonce tells a captive portal or a recording from the province."""

    nonce: B64
    time: Instant
    epoch: str
    protocols: tuple[int, int]
    schema: Count
    ticket: str
    """Names requests until it runs out: each request's nonce is `ticket.counter`, counter growing."""
    ticket_seconds: Count = 900
    """How long it lives."""
    dictionary: Count = 0
    """The newest dictionary of frames that the province knows; 0: none, as a province of an earlier program."""
    retry_after: Count = 0


class Grant(_Message, frozen=True, kw_only=True, omit_defaults=True):
    scope: str
    role: str
    name: str = ""


class ScopeKey(_Message, frozen=True, kw_only=True, omit_defaults=True):
    scope: str
    key: str
    public: B64


class DeskCert(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """Who a desk is, signed by the province under `seal.DESK_CERT`."""

    desk: str
    sign_public: B64
    scopes: list[str]
    label: str = ""
    revoked: bool = False


class SignedCert(_Message, frozen=True, kw_only=True, omit_defaults=True):
    body: B64
    signature: B64


class HeadMark(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """A desk's signature, under `seal.HEAD`, over its chain after change `n`."""

    n: Count
    signature: B64


class PushHeader(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """First line of a push. `head` is the desk's chain after `last_n`, signed under `seal.HEAD` with `n` and desk.

    `marks` are heads on the way there, signed too: a line without a signature of its own lies at most `MAX_RUN` behind
    the head that proves it.

    `audit_head` is the end of the desk's audit log, `audit_cut` the first row of it that differs from what the province
    remembered (0: none). `receipt` is the desk's last receipt with its signature, shown where the province asked for
    what it had signed for. `brief`: the receipt shall name only what was not plainly taken.
    """

    desk: str
    epoch: str
    first_n: Count
    last_n: Count
    head: B64
    head_signature: B64
    audit_head: str = ""
    audit_cut: Count = 0
    marks: list[HeadMark] = []
    receipt: B64 = ""
    receipt_signature: B64 = ""
    brief: bool = False


class Result(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """What became of one change: ok, dup, noop, late, conflict or quarantined; `code` says why not.

    `late`: its record has moved; it applies there, where its author's desk may not see it any more. A brief receipt
    names the change's number too, and leaves out those that are ok or dup.
    """

    id: str
    status: str
    code: str = ""
    n: Count = 0


class Receipt(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """Signed under `seal.RECEIPT`: the province holds every change of this desk up to `accepted_n`.

    `audit_head` is the end of the desk's audit log as it was at the push before. `epoch`: a receipt of the present one
    for more than the province holds shows that it was put back from a backup. `head` (b64) is the desk's chain after
    `accepted_n`: so does one for other changes than stand under those numbers. A province before it said none.
    """

    desk: str
    accepted_n: Count
    durable_n: Count
    at: Instant
    results: list[Result]
    audit_head: str = ""
    epoch: str = ""
    head: str = ""


class PullRequest(_Message, frozen=True, kw_only=True, omit_defaults=True):
    epoch: str
    cursors: dict[str, int]
    certs: str = ""
    directory: str = ""
    max_bytes: int = MAX_BODY
    root: Count = 0
    """The number of the newest daily root that the desk knows."""
    snapshots: bool = False
    """Whether the desk fetches a snapshot where the page says that one is better than the feed from its start."""
    only_chains: bool = False
    """Whether it asks only where the chains stood at `cursors`: the page brings no change, and names nobody."""


class PullHeader(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """First line of a page. `certs` and `directory` come only when they differ from what the desk has.

    `directory` names all communes and shelters with their keys; `drops_stubs`: no line stays about a child that moved
    away. `at` is the province's time, `lease_until` until when the desk opens what is sealed. `late_conflicts`: those
    that were told to its people, by id, with when each was opened. `accepted_n`: up to which number it has the desk's,
    `head`: the desk's chain after it, which a province of an earlier program does not name.
    """

    epoch: str
    grants: list[Grant]
    certs_version: str
    certs: list[SignedCert] | None = None
    scope_keys: list[ScopeKey] = []
    directory: list[ScopeKey] | None = None
    directory_version: str = ""
    drops_stubs: bool = False
    courier_public: B64 = ""
    at: Instant = ""
    lease_until: Instant = ""
    late_conflicts: dict[str, Instant] = {}
    accepted_n: Count | None = None
    head: B64 = ""


class OpenedConflict(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """A conflict that the event's change opened on `field`: `ours` stands, `theirs` did not see it, both saw `base`."""

    id: str
    field: str
    base: str | None
    ours: str | None
    theirs: str


class Event(_Message, frozen=True, kw_only=True, omit_defaults=True, gc=False):
    """One step of a scope's feed; the change it carries follows on the same line after a tab.

    `outcomes` names only the fields that were not plainly applied; `values` gives the result where a rule computed it.
    """

    scope: str = msgspec.field(name="s")
    seq: Count = msgspec.field(name="q")
    outcomes: dict[str, str] = msgspec.field(name="o", default_factory=dict)
    values: dict[str, Wire] = msgspec.field(name="v", default_factory=dict)
    opened: list[OpenedConflict] = msgspec.field(name="c", default_factory=list)
    closed: list[str] = msgspec.field(name="x", default_factory=list)
    entered: str = msgspec.field(name="e", default="")
    """The change that brought this one's record here, where it was not written for this scope."""
    left: list[tuple[str, str]] = msgspec.field(name="l", default_factory=list)
    """(kind, id) of the records that leave this scope with this change."""
    unopened: list[tuple[str, str]] = msgspec.field(name="u", default_factory=list)
    """(kind, id) of those in `left` of which something is sealed so that their new home cannot open it."""
    gone_on: str = msgspec.field(name="w", default="")
    """Where those in `unopened`, or what was written about the person since, are by now, if they moved on."""
    along: list[str] = msgspec.field(name="a", default_factory=list)
    """The other records of the child that are held here and went along with the person who moved."""
    digest: B64 = msgspec.field(name="d", default="")
    """Of a change whose record has left this scope since: it is handed out no more, the chain goes over it."""


_event = msgspec.json.Decoder(Event)


class FeedHead(_Message, frozen=True, kw_only=True, omit_defaults=True):
    seq: Count
    chain: B64


class Run(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """What proves changes that carry no signature: `before` is the chain of their desk before `first_n`.

    `absent` gives the digests of those of the run that are not in the page; with all of them the chain after `last_n`
    can be made again, and `signature` is the desk's over it (see `HeadMark`).
    """

    desk: str
    first_n: Count
    last_n: Count
    before: B64
    signature: B64
    absent: dict[int, B64] = {}


class RootShown(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """A root as a desk is shown it: the exact bytes that were signed, and the way from its own leaf up to the root."""

    body: B64
    signature: B64
    leaf: str
    index: Count
    path: list[B64]


class PullTrailer(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """Last line of a page. A page without it is half a page and counts for nothing.

    `cursors` says how far the page goes in each scope, `heads` where the feeds end.
    """

    cursors: dict[str, FeedHead]
    more: bool
    heads: dict[str, FeedHead]
    runs: list[Run] = []
    root: RootShown | None = None
    """The newest daily root, for a desk that does not know it; see `sync.roots`."""
    snapshots: list[str] = []
    """Scopes to begin with a snapshot of; the page brings nothing of them."""


class DoorbellReply(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """For a locked desk: how many reports wait, and nothing that names anybody. Signed under `seal.HELLO`.

    `newest` is the greatest of their ids, which are in order of time: it grows with each report that comes.
    """

    nonce: B64
    waiting: Count
    oldest_received_at: Instant = ""
    newest: str = ""


class Problem(_Message, frozen=True, kw_only=True, omit_defaults=True):
    """Why a request was refused. `code` is for programs, `text` a message id for people.

    `desk` is who asked, as far as that was proven: another desk's refusal, played back, is nobody's. `removes`, with
    `revoked`: the desk removes what it holds once all it wrote is at the province. `at`: when it was said, over a line.
    `expect_n`: the number to send from; with `fork` it is told to a desk out of service alone, and `head` is the chain
    before it, behind which that desk numbers anew what it still has to send.
    """

    code: str
    text: str
    expect_n: Count = 0
    retry_after: Count = 0
    desk: str = ""
    removes: bool = False
    at: Instant = ""
    head: B64 = ""


class Malformed(Fault):
    """Bytes that do not follow the protocol: a login page, half a page, garbage, or a bomb."""

    def __init__(self) -> None:
        super().__init__(
            N_(
                "What came back is not from the province's program. "
                "Nothing was lost; tell the province's IT officer if it happens again."
            )
        )


M = TypeVar("M")


def encode(message: msgspec.Struct) -> bytes:
    return msgspec.json.encode(message)


def decode(body: bytes, message: type[M]) -> M:
    """Read one message. Raises Malformed."""
    try:
        return msgspec.json.decode(body, type=message)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Malformed from None


def head_statement(desk: str, n: int, head: bytes) -> bytes:
    """What a desk signs under `seal.HEAD`: the JSON array of its id, the number and the base64 of its chain there."""
    return msgspec.json.encode([desk, n, b64(head)])


def read_event(line: bytes) -> tuple[Event, Line | None]:
    """An event and its change; only its digest is told where its record has left the scope. Raises Malformed."""
    head, tab, rest = line.partition(b"\t")
    if not tab:
        raise Malformed
    try:
        event = _event.decode(head)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError):
        raise Malformed from None
    if not rest and event.digest:
        return event, None
    try:
        return event, read_line(rest)
    except BadLine:
        raise Malformed from None


def b64(data: bytes) -> B64:
    return b64encode(data).decode("ascii")


def unb64(text: B64) -> bytes:
    """Raises Malformed."""
    try:
        return b64decode(text, validate=True)
    except ValueError:
        raise Malformed from None
