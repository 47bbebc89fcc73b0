"""Handing out feeds: each granted scope's events after the desk's cursor, in order, as many as fit a page."""

from __future__ import annotations

from base64 import b64encode
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from commune_desk.domain.time.clock import from_iso
from sync.change import GENESIS, WITHOUT_FIELDS, Verb, only_ties, read_line
from sync.protocol import (
    B64,
    MAX_BODY,
    MAX_PAGE_EVENTS,
    Event,
    FeedHead,
    PullRequest,
    PullTrailer,
    b64,
    encode,
)
from sync.server.answers import roots
from sync.server.answers.page_header import Present, header_for, present
from sync.server.answers.snapshots import WORTH
from sync.server.answers.unopened import Unopened
from sync.server.engine import tables
from sync.server.engine.database import NO_SCOPE, reach_of
from sync.server.identity import desks
from sync.server.identity.policy import policy_of
from sync.server.identity.province import Province
from sync.server.intake.runs import runs_of
from sync.server.problems import Refused

_LEAST_BYTES = 32 * 1024
_CONTACT_STEP = timedelta(minutes=5)
_NAMING_IDS = WITHOUT_FIELDS | {Verb.ALIAS}


@dataclass
class _Page:
    """Event lines so far, and what is left of the page's measure."""

    bytes_left: int
    lines: list[bytes] = field(default_factory=list)
    cursors: dict[str, FeedHead] = field(default_factory=dict)
    unsigned: dict[str, set[int]] = field(default_factory=dict)
    present: dict[str, set[int]] = field(default_factory=dict)
    full: bool = False

    def add(self, line: bytes) -> bool:
        """Whether the line still fitted; a page holds at least one."""
        if self.lines and (len(line) > self.bytes_left or len(self.lines) >= MAX_PAGE_EVENTS):
            self.full = True
            return False
        self.lines.append(line)
        self.bytes_left -= len(line)
        return True

    def note(self, desk: str, n: int, *, is_signed: bool) -> None:
        """Remember what is in the page and what of it is still to be proven."""
        self.present.setdefault(desk, set()).add(n)
        if not is_signed:
            self.unsigned.setdefault(desk, set()).add(n)


def page(province: Province, caller: desks.DeskState, request: PullRequest) -> bytes:
    """One page, not yet deflated. Raises Refused; scopes that the desk does not hold are as if not asked for."""
    refuse_stopped(caller)
    note_contact(province, caller)
    return province.database.read(
        lambda connection: _page(connection, province, caller, request), reach_of(caller.id, caller.grants)
    )


def _page(connection: Connection, province: Province, caller: desks.DeskState, request: PullRequest) -> bytes:
    now = present(connection, province, caller)
    if request.epoch != now.epoch:
        raise Refused(409, "epoch")
    grants, heads = now.desk.grants, now.heads
    cursors = {scope: request.cursors.get(scope, 0) for scope in heads}
    if any(cursor < 0 or cursor > heads[scope].seq for scope, cursor in cursors.items()):
        raise Refused(410, "resync")
    content = _Page(bytes_left=min(max(request.max_bytes, _LEAST_BYTES), MAX_BODY))
    unopened = Unopened(connection, province.database, reach_of(caller.id, grants))
    if request.only_chains:
        return _chains(connection, province, now, request)
    begin = [scope for scope in sorted(cursors) if _is_better_begun(request, cursors[scope], heads[scope])]
    for scope in sorted(cursors.keys() - set(begin)):
        if cursors[scope] < heads[scope].seq:
            _fill(connection, content, scope, cursors[scope], unopened)
        else:
            content.cursors[scope] = heads[scope]
    header = header_for(connection, province, now, certs=request.certs, known_directory=request.directory)
    runs = runs_of(connection, content.unsigned, content.present)
    root = roots.shown(connection, min(grants, default=""), request.root, epoch=request.epoch)
    trailer = PullTrailer(
        cursors=content.cursors, more=content.full, heads=heads, runs=runs, root=root, snapshots=begin
    )
    return b"\n".join([encode(header), *content.lines, encode(trailer)])


def _chains(connection: Connection, province: Province, now: Present, request: PullRequest) -> bytes:
    """Where the chains stood, and nothing else: what is signed so can be shown to anybody."""
    header = header_for(connection, province, now, certs=request.certs, known_directory=request.directory)
    places = {
        scope: FeedHead(seq=at, chain=_chain_at(connection, scope, at))
        for scope, at in request.cursors.items()
        if scope in now.heads
    }
    return b"\n".join([encode(header), encode(PullTrailer(cursors=places, more=False, heads=now.heads))])


def _is_better_begun(request: PullRequest, cursor: int, head: FeedHead) -> bool:
    """Whether the desk is to fetch what stands, rather than all that ever happened."""
    return request.snapshots and cursor == 0 and head.seq >= WORTH


def refuse_stopped(caller: desks.DeskState) -> None:
    """Raise Refused for a desk that was revoked, or whose history exists twice."""
    if caller.status == desks.REVOKED:
        raise Refused(410, "revoked", removes=caller.removal_at is not None)
    refuse_frozen(caller)


def refuse_frozen(caller: desks.DeskState) -> None:
    """Raise Refused for a desk whose history exists twice. One that was revoked may still send."""
    if caller.status == desks.FROZEN:
        raise Refused(409, "fork")


def _fill(connection: Connection, content: _Page, scope: str, cursor: int, unopened: Unopened) -> None:
    feed, change = tables.feed, tables.change
    content.cursors[scope] = FeedHead(seq=cursor, chain=_chain_at(connection, scope, cursor))
    if content.full:
        return
    own = (change.c.desk, change.c.n, change.c.record, change.c.digest, change.c.signature, change.c.raw)
    rows = connection.execute(
        select(feed.c.seq, feed.c.event, feed.c.chain, feed.c.line, *own)
        .join(change, (change.c.scope == feed.c.scope) & (change.c.id == feed.c.change), isouter=True)
        .where(feed.c.scope == scope, feed.c.seq > cursor)
        .order_by(feed.c.seq)
        .limit(MAX_PAGE_EVENTS + 1)
    ).all()
    departed = _departed(connection, scope, cursor) if rows else {}
    for row in rows:
        step = _step(row)
        if step is None or (row.seq < departed.get(step.record, 0) and not step.says_where):
            event, line, step = _untold(row, scope, step), b"", None
        else:
            event, line = unopened.told(row.event, step.line), step.line
        if not content.add(event + b"\t" + line):
            return
        if step is not None:
            content.note(step.desk, step.n, is_signed=step.is_signed)
        content.cursors[scope] = FeedHead(seq=row.seq, chain=b64(row.chain))


class _Step(NamedTuple):
    """What an event's change is, wherever it was written."""

    desk: str
    n: int
    record: str
    digest: bytes
    is_signed: bool
    line: bytes

    @property
    def says_where(self) -> bool:
        """Whether no word of it is about anybody: it names ids alone, and what stays or comes may need it.

        Who ties a report to a child says whose it is: what others write of it meanwhile is sealed again by that.
        """
        change = read_line(self.line).change
        return change.verb in _NAMING_IDS or only_ties(change)


def _step(row: Any) -> _Step | None:
    """None for a change that was erased: its event says its digest."""
    if row.line is not None:
        line = read_line(row.line)
        change = line.change
        return _Step(change.desk, change.n, change.record, line.digest, line.signature != b"", row.line)
    if not row.raw:
        return None
    whole = b64encode(row.signature) + b" " + row.raw
    return _Step(row.desk, row.n, row.record, row.digest, row.signature != b"", whole)


def _untold(row: Any, scope: str, step: _Step | None) -> bytes:
    """The event of a change that is told no more, with the digest that the chain goes over."""
    if step is None:
        return str(row.event).encode()
    return encode(Event(scope=scope, seq=row.seq, digest=b64(step.digest)))


def _departed(connection: Connection, scope: str, cursor: int) -> dict[str, int]:
    """The records that left the scope beyond this place in its feed, and where: what stood before is told no more."""
    table = tables.departure
    asked = select(table.c.record, table.c.seq).where(table.c.scope == scope, table.c.seq > cursor)
    rows = connection.execute(asked)
    return {record: seq for record, seq in rows}


def _chain_at(connection: Connection, scope: str, seq: int) -> B64:
    feed = tables.feed
    chain = connection.scalar(select(feed.c.chain).where(feed.c.scope == scope, feed.c.seq == seq))
    return b64(GENESIS if chain is None else chain)


def note_contact(province: Province, caller: desks.DeskState) -> None:
    """Remember that the desk was heard of, to within a few minutes."""
    since = province.clock.now() - from_iso(caller.seen_at) if caller.seen_at is not None else _CONTACT_STEP
    if timedelta(0) <= since < _CONTACT_STEP and caller.lease_until is not None:
        return

    def work(connection: Connection) -> None:
        if caller.seen_at is None:
            desks.settle_enrolment(connection, caller.id)
        until = policy_of(connection).lease_from(province.clock.now())
        desks.note_contact(connection, caller.id, now=province.now(), lease_until=until)

    province.database.write(work, NO_SCOPE)
