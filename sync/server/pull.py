"""Handing out feeds: each granted scope's events after the desk's cursor, in order, as many as fit a page."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta

from sqlalchemy import Connection, select, update

from commune_desk.domain.clock import from_iso
from sync.protocol import (
    MAX_BODY,
    MAX_PAGE_EVENTS,
    FeedHead,
    PullHeader,
    PullRequest,
    PullTrailer,
    b64,
    encode,
)
from sync.server import desks, tables
from sync.server.database import NO_SCOPE, reach_of
from sync.server.problems import Refused
from sync.server.province import Province
from sync.server.scopes import keys_of

_LEAST_BYTES = 32 * 1024
_CONTACT_STEP = timedelta(minutes=5)


@dataclass
class _Page:
    """Event lines so far, and what is left of the page's measure."""

    bytes_left: int
    lines: list[bytes] = field(default_factory=list)
    cursors: dict[str, int] = field(default_factory=dict)
    full: bool = False

    def add(self, line: bytes) -> bool:
        """Whether the line still fitted; a page holds at least one."""
        if self.lines and (len(line) > self.bytes_left or len(self.lines) >= MAX_PAGE_EVENTS):
            self.full = True
            return False
        self.lines.append(line)
        self.bytes_left -= len(line)
        return True


def page(province: Province, caller: desks.DeskState, request: PullRequest) -> bytes:
    """One page, not yet deflated. Raises Refused; scopes that the desk does not hold are as if not asked for."""
    refuse_stopped(caller)
    note_contact(province, caller)
    if request.epoch != province.epoch:
        raise Refused(409, "epoch")
    return province.database.read(
        lambda connection: _page(connection, province, caller, request), reach_of(caller.id, caller.grants)
    )


def _page(connection: Connection, province: Province, caller: desks.DeskState, request: PullRequest) -> bytes:
    grants = desks.grants_of(connection, caller.id)
    if grants != caller.grants:  # granted otherwise since the request came in
        province.database.confine(connection, reach_of(caller.id, grants))
    heads = _heads(connection, list(grants))
    cursors = {scope: request.cursors.get(scope, 0) for scope in heads}
    if any(cursor < 0 or cursor > heads[scope].seq for scope, cursor in cursors.items()):
        raise Refused(410, "resync")
    content = _Page(bytes_left=min(max(request.max_bytes, _LEAST_BYTES), MAX_BODY))
    for scope in sorted(cursors):
        _fill(connection, content, scope, cursors[scope])
    header = _header(connection, province, caller, request)
    trailer = PullTrailer(cursors=content.cursors, more=content.full, heads=heads)
    return b"\n".join([encode(header), *content.lines, encode(trailer)])


def refuse_stopped(caller: desks.DeskState) -> None:
    """Raise Refused for a desk that was revoked, or whose history exists twice."""
    if caller.status == desks.REVOKED:
        raise Refused(410, "revoked")
    if caller.status == desks.FROZEN:
        raise Refused(409, "fork")


def _heads(connection: Connection, scopes: list[str]) -> dict[str, FeedHead]:
    rows = connection.execute(select(tables.scope).where(tables.scope.c.id.in_(scopes)))
    return {row.id: FeedHead(seq=row.head, chain=b64(row.chain)) for row in rows}


def _fill(connection: Connection, content: _Page, scope: str, cursor: int) -> None:
    content.cursors[scope] = cursor
    if content.full:
        return
    feed, change = tables.feed, tables.change
    rows = connection.execute(
        select(feed.c.seq, feed.c.event, change.c.signature, change.c.raw)
        .join(change, (change.c.scope == feed.c.scope) & (change.c.id == feed.c.change))
        .where(feed.c.scope == scope, feed.c.seq > cursor)
        .order_by(feed.c.seq)
        .limit(MAX_PAGE_EVENTS + 1)
    )
    for row in rows:
        if not content.add(row.event.encode() + b"\t" + b64encode(row.signature) + b" " + row.raw):
            return
        content.cursors[scope] = row.seq


def _header(connection: Connection, province: Province, caller: desks.DeskState, request: PullRequest) -> PullHeader:
    grants = desks.grants_of(connection, caller.id)
    version, certs = desks.certs_for(connection, list(grants))
    return PullHeader(
        epoch=province.epoch,
        grants=desks.grant_list(connection, grants),
        certs_version=version,
        certs=certs if version != request.certs else None,
        scope_keys=keys_of(connection, list(grants)),
    )


def note_contact(province: Province, caller: desks.DeskState) -> None:
    """Remember that the desk was heard of, to within a few minutes."""
    if caller.seen_at is not None and province.clock.now() - from_iso(caller.seen_at) < _CONTACT_STEP:
        return

    def work(connection: Connection) -> None:
        if caller.seen_at is None:
            desks.settle_enrolment(connection, caller.id)
        connection.execute(update(tables.desk).where(tables.desk.c.id == caller.id).values(seen_at=province.now()))

    province.database.write(work, NO_SCOPE)
