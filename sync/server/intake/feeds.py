"""The feeds that a transaction adds to: their scopes locked, each event given its place and its link of the chain."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set
from typing import Any

from sqlalchemy import Connection, bindparam, delete, select, update

from commune_desk.domain.model.batches import batched
from sync.change import FeedPosition, Line, next_chain
from sync.protocol import Event, encode
from sync.server.engine import tables
from sync.server.engine.appending import append, append_missing
from sync.server.engine.asking import among
from sync.server.engine.database import Crossed
from sync.server.identity.scopes import ensure_scope


class Feeds:
    """Heads of locked scopes, and the events that were added behind them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heads: dict[str, FeedPosition] = {}
        self._moved: set[str] = set()
        self._rows: list[dict[str, object]] = []
        self._authors: set[tuple[str, str]] = set()

    def lock(self, scopes: Iterable[str]) -> None:
        """Lock the rows of those scopes, in sorted order: who holds them decides what comes next in their feeds."""
        wanted = set(scopes) - self._heads.keys()
        if wanted and (missing := wanted - self._lock(wanted)):
            for scope in sorted(missing):
                ensure_scope(self._connection, scope)
            self._lock(missing)

    def lock_further(self, scopes: Iterable[str]) -> None:
        """Lock scopes, at least one, of which it was learnt under the locks of others. Raises Crossed.

        Where one comes before them in the order, they are taken only if nobody holds them: who does may wait for ours.
        """
        wanted = set(scopes) - self._heads.keys()
        if min(wanted) > max(self._heads, default=""):
            self.lock(wanted)
        elif wanted - self._lock(wanted, waits=False):
            raise Crossed({*self._heads, *wanted})

    def _lock(self, scopes: set[str], *, waits: bool = True) -> set[str]:
        """Those of the scopes that have a row, which is locked now; without waiting, that nobody else holds."""
        table = tables.scope
        rows = select(table.c.id, table.c.head, table.c.chain).where(among(table.c.id, scopes)).order_by(table.c.id)
        locked = self._connection.execute(rows.with_for_update(skip_locked=not waits))
        held = {row.id: FeedPosition(row.head, row.chain) for row in locked}
        self._heads |= held
        return set(held)

    @property
    def locked(self) -> Set[str]:
        """The scopes that are locked."""
        return self._heads.keys()

    def next_seq(self, scope: str) -> int:
        """The place that the next event of a locked scope will have."""
        return self._heads[scope].seq + 1

    def add(self, scope: str, line: Line, **said: Any) -> int:
        """Put an event about the change in `line` at the end of the scope's feed; `said` are its other members."""
        before = self._heads[scope]
        seq = before.seq + 1
        chain = next_chain(before.chain, seq, line.digest)
        self._heads[scope] = FeedPosition(seq, chain)
        self._moved.add(scope)
        own = line.change.scope == scope
        self._rows.append(
            {
                "scope": scope,
                "seq": seq,
                "change": line.change.id,
                "chain": chain,
                "event": encode(Event(scope=scope, seq=seq, **said)).decode(),
                "line": None if own else line.encode(),
            }
        )
        self._authors.add((scope, line.change.desk))
        return seq

    def leave(self, scope: str, line: Line, records: Sequence[tuple[str, str]], *, entered: str = "") -> None:
        """Put the change in as that by which these records (kind, id) leave the scope: who begins there later is told
        of it as of a departure. `entered` is the event's member."""
        seq, table = self.add(scope, line, left=list(records), entered=entered), tables.departure
        for some in batched(record for _, record in records):
            self._connection.execute(delete(table).where(table.c.scope == scope, table.c.record.in_(some)))
        by = {"scope": scope, "change": line.change.id, "seq": seq}
        rows = [{"record": record, "kind": kind, **by} for kind, record in records]
        append(self._connection, table, rows)

    def write_events(self) -> None:
        """Write down what was added; `write_heads` says afterwards where the feeds stand."""
        append(self._connection, tables.feed, self._rows)
        self._rows = []

    def write_heads(self) -> None:
        statement = update(tables.scope).where(tables.scope.c.id == bindparam("scope_id"))
        statement = statement.values(head=bindparam("head"), chain=bindparam("chain"))
        for one in sorted(self._moved):
            position = self._heads[one]
            self._connection.execute(statement, {"scope_id": one, "head": position.seq, "chain": position.chain})
        self._moved.clear()

    def note_authors(self) -> None:
        """Remember who has written where: holders of the scope need those certificates."""
        rows = [{"scope": scope, "desk": desk} for scope, desk in sorted(self._authors)]
        append_missing(self._connection, tables.scope_writer, rows)
        self._authors.clear()
