"""Who came to a place along with somebody whom the law erases, and is needed there by nobody else: they leave it.

A mother who stayed at home with a brother was held at the child's new commune for the child's sake alone. She lives, so
she is not erased; but no page there would show her, or end that it is told of her for good.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from functools import partial

from sqlalchemy import Connection, select

from commune_desk.domain.model.batches import batched
from sync.change import Change, Line, Verb
from sync.server.engine import tables
from sync.server.engine.appending import append
from sync.server.engine.tables import RECORDS
from sync.server.identity import own_changes
from sync.server.identity.province import Province
from sync.server.intake.change_rows import Moment, change_row
from sync.server.intake.feeds import Feeds
from sync.server.intake.records import read_records
from sync.server.intake.relocating import relocate, stays_for_nobody
from sync.server.intake.whereabouts import Whereabouts


def held_in(connection: Connection, records: Collection[str]) -> set[str]:
    """Every place that holds one of the records, at home or as a guest."""
    guest = tables.guest
    asked = [(table.c.scope, table.c.id) for table in RECORDS.values()] + [(guest.c.scope, guest.c.record)]
    return {
        scope
        for some in batched(records)
        for place, record in asked
        for scope in connection.scalars(select(place).where(record.in_(some)))
    }


def lead_out(
    connection: Connection,
    province: Province,
    feeds: Feeds,
    act: str,
    named: Collection[str],
    needed: Mapping[str, str],
) -> None:
    """Those of `needed` leave where they are guests for the sake of `named` alone, who are erased by now.

    The province says it in an `unshare` of its own for each place, all of the group `act`. Every place that holds one
    of them is locked.
    """
    drafts = [
        partial(Change, kind=needed[record], record=record, verb=Verb.UNSHARE.value, data=0, scope=place, to=place)
        for place, record in _guests(connection, named, needed)
    ]
    if not drafts:
        return
    lines = own_changes.sign_own(connection, province, act, drafts)
    append(connection, tables.change, [change_row(line, "ok", Moment.of(province.clock.now())) for line in lines])
    for line in lines:
        _leave(connection, feeds, line)
    feeds.write_events()
    feeds.write_heads()
    feeds.note_authors()
    own_changes.advance(connection, province, lines)


def _leave(connection: Connection, feeds: Feeds, line: Line) -> None:
    route = Whereabouts.of(connection, [line.change]).route(line.change)
    if route is not None:
        relocate(connection, feeds, line, route)


def _guests(connection: Connection, named: Collection[str], needed: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """(place, record) of each that is to leave, in the order of places."""
    guest = tables.guest
    asked = select(guest.c.scope, guest.c.record).order_by(guest.c.scope, guest.c.record)
    for some in batched(sorted(needed)):
        for place, record in connection.execute(asked.where(guest.c.record.in_(some))).all():
            (stored,) = read_records(connection, needed[record], [record])
            if stays_for_nobody(connection, place, named, stored):
                yield place, record
