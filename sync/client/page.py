"""Reads and proves a page of the feed before any of it is believed.

The order is: whole page (it has its trailer), certificates signed by the authority, each scope's numbers without a
gap and its chain unbroken, each change signed by its desk. One failure, and the page counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

import msgspec

from commune_desk.domain.time.pace import Pace
from sync import protocol, seal
from sync.change import MAX_RUN, START, FeedPosition, Line, next_chain, next_head
from sync.client import errors
from sync.client.replica import DeskIdentity

PublicOf = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came; nothing of it is proven yet but the province's signature over the whole."""

    header: protocol.PullHeader
    steps: list[tuple[protocol.Event, Line | None]]
    """The feed as it goes on; of a change whose record has left the scope only the digest is told."""
    trailer: protocol.PullTrailer

    @property
    def events(self) -> list[tuple[protocol.Event, Line]]:
        """The steps that bring a change."""
        return [(event, line) for event, line in self.steps if line is not None]


def read_page(body: bytes) -> Page:
    """Raises Malformed for anything but a whole page."""
    lines = body.rstrip(b"\n").split(b"\n")
    if len(lines) < 2:
        raise protocol.Malformed
    trailer = protocol.decode(lines[-1], protocol.PullTrailer)
    header = protocol.decode(lines[0], protocol.PullHeader)
    return Page(header, [protocol.read_event(line) for line in lines[1:-1]], trailer)


def rest_of(page: Page, cursors: Mapping[str, int]) -> Page:
    """What of a page comes after these positions as if it had begun there: a carried one may overlap what is known.

    A desk's run keeps what it needs of the lines that are left out. That they were what the desk was told follows from
    the chain: it goes on from the desk's own position and must end where the page says.
    """
    known = [line for event, line in page.steps if event.seq <= cursors.get(event.scope, 0) and line is not None]
    steps = [(event, line) for event, line in page.steps if event.seq > cursors.get(event.scope, 0)]
    writers = {line.change.desk for _, line in steps if line is not None}
    trailer = msgspec.structs.replace(
        page.trailer,
        cursors=_not_before(page.trailer.cursors, cursors),
        heads=_not_before(page.trailer.heads, cursors),
        more=page.trailer.more and bool(steps),
        runs=[_with_digests(run, known) for run in page.trailer.runs if run.desk in writers],
    )
    return Page(page.header, steps, trailer)


def _not_before(positions: Mapping[str, protocol.FeedHead], cursors: Mapping[str, int]) -> dict[str, protocol.FeedHead]:
    return {scope: position for scope, position in positions.items() if position.seq >= cursors.get(scope, 0)}


def _with_digests(run: protocol.Run, lines: Sequence[Line]) -> protocol.Run:
    own = {line.change.n: protocol.b64(line.digest) for line in lines if line.change.desk == run.desk}
    return msgspec.structs.replace(run, absent=run.absent | own)


def verified_keys(header: protocol.PullHeader, authority_public: bytes) -> dict[str, bytes]:
    """Each desk's signing key from the header's certificates. Raises Unproven."""
    keys = {}
    for signed in header.certs or ():
        body = protocol.unb64(signed.body)
        if not seal.verify(authority_public, seal.DESK_CERT, body, protocol.unb64(signed.signature)):
            raise errors.Unproven
        cert = protocol.decode(body, protocol.DeskCert)
        keys[cert.desk] = protocol.unb64(cert.sign_public)
    return keys


def keys_told(header: protocol.PullHeader, identity: DeskIdentity, known: PublicOf) -> PublicOf:
    """Each desk's signing key by the header's certificates, else as it is `known`: a page tells only of new ones.

    The desk knows its own itself: nobody certifies it another key, and puts words into its mouth. Raises Unproven.
    """
    own = identity.signing_key.public
    keys: dict[str, bytes | None] = {**verified_keys(header, identity.authority_public)}
    if keys.get(identity.desk, own) != own:
        raise errors.Unproven

    def public_of(desk: str) -> bytes | None:
        """A page names few desks thousands of times: the register is asked once for each."""
        if desk not in keys:
            keys[desk] = known(desk)
        return keys[desk]

    return public_of


def verify_page(page: Page, positions: Mapping[str, FeedPosition], public_of: PublicOf) -> list[FeedPosition]:
    """Where each event's scope stands after it. Raises Unproven, HistoryRewritten or Malformed."""
    granted = {grant.scope for grant in page.header.grants}
    proven = proven_by_heads([line for _, line in page.events], page.trailer.runs, public_of)
    after, reached = dict(positions), []
    for event, line in page.steps:
        if event.scope not in granted or not is_for(event, line):
            raise errors.Unproven
        before = after.get(event.scope, START)
        if event.seq != before.seq + 1:
            raise errors.HistoryRewritten
        digest = line.digest if line is not None else protocol.unb64(event.digest)
        after[event.scope] = FeedPosition(event.seq, next_chain(before.chain, event.seq, digest))
        reached.append(after[event.scope])
        if line is not None and not is_proven(line, proven, public_of):
            raise errors.Unproven
    _check_trailer(page, after)
    return reached


def is_for(event: protocol.Event, line: Line | None) -> bool:
    """Whether the change was written for the event's scope, or says what brought it there."""
    return line is None or line.change.scope == event.scope or event.entered != ""


def is_proven(line: Line, by_heads: set[bytes], public_of: PublicOf) -> bool:
    """Whether the change is its author's: by its own signature, or by a signed head."""
    if not line.signature:
        return line.digest in by_heads
    public = public_of(line.change.desk)
    return public is not None and line.signed_by(public)


def proven_by_heads(lines: Sequence[Line], runs: Sequence[protocol.Run], public_of: PublicOf) -> set[bytes]:
    """Digests of the lines that lie, as their own desk's, in a run whose signed head holds.

    Of two lines with one desk and number only that in the chain is proven, and none by another desk's chain. Raises
    Unproven, Malformed.
    """
    by_number = {(line.change.desk, line.change.n): line.digest for line in lines}
    proven: set[bytes] = set()
    for run in runs:
        numbers = range(run.first_n, run.last_n + 1)
        if not 0 < len(numbers) <= MAX_RUN:
            raise protocol.Malformed
        present = {n: by_number[run.desk, n] for n in numbers if (run.desk, n) in by_number}
        head = protocol.unb64(run.before)
        for n in numbers:
            head = next_head(head, present[n] if n in present else protocol.unb64(run.absent.get(n, "")))
        statement = protocol.head_statement(run.desk, run.last_n, head)
        public = public_of(run.desk)
        if public is None or not seal.verify(public, seal.HEAD, statement, protocol.unb64(run.signature)):
            raise errors.Unproven
        proven |= set(present.values())
    return proven


def _check_trailer(page: Page, after: Mapping[str, FeedPosition]) -> None:
    """The trailer speaks of the same positions; a page that moves nothing and promises more would go on for ever."""
    trailer = page.trailer
    for scope, cursor in trailer.cursors.items():
        position = after.get(scope, START)
        if cursor.seq != position.seq:
            raise protocol.Malformed
        if protocol.unb64(cursor.chain) != position.chain:
            raise errors.HistoryRewritten
    for scope, head in trailer.heads.items():
        position = after.get(scope, START)
        if head.seq < position.seq or (head.seq == position.seq and protocol.unb64(head.chain) != position.chain):
            raise errors.HistoryRewritten
    if {event.scope for event, _ in page.steps} - trailer.cursors.keys() or (trailer.more and not page.steps):
        raise protocol.Malformed


def portions(
    page: Page, reached: Sequence[FeedPosition], pace: Pace
) -> Iterator[tuple[list[tuple[protocol.Event, Line]], dict[str, FeedPosition]]]:
    """The page in pieces of as many steps as `pace` says by then, each with the positions of its scopes after it."""
    start = 0
    while piece := page.steps[start : start + pace.at_once]:
        positions = {event.scope: position for (event, _), position in zip(piece, reached[start:], strict=False)}
        yield [(event, line) for event, line in piece if line is not None], positions
        start += len(piece)
