"""Replays a province's log in another store: each change once, in an order in which every feed grows as it did.

The feeds hang together where a record moved or is shared, and nothing says which change of two feeds came first. So
what comes next in a feed is tried: it was its turn when every feed that it added to has the hash of its position then.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from itertools import takewhile

from sqlalchemy import Connection, select

from commune_desk.domain.time.clock import STEPS
from commune_desk.domain.words.errors import Fault
from commune_desk.domain.words.labels import N_
from sync.change import RELOCATING, FeedPosition, Line, Verb
from sync.protocol import Event, decode
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE, Database, Work
from sync.server.identity.province import Province
from sync.server.intake.incoming import Incoming
from sync.server.intake.ordering import store
from sync.server.intake.standing import kept_line

AT_ONCE = 500
Progress = Callable[[int], None]


class ReplayClock:
    """Stands at the instant, to the millisecond, at which the province received what is being replayed."""

    def __init__(self) -> None:
        self.milliseconds = 0

    def now(self) -> datetime:
        """In the middle of the millisecond, so that no rounding leaves it."""
        return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(milliseconds=self.milliseconds, microseconds=500)


@dataclass(frozen=True, slots=True)
class _Received:
    """A change at its position in a feed, and when it was received (milliseconds since 1970)."""

    seq: int
    at: int
    desk: str
    incoming: Incoming


class _NotItsTurn(Exception):
    """Other changes must be replayed before."""


def replay(source: Province, target: Database, progress: Progress) -> None:
    """`progress` is told how many changes are replayed. Raises Fault when the log does not yield its feeds again."""
    going = _Replay(source, target)
    while going.is_behind:
        before = going.done
        for scope in sorted(going.is_behind):
            going.follow(scope, progress)
        if going.done == before:
            raise Fault(
                N_("A change of the log was merged once and cannot be merged again. Nothing usable was made of it.")
            )


class _Replay:
    """How far each feed is replayed."""

    def __init__(self, source: Province, target: Database) -> None:
        self.done = 0
        self._clock = ReplayClock()
        self._source = source.database
        self._moved = replace(source, database=target, clock=self._clock)
        self._goals = self._source.read(_heads, WHOLE_PROVINCE)
        self._heads = dict.fromkeys(self._goals, 0)
        self._ahead: dict[str, deque[_Received]] = {scope: deque() for scope in self._goals}

    @property
    def is_behind(self) -> set[str]:
        """The scopes whose feeds are not yet whole."""
        return {scope for scope, goal in self._goals.items() if self._heads[scope] < goal}

    def follow(self, scope: str, progress: Progress) -> None:
        """Replay of the scope's feed all whose turn it is."""
        while batch := self._next(scope):
            if self._is_told_again(batch[0]):
                self._ahead[scope].popleft()  # it comes with the late change for whose sake it was
            elif self._take_in(batch) or (len(batch) > 1 and self._take_in(batch[:1])):
                progress(self.done)
            else:
                return

    def _is_told_again(self, one: _Received) -> bool:
        """A share, or what ended it, that stands in the feed a second time."""
        line = one.incoming.line
        if line is None or line.change.verb not in RELOCATING:
            return False
        asked = select(tables.change_key.c.id).where(tables.change_key.c.id == one.incoming.id)
        return self._moved.database.read(lambda c: c.scalar(asked) is not None, WHOLE_PROVINCE)

    def _next(self, scope: str) -> list[_Received]:
        """What one desk sent at one instant, as far as it stands together in the feed."""
        ahead, head = self._ahead[scope], self._heads[scope]
        while ahead and ahead[0].seq <= head:
            ahead.popleft()
        if not ahead:
            ahead.extend(self._source.read(_log_of(scope, head), WHOLE_PROVINCE))
        first = ahead[0] if ahead else None
        return list(takewhile(lambda one: first and (one.at, one.desk) == (first.at, first.desk), ahead))

    def _take_in(self, batch: Sequence[_Received]) -> bool:
        self._clock.milliseconds = batch[0].at

        def work(connection: Connection) -> dict[str, FeedPosition]:
            fresh = [replace(one.incoming) for one in batch]
            results = store(connection, self._moved, batch[0].desk, fresh, WHOLE_PROVINCE)
            if any(result.status == "quarantined" for result in results.values()):
                raise _NotItsTurn
            grown = _grown(connection, [one.incoming.id for one in batch])
            if self._source.read(_stood_at(grown), WHOLE_PROVINCE) != grown:
                raise _NotItsTurn
            return grown

        try:
            grown = self._moved.database.write(work, WHOLE_PROVINCE)
        except _NotItsTurn:
            return False
        self._heads |= {scope: position.seq for scope, position in grown.items()}
        self.done += len(batch)
        return True


def _heads(connection: Connection) -> dict[str, int]:
    return {row.id: row.head for row in connection.execute(select(tables.scope.c.id, tables.scope.c.head))}


def _grown(connection: Connection, changes: Sequence[str]) -> dict[str, FeedPosition]:
    """The ends of the feeds in which the changes stand."""
    feed, scope = tables.feed, tables.scope
    theirs = select(feed.c.scope).where(feed.c.change.in_(changes))
    return {
        row.id: FeedPosition(row.head, row.chain)
        for row in connection.execute(select(scope).where(scope.c.id.in_(theirs)))
    }


def _stood_at(positions: Mapping[str, FeedPosition]) -> Work[dict[str, FeedPosition]]:
    """Reads what the feeds' hashes were at those positions."""
    feed = tables.feed

    def work(connection: Connection) -> dict[str, FeedPosition]:
        found = {}
        for scope, position in positions.items():
            asked = select(feed.c.chain).where(feed.c.scope == scope, feed.c.seq == position.seq)
            found[scope] = FeedPosition(position.seq, connection.scalar(asked) or b"")
        return found

    return work


def _log_of(scope: str, after: int) -> Work[list[_Received]]:
    """Reads the changes of a feed after `after`, at most AT_ONCE, in their order."""
    feed, change, key = tables.feed, tables.change, tables.change_key
    asked = (
        select(feed.c.seq, change.c.n, change.c.raw, change.c.signature, change.c.skew_ms)
        .join(key, key.c.id == feed.c.change)
        .join(change, (change.c.scope == key.c.scope) & (change.c.id == key.c.id))
        .where(feed.c.scope == scope, feed.c.seq > after, feed.c.seq <= after + AT_ONCE)
        .order_by(feed.c.seq)
    )
    return lambda connection: [_received(connection, *row) for row in connection.execute(asked).all()]


def _received(connection: Connection, seq: int, n: int, raw: bytes, signature: bytes, skew_ms: int) -> _Received:
    line = kept_line(raw, signature)
    incoming = Incoming(n, raw, line, is_replayed=True, told_along=_told_along(connection, line))
    return _Received(seq, line.change.stamp // STEPS - skew_ms, line.change.desk, incoming)


def _told_along(connection: Connection, line: Line) -> dict[str, list[str]] | None:
    """How a move stands in the feeds: an earlier program told it to those alone that held the record it names."""
    if line.change.verb != Verb.MOVE:
        return None
    feed = tables.feed
    events = connection.execute(select(feed.c.scope, feed.c.event).where(feed.c.change == line.change.id))
    return {scope: decode(event.encode(), Event).along for scope, event in events}
