"""Reads and proves a page of the feed before any of it is believed.

The order is: whole page (it has its trailer), certificates signed by the authority, each scope's numbers without a
gap and its chain unbroken, each change signed by its desk. One failure, and the page counts for nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

from sync import protocol, seal
from sync.change import GENESIS, Line, next_chain
from sync.client import errors

PublicOf = Callable[[str], bytes | None]


@dataclass(frozen=True, slots=True)
class Page:
    """A page as it came; nothing of it is proven yet but the province's signature over the whole."""

    header: protocol.PullHeader
    events: list[tuple[protocol.Event, Line]]
    trailer: protocol.PullTrailer


@dataclass(frozen=True, slots=True)
class Place:
    """Where a scope's feed stands: the last number and the chain there (None: not known)."""

    seq: int
    chain: bytes | None


def read_page(body: bytes) -> Page:
    """Raises Malformed for anything but a whole page."""
    lines = body.rstrip(b"\n").split(b"\n")
    if len(lines) < 2:
        raise protocol.Malformed
    trailer = protocol.decode(lines[-1], protocol.PullTrailer)
    header = protocol.decode(lines[0], protocol.PullHeader)
    return Page(header, [protocol.read_event(line) for line in lines[1:-1]], trailer)


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


def verify_page(page: Page, places: Mapping[str, Place], public_of: PublicOf) -> dict[str, Place]:
    """Where each scope stands after the page. Raises Unproven, HistoryRewritten or Malformed."""
    granted = {grant.scope for grant in page.header.grants}
    after = dict(places)
    for event, line in page.events:
        if event.scope not in granted or event.scope != line.change.scope:
            raise errors.Unproven
        after[event.scope] = _step(after.get(event.scope, Place(0, GENESIS)), event, line.digest)
        public = public_of(line.change.desk)
        if public is None or not line.signed_by(public):
            raise errors.Unproven
    _check_trailer(page, after)
    return after


def _step(before: Place, event: protocol.Event, digest: bytes) -> Place:
    chain = protocol.unb64(event.chain)
    expected = before.seq + 1
    if event.seq != expected or (before.chain is not None and chain != next_chain(before.chain, expected, digest)):
        raise errors.HistoryRewritten
    return Place(event.seq, chain)


def _check_trailer(page: Page, after: Mapping[str, Place]) -> None:
    """The trailer speaks of the same places; a page that moves nothing and promises more would go on for ever."""
    trailer = page.trailer
    for scope, seq in trailer.cursors.items():
        if seq != after.get(scope, Place(0, GENESIS)).seq:
            raise protocol.Malformed
    for scope, head in trailer.heads.items():
        place = after.get(scope, Place(0, GENESIS))
        is_same = head.seq == place.seq and place.chain is not None
        if head.seq < place.seq or (is_same and protocol.unb64(head.chain) != place.chain):
            raise errors.HistoryRewritten
    if trailer.more and not page.events:
        raise protocol.Malformed


def portions(
    page: Page, cursors: Mapping[str, int], at_once: int
) -> Iterator[tuple[list[tuple[protocol.Event, Line]], dict[str, int]]]:
    """The page in pieces of at most `at_once` events, each with the cursors after it."""
    reached = dict(cursors)
    for start in range(0, len(page.events), at_once):
        piece = page.events[start : start + at_once]
        reached |= {event.scope: event.seq for event, _ in piece}
        yield piece, dict(reached)
