"""The province's orders to erase: one change of verb `erase` in the feed of every scope that holds or held any of it.

Which scopes these are it knows when the law orders it, but for one that was put back meanwhile: it learns of a move or
a share of before from whoever sends it again. What such a change brings is refused, and its places are told then.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import partial

from sqlalchemy import Connection, select

from commune_desk.domain.model.ids import is_scope
from sync.change import Change, Line, Verb, Wire
from sync.server.engine import tables
from sync.server.engine.appending import append
from sync.server.engine.asking import among
from sync.server.identity import own_changes
from sync.server.identity.province import Province, audited
from sync.server.intake.change_rows import Moment, change_row
from sync.server.intake.erasures import named_in
from sync.server.intake.feeds import Feeds
from sync.server.intake.standing import lines_of
from sync.server.intake.whereabouts import PERSON

Records = Sequence[tuple[str, str]]
"""(kind, id) of records."""


def hand_out(
    connection: Connection, province: Province, feeds: Feeds, orders: Sequence[Line], held: Mapping[str, Records]
) -> None:
    """Put each order into the feed of its scope, which is locked; `held` says what of it each scope is told."""
    append(connection, tables.change, [change_row(line, "ok", Moment.of(province.clock.now())) for line in orders])
    for line in orders:
        feeds.leave(line.change.scope, line, held[line.change.scope])
    feeds.write_events()
    feeds.write_heads()
    feeds.note_authors()
    own_changes.advance(connection, province, orders)


def signed(
    connection: Connection,
    province: Province,
    act: str,
    subject: tuple[str, str],
    said: Mapping[str, Wire],
    places: Iterable[str],
) -> list[Line]:
    """One change for each scope, under the act's own id as their group. `subject` is the record ordered, (kind, id)."""
    kind, record = subject
    order = partial(Change, kind=kind, record=record, verb=Verb.ERASE.value, data=0, set=dict(said))
    return own_changes.sign_own(connection, province, act, (partial(order, scope=one) for one in sorted(places)))


def untold(connection: Connection, changes: Collection[Change]) -> dict[str, set[str]]:
    """The scopes of these changes, which speak of records that were erased, that no order told so, each with the
    records. Of what was never in a feed there is none to tell."""
    wanted = {
        (place, record)
        for change in changes
        for place in filter(is_scope, (change.scope, change.to))
        for record in named_in(change)
    }
    erased, left = tables.erasure, tables.departure
    asked = select(left.c.record, left.c.scope).join(erased, erased.c.record == left.c.record)
    told = {
        (row.scope, row.record)
        for row in connection.execute(asked.where(among(left.c.record, {record for _, record in wanted})))
    }
    known, scope = {record for _, record in told}, tables.scope.c.id
    there = set(connection.scalars(select(scope).where(among(scope, {place for place, _ in wanted}))))
    found: dict[str, set[str]] = {}
    for place, record in wanted - told:
        if record in known and place in there:
            found.setdefault(place, set()).add(record)
    return found


def order_further(
    connection: Connection, province: Province, feeds: Feeds, places: Mapping[str, Collection[str]]
) -> None:
    """Tell these scopes, all locked, of the erasures of these records, and of who was erased with them."""
    erased, left = tables.erasure, tables.departure
    acts: dict[str, dict[str, set[tuple[str, str]]]] = {}
    for scope, records in places.items():
        for row in connection.execute(select(erased).where(among(erased.c.record, set(records)))):
            acts.setdefault(row.act, {}).setdefault(scope, set()).add((row.kind, row.record))
    for act, told in acts.items():
        people = connection.execute(select(erased.c.record).where(erased.c.act == act, erased.c.kind == PERSON))
        everybody = {(PERSON, row.record) for row in people}
        by = connection.scalars(
            select(left.c.change).join(erased, erased.c.record == left.c.record).where(erased.c.act == act).limit(1)
        ).one()
        (first,) = lines_of(connection, [by])
        subject = (first.change.kind, first.change.record)
        orders = signed(connection, province, act, subject, first.change.set, told)
        hand_out(connection, province, feeds, orders, {scope: sorted(some | everybody) for scope, some in told.items()})
        audited(connection, province, "erase", f"{act} {' '.join(subject)}; further in {' '.join(sorted(told))}")
