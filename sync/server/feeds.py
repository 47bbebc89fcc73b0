"""The feeds that a transaction adds to: their scopes locked, each event given its place and its link of the chain."""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, bindparam, insert, select, update

from sync.change import Line, Place, next_chain
from sync.protocol import Event, encode
from sync.server import tables
from sync.server.appending import append
from sync.server.scopes import ensure_scope


class Feeds:
    """Heads of locked scopes, and the events that were added behind them."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._heads: dict[str, Place] = {}
        self._moved: set[str] = set()
        self._rows: list[dict[str, object]] = []
        self._authors: set[tuple[str, str]] = set()

    def lock(self, scopes: Iterable[str]) -> None:
        """Lock the rows of those scopes, in sorted order: who holds them decides what comes next in their feeds."""
        for scope in sorted(set(scopes) - self._heads.keys()):
            ensure_scope(self._connection, scope)
            rows = select(tables.scope).where(tables.scope.c.id == scope).with_for_update()
            row = self._connection.execute(rows).one()
            self._heads[scope] = Place(row.head, row.chain)

    def are_behind(self, scopes: Iterable[str]) -> bool:
        """Whether one of those is not locked yet and comes before one that is, in the order of locks."""
        missing = set(scopes) - self._heads.keys()
        return bool(missing and self._heads) and min(missing) < max(self._heads)

    def next_seq(self, scope: str) -> int:
        """The place that the next event of a locked scope will have."""
        return self._heads[scope].seq + 1

    def add(self, scope: str, line: Line, event: Event) -> int:
        """Put `event` about the change in `line` at the end of the scope's feed; its scope and place are filled in."""
        before = self._heads[scope]
        seq = before.seq + 1
        self._heads[scope] = Place(seq, next_chain(before.chain, seq, line.digest))
        self._moved.add(scope)
        placed = encode(_placed(event, scope, seq)).decode()
        own = line.change.scope == scope
        self._rows.append(
            {
                "scope": scope,
                "seq": seq,
                "change": line.change.id,
                "chain": self._heads[scope].chain,
                "event": placed,
                "line": None if own else line.encode(),
            }
        )
        self._authors.add((scope, line.change.desk))
        return seq

    def write(self) -> None:
        """Write down what was added."""
        if not self._rows:
            return
        append(self._connection, tables.feed, self._rows)
        statement = update(tables.scope).where(tables.scope.c.id == bindparam("place"))
        heads = [{"place": one, "head": self._heads[one].seq, "chain": self._heads[one].chain} for one in self._moved]
        self._connection.execute(statement.values(head=bindparam("head"), chain=bindparam("chain")), heads)
        self._note_authors()
        self._rows, self._moved, self._authors = [], set(), set()

    def _note_authors(self) -> None:
        """Remember who has written where: holders of the scope need those certificates."""
        table = tables.scope_writer
        for scope, desk in sorted(self._authors):
            known = self._connection.scalar(select(table.c.desk).where(table.c.scope == scope, table.c.desk == desk))
            if known is None:
                self._connection.execute(insert(table).values(scope=scope, desk=desk))


def _placed(event: Event, scope: str, seq: int) -> Event:
    return Event(
        scope=scope,
        seq=seq,
        outcomes=event.outcomes,
        values=event.values,
        opened=event.opened,
        closed=event.closed,
        entered=event.entered,
        left=event.left,
    )
