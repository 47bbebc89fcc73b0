"""What honest desks and an honest province write, the same in every run: lines, pages, a root, a snapshot."""

from __future__ import annotations

from base64 import b64encode
from functools import cache
from typing import Any

from sync import bundle, protocol, roots, seal, snapshot
from sync.change import GENESIS, Change, Line, next_chain, next_head, sign, write
from tests.fuzz.keys import AUTHORITY, BOX, COLLEAGUE, DESK, EPOCH, FIELD, OTHER, OWN, RECORD, SCOPE, identity_number
from tests.sync.actors.memory_replica import Identity

ME = Identity(OWN, EPOCH, DESK, AUTHORITY.public)
PUBLIC = {OWN: DESK.public, OTHER: COLLEAGUE.public}


def change_of(n: int, desk: str = OTHER, **more: Any) -> Change:
    facts: dict[str, Any] = {
        "id": identity_number(1000 * (desk == OWN) + n),
        "desk": desk,
        "n": n,
        "officer": identity_number(1),
        "stamp": n,
        "schema": 1,
        "scope": SCOPE,
        "kind": "person",
        "record": identity_number(2000 + n),
        "data": 1,
        "set": {"full_name": "Lò Thị Thử"},
    }
    return Change(**facts | more)


@cache
def lines_of() -> tuple[Line, ...]:
    """What a colleague wrote: signed each, then five under one signed head."""
    resolving = {"resolves": {"phone": ["ab" * 16]}, "verb": "resolve", "base": {"phone": identity_number(7)}}
    sealed = b64encode(seal._VALUE_MAGIC + bytes(seal._BOX_OVERHEAD + seal.BUCKET)).decode()
    kinds: list[dict[str, Any]] = [
        {"base": {"full_name": None}},
        {"set": {"phone": "0912", "is_orphan": True, "needs": ["a", "b"]}} | resolving,
        {"kind": "report", "record": RECORD, "data": 2, "set": {}, "seal": {FIELD: sealed}, "key": "abcd0123"},
        {"verb": "move", "set": {}, "to": "C:06841"},
        *({},) * 5,
    ]
    changes = [change_of(n, **facts) for n, facts in enumerate(kinds, start=1)]
    return (*(sign(one, COLLEAGUE) for one in changes[:4]), *(write(one) for one in changes[4:]))


@cache
def signed_run() -> protocol.Run:
    head, before = GENESIS, GENESIS
    for line in lines_of():
        before = head if line.change.n == 5 else before
        head = next_head(head, line.digest)
    last = len(lines_of())
    signature = COLLEAGUE.sign(seal.HEAD, protocol.head_statement(OTHER, last, head))
    return protocol.Run(
        desk=OTHER, first_n=5, last_n=last, before=protocol.b64(before), signature=protocol.b64(signature)
    )


def _certs() -> list[protocol.SignedCert]:
    bodies = [
        protocol.encode(protocol.DeskCert(desk=desk, sign_public=protocol.b64(public), scopes=[SCOPE]))
        for desk, public in PUBLIC.items()
    ]
    return [
        protocol.SignedCert(body=protocol.b64(body), signature=protocol.b64(AUTHORITY.sign(seal.DESK_CERT, body)))
        for body in bodies
    ]


def header_of(**more: Any) -> protocol.PullHeader:
    facts: dict[str, Any] = {
        "epoch": EPOCH,
        "grants": [protocol.Grant(scope=SCOPE, role="commune_officer")],
        "certs_version": "v1",
        "certs": _certs(),
    }
    return protocol.PullHeader(**facts | more)


def chain_of(lines: tuple[Line, ...]) -> bytes:
    chain = GENESIS
    for seq, line in enumerate(lines, start=1):
        chain = next_chain(chain, seq, line.digest)
    return chain


def steps_of(lines: tuple[Line, ...]) -> list[bytes]:
    events = [protocol.Event(scope=SCOPE, seq=seq) for seq in range(1, len(lines) + 1)]
    return [protocol.encode(event) + b"\t" + line.encode() for event, line in zip(events, lines, strict=True)]


@cache
def root_statement() -> tuple[protocol.RootShown, tuple[str, ...]]:
    """A root over three heads, and the leaves."""
    leaves = (
        roots.feed_leaf(SCOPE, 9, protocol.b64(chain_of(lines_of()))),
        roots.desk_leaf(OTHER, 9, protocol.b64(GENESIS)),
        roots.audit_leaf(3, protocol.b64(GENESIS)),
    )
    said = roots.RootStatement(
        n=1,
        day="2026-11-24",
        at="2026-11-24T01:00:00Z",
        epoch=EPOCH,
        leaves=3,
        root=protocol.b64(roots.root_of(leaves)),
    )
    body = protocol.encode(said)
    shown = protocol.RootShown(
        body=protocol.b64(body),
        signature=protocol.b64(AUTHORITY.sign(seal.ROOT, body)),
        leaf=leaves[0],
        index=0,
        path=[protocol.b64(step) for step in roots.path_to(leaves, 0)],
    )
    return shown, leaves


@cache
def page_of() -> bytes:
    head = protocol.FeedHead(seq=len(lines_of()), chain=protocol.b64(chain_of(lines_of())))
    trailer = protocol.PullTrailer(
        cursors={SCOPE: head}, more=False, heads={SCOPE: head}, runs=[signed_run()], root=root_statement()[0]
    )
    return b"\n".join([protocol.encode(header_of()), *steps_of(lines_of()), protocol.encode(trailer)])


def short_page() -> bytes:
    """With a step of which only the digest is told."""
    line = lines_of()[0]
    gone = protocol.Event(scope=SCOPE, seq=2, digest=protocol.b64(lines_of()[1].digest))
    chain = chain_of(lines_of()[:2])
    head = protocol.FeedHead(seq=2, chain=protocol.b64(chain))
    trailer = protocol.PullTrailer(cursors={SCOPE: head}, more=True, heads={SCOPE: head})
    steps = [*steps_of((line,)), protocol.encode(gone) + b"\t"]
    return b"\n".join([protocol.encode(header_of()), *steps, protocol.encode(trailer)])


def snapshot_body() -> bytes:
    head = snapshot.SnapshotHead(epoch=EPOCH, scope=SCOPE, at=protocol.FeedHead(seq=9, chain="AA=="))
    end = snapshot.SnapshotEnd(events=len(lines_of()), runs=[signed_run()])
    return snapshot.body_of(head, steps_of(lines_of()), end)


def bundle_insides() -> list[bytes]:
    receipt = protocol.encode(
        protocol.Receipt(desk=OWN, accepted_n=3, durable_n=1, at="2026-11-24T01:00:00Z", results=[])
    )
    problem = protocol.encode(protocol.Problem(code="revoked", text="No.", desk=OWN))
    page = bundle.answer(bundle.PartKind.PAGE, short_page(), AUTHORITY)
    items = [
        bundle.answer(bundle.PartKind.RECEIPT, receipt, AUTHORITY),
        bundle.answer(bundle.PartKind.REFUSAL, problem, AUTHORITY, status=403),
        page,
    ]
    return [bundle_content([page]), bundle_content(items)]


def bundle_content(items: list[bundle.Item]) -> bytes:
    """What a bundle holds, before its parts are deflated."""
    header = bundle.Header(
        id="ab" * 16,
        sender=protocol.PROVINCE_DESK,
        to=OWN,
        key=protocol.b64(BOX.public),
        epoch=EPOCH,
        at="2026-11-24T01:00:00Z",
        digest=bundle.digest_of([inside for _, inside in items]),
        parts=[part for part, _ in items],
        answers=["cd" * 16],
        parked=[(5, 6)],
    )
    signed = protocol.encode(header)
    signature = protocol.b64(AUTHORITY.sign(seal.BUNDLE, signed)).encode()
    return signature + b" " + signed + b"\n" + b"".join(inside for _, inside in items)


def header_and_end() -> bytes:
    """A page that names nobody."""
    head = protocol.FeedHead(seq=9, chain=protocol.b64(chain_of(lines_of())))
    trailer = protocol.PullTrailer(cursors={SCOPE: head}, more=False, heads={})
    return protocol.encode(header_of(certs=None)) + b"\n" + protocol.encode(trailer)
