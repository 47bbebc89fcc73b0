"""A province on PostgreSQL, served by a process; two desks of one commune; and what its store must hold at any time."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from sqlalchemy import Connection, select

from commune_desk.domain.time.clock import SystemClock
from sync.change import GENESIS, next_chain
from sync.client.transport import Transport
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.lifecycle.founding import found
from tests.helpers.builders import make_child, make_visit, save_all
from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import RealProvince

T = TypeVar("T")


class StruckStore:
    """`address` is where a process serves; the store itself is looked at from here."""

    def __init__(self, folder: Path, cluster: PostgresCluster) -> None:
        self.address = ""
        self.data, self.key_file = folder / "province", folder / "province.key"
        self._founded = found(
            self.data,
            self.key_file,
            name="Tests",
            hosts=["127.0.0.1"],
            clock=SystemClock(),
            where=cluster.migrated(),
        )
        real = RealProvince(self._founded)
        self.here, self.there = (self._desk(folder / name, real) for name in ("here.db", "there.db"))
        real.line.shut()
        self._visits = 0

    def _desk(self, path: Path, real: RealProvince) -> RealDesk:
        enrolment = real.enrol()
        make_register(path, enrolment)
        return RealDesk(path, SystemClock(), lambda: Transport(self.address, ca_pem=enrolment.ca_pem))

    def close(self) -> None:
        for desk in (self.here, self.there):
            desk.register.close()
        self._founded.close()

    def write(self, children: int, visits: int) -> None:
        """So many children, each with so many visits."""
        for _ in range(children):
            person, file = make_child()
            self.here.run(save_all(person, file, *(make_visit(person.id) for _ in range(visits))))
            self._visits += visits

    def waiting(self) -> int:
        return len(self.written()) - len(self.signed_for())

    def written(self) -> set[int]:
        return {n for (n,) in self.here.ask("SELECT n FROM change WHERE desk=?", self._author)}

    def signed_for(self) -> set[int]:
        """Numbers for which the desk holds a receipt."""
        rows = self.here.ask("SELECT n FROM change WHERE desk=? AND state='accepted'", self._author)
        return {n for (n,) in rows}

    @property
    def _author(self) -> str:
        return self.here.register.identity.desk

    def held(self) -> list[int]:
        """The numbers of the desk's changes that are in the store, in order."""
        key = tables.change_key
        numbers = select(key.c.n).where(key.c.desk == self._author).order_by(key.c.n)
        return self._look(lambda connection: list(connection.scalars(numbers)))

    def lacks(self) -> set[int]:
        """What was signed for and is not there."""
        return self.signed_for() - set(self.held())

    def faults(self) -> list[str]:
        """What must hold whenever the store can be asked, and does not."""
        held = self.held()
        found = [f"signed for and not there: {sorted(missing)}"] if (missing := self.lacks()) else []
        if held != list(range(1, len(held) + 1)):
            found.append(f"numbers: {held}")
        return found + self._look(self._halves) + self._look(_broken_feeds)

    def _halves(self, connection: Connection) -> list[str]:
        """Parts of a push without its others."""
        change, key, feed, desk = tables.change, tables.change_key, tables.feed, tables.desk
        ids, changes, in_feeds = (
            sorted(connection.scalars(select(column))) for column in (key.c.id, change.c.id, feed.c.change)
        )
        found = [] if ids == changes == in_feeds else ["changes, their keys and the feeds do not hold the same, once"]
        last = connection.scalar(select(desk.c.last_n).where(desk.c.id == self._author))
        if last != len(ids):
            found.append(f"the desk's last number is {last}, and {len(ids)} changes are there")
        return found

    def _look(self, work: Callable[[Connection], T]) -> T:
        self._founded.database.close()  # what was connected may have been struck
        return self._founded.database.read(work, WHOLE_PROVINCE)

    def at_rest(self) -> None:
        """Both desks sync, and have the same, once."""
        self.here.sync()
        self.there.sync()
        assert self.faults() == []
        written = sorted(self.written())
        assert self.held() == written
        assert self.waiting() == 0
        received = self.there.ask("SELECT n FROM change WHERE desk=? ORDER BY n", self._author)
        assert [n for (n,) in received] == written
        assert self.there.ask("SELECT count(*) FROM home_visit") == [(self._visits,)]


def _broken_feeds(connection: Connection) -> list[str]:
    """Feeds with a gap, or whose chain does not lead to the head."""
    feed, key, scope = tables.feed, tables.change_key, tables.scope
    found: list[str] = []
    for place in connection.execute(select(scope.c.id, scope.c.head, scope.c.chain)).all():
        rows = select(feed.c.seq, feed.c.chain, key.c.digest).join(key, key.c.id == feed.c.change)
        chain, seq = GENESIS, 0
        for row in connection.execute(rows.where(feed.c.scope == place.id).order_by(feed.c.seq)):
            chain, seq = next_chain(chain, row.seq, row.digest), seq + 1
            if (row.seq, row.chain) != (seq, chain):
                return [*found, f"{place.id} breaks at {row.seq}"]
        if (place.head, place.chain) != (seq, chain):
            found.append(f"{place.id} ends at {seq}, and its head says {place.head}")
    return found
