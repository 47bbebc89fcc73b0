"""A province whose day is set by the test, which can change its past, and a desk that holds it to what it signed."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import msgspec
from sqlalchemy import update

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange import roots as kept_roots
from sync.change import GENESIS, next_chain
from sync.server.engine import tables
from tests.helpers.builders import make_person, save_all
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_desks import RealDesk, make_register
from tests.sync.actors.real_province import COMMUNE, RealProvince, real_province


class Office:
    """A province whose day is set by the test, and a desk."""

    def __init__(self, folder: Path, real: RealProvince, clock: HandClock) -> None:
        self.real, self.clock = real, clock
        make_register(folder / "desk.db", real.enrol())
        self.desk = RealDesk(folder / "desk.db", SystemClock(), real.transport)

    def work(self, count: int = 2) -> None:
        for number in range(count):
            self.desk.register.write(save_all(make_person(f"Chìu Văn {number}"))).result()
        self.desk.sync()

    def known(self) -> Any:
        return self.desk.register.write(lambda tx: kept_roots.known(tx.connection)).result()[0]

    def proof(self) -> kept_roots.Contradiction | None:
        return self.desk.register.write(lambda tx: kept_roots.contradiction(tx.connection)).result()[0]

    def rewrite(self, seq: int) -> None:
        """The province changes its past from `seq` on, and makes all of its own chains fit."""

        def work(connection: Any) -> None:
            connection.exec_driver_sql("DROP TRIGGER feed_no_update")
            connection.exec_driver_sql("DROP TRIGGER feed_no_delete")
            feed, change = tables.feed, tables.change
            connection.execute(feed.delete().where(feed.c.scope == COMMUNE, feed.c.seq == seq))
            rows = connection.execute(
                tables.feed.select()
                .add_columns(change.c.digest)
                .join(change, change.c.id == feed.c.change)
                .where(feed.c.scope == COMMUNE)
                .order_by(feed.c.seq)
            ).all()
            chain, place = GENESIS, 0
            for place, row in enumerate(rows, start=1):
                chain = next_chain(chain, place, row.digest)
                event = msgspec.json.decode(row.event) | {"q": place}
                values = {"seq": place, "chain": chain, "event": msgspec.json.encode(event).decode()}
                connection.execute(update(feed).where(feed.c.scope == COMMUNE, feed.c.seq == row.seq).values(values))
            heads = update(tables.scope).where(tables.scope.c.id == COMMUNE)
            connection.execute(heads.values(head=place, chain=chain))

        self.real.write(work)


@contextmanager
def rooted_office(folder: Path) -> Iterator[Office]:
    clock = HandClock()
    with real_province(folder, clock=clock) as real:
        made = Office(folder, real, clock)
        yield made
        made.desk.register.close()
