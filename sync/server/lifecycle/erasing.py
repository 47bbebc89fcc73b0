"""Erasing a record by law, with all that speaks of it: its words go, ids, numbers and hashes stay.

One transaction under the locks of every scope that holds or held any of it. Each of these feeds gets a change of verb
`erase`, signed by the province, with the records that were there; what the feeds told of them before is emptied, and
every chain still leads to its head. Verbs of place keep their bytes: they name ids and scopes alone, and what came by
them may stay.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import msgspec
from sqlalchemy import Connection, select

from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.ids import is_id, uuid7
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from sync.change import Change
from sync.erased import order_fields
from sync.server.engine import tables
from sync.server.engine.appending import append
from sync.server.identity.province import Province, audited
from sync.server.intake import erasure_orders
from sync.server.intake.erasures import erased_among
from sync.server.intake.feeds import Feeds
from sync.server.intake.records import kinds_of
from sync.server.intake.set_aside import changes_aside
from sync.server.lifecycle import left_behind
from sync.server.lifecycle.belonging import Named, all_about, needed_by, set_aside_about
from sync.server.lifecycle.emptying import Emptied, empty

Records = list[tuple[str, str]]
"""(kind, id) of records."""


class Act(msgspec.Struct, frozen=True, kw_only=True):
    """An erasure as it is kept for good: ids and places, and nothing that names anybody.

    `who` ordered it and `why` go to the desks, in the change. `records` is all that was erased, `scopes` what of it
    each scope held.
    """

    id: str
    kind: str
    record: str
    at: str
    who: str = ""
    why: str = ""
    records: Records
    scopes: dict[str, Records]


@dataclass(frozen=True)
class Ordered:
    """Who ordered it and on what ground: for the audit log and the desks. Neither names whom it is about."""

    who: str
    why: str


def found(connection: Connection, word: str) -> tuple[str, str]:
    """(kind, id) of the record that is named by its id, or of the child with that case number. Raises Refusal.

    Also of one that stands nowhere but in what was set aside: a withdrawn desk alone registered it.
    """
    record = _child_with(connection, word.strip()) or word.strip().lower()
    if erased_among(connection, [record]):
        raise Refusal(N_("The record {record} was erased already."), record=record)
    kind = _kind_of(connection, record)
    if kind is None:
        raise Refusal(
            N_("There is no record {record}, so nothing was erased now. What was erased before is told by: erasures"),
            record=word,
        )
    return kind, record


def _kind_of(connection: Connection, record: str) -> str | None:
    kind = kinds_of(connection, [record]).get(record, "")
    table = tables.RECORDS.get(kind)
    if table is not None and connection.scalar(select(table.c.id).where(table.c.id == record)) is not None:
        return kind
    return next((change.kind for change in _aside(connection, record)), None)


def _aside(connection: Connection, record: str) -> list[Change]:
    """What was set aside of the record and can be ordered erased: its place, which is told so, is the province's."""
    known = set(connection.scalars(select(tables.scope.c.id)))
    changes = [change for change in changes_aside(connection, record) if change.record == record]
    return [change for change in changes if is_id(record) and change.kind in tables.RECORDS and change.scope in known]


def _child_with(connection: Connection, number: str) -> str | None:
    """The child whose file has that case number. Raises Refusal where several have: PCs of one disk give out the same.

    The law orders it of one of them.
    """
    file = tables.RECORDS["child_file"]
    asked = select(file.c.person).where(file.c.case_number == number, file.c.person.is_not(None))
    children = sorted({*connection.scalars(asked), *_children_aside(connection, number)})
    if len(children) > 1:
        raise Refusal(
            N_(
                "The case number {number} stands on the files of several children: {children}. Nothing was erased; "
                "name one of them by its id."
            ),
            number=number,
            children=", ".join(children),
        )
    return children[0] if children else None


def _children_aside(connection: Connection, number: str) -> Iterator[str]:
    for change in changes_aside(connection, number):
        said = change.set if change.kind == "child_file" else {}
        if said.get("case_number") == number and isinstance(child := said.get("person"), str) and is_id(child):
            yield child


def planned(connection: Connection, province: Province, kind: str, record: str) -> Act:
    """What would be erased with the record, and where it is told."""
    named = all_about(connection, kind, record)
    scopes = _held(connection, named) or {one.scope: [(kind, record)] for one in _aside(connection, record)}
    return Act(id=uuid7(), kind=kind, record=record, at=province.now(), records=_listed(named), scopes=scopes)


def erase(connection: Connection, province: Province, kind: str, record: str, ordered: Ordered) -> tuple[Act, Emptied]:
    """Erase the record and all that speaks of it; what was done, and which files of the data folder are to go."""
    feeds = Feeds(connection)
    act = _planned_under_locks(connection, province, feeds, kind, record)
    act = msgspec.structs.replace(act, who=ordered.who, why=ordered.why)
    subject = f"{act.id} {kind} {record} {len(act.records)}; {ordered.who}; {ordered.why}"
    return act, _carry_out(connection, province, feeds, act, subject)


def erase_again(connection: Connection, province: Province, act: Act) -> Emptied:
    """Repeat an erasure that a database put back from a backup does not know; what came back with it goes too."""
    feeds = Feeds(connection)
    feeds.lock(act.scopes)
    if connection.scalar(select(tables.erasure.c.record).where(tables.erasure.c.act == act.id).limit(1)) is not None:
        return Emptied()  # another server has, which found the same at the same moment
    here = _planned_under_locks(connection, province, feeds, act.kind, act.record)
    scopes = {
        scope: sorted({*act.scopes.get(scope, ()), *here.scopes.get(scope, ())})
        for scope in {*act.scopes, *here.scopes}
    }
    both = msgspec.structs.replace(act, records=sorted({*act.records, *here.records}), scopes=scopes)
    return _carry_out(connection, province, feeds, both, f"{act.id} {act.kind} {act.record} {len(both.records)}; again")


def _planned_under_locks(connection: Connection, province: Province, feeds: Feeds, kind: str, record: str) -> Act:
    """What would be erased, all of its scopes locked: before they were, some of it may have gone elsewhere."""
    act = planned(connection, province, kind, record)
    while not (places := _concerned(connection, act)) <= feeds.locked:
        feeds.lock(places)
        act = planned(connection, province, kind, record)
    return act


def _concerned(connection: Connection, act: Act) -> set[str]:
    """The places that are told of it, and those that hold somebody who may leave one of them by it."""
    needed = needed_by(connection, {record: kind for kind, record in act.records})
    return {*act.scopes, *left_behind.held_in(connection, needed)}


def _listed(named: Named) -> Records:
    return sorted((kind, record) for record, kind in named.items())


def _held(connection: Connection, named: Named) -> dict[str, Records]:
    """By scope, what of `named` lives there, is a guest there, has left from there, or was ever told there."""
    held: dict[str, set[str]] = {}
    for record, scope in _places(connection, named):
        held.setdefault(scope, set()).add(record)
    for record in [one for one, kind in named.items() if kind == "placement_notice"]:
        for scope in [scope for scope, records in held.items() if scope[:1] == "S" and records]:
            held[scope].add(record)  # a house keeps a copy of what it tells a commune
    return {scope: _listed({one: named[one] for one in records}) for scope, records in sorted(held.items())}


def _places(connection: Connection, named: Named) -> Iterable[tuple[str, str]]:
    feed, change, guest, left = tables.feed, tables.change, tables.guest, tables.departure
    told = select(change.c.record, feed.c.scope).join(feed, feed.c.change == change.c.id).distinct()
    for some in batched(named):
        for asked in (
            told.where(change.c.record.in_(some)),
            select(guest.c.record, guest.c.scope).where(guest.c.record.in_(some)),
            select(left.c.record, left.c.scope).where(left.c.record.in_(some)),
            *(select(table.c.id, table.c.scope).where(table.c.id.in_(some)) for table in tables.RECORDS.values()),
        ):
            yield from map(tuple, connection.execute(asked))


def _carry_out(connection: Connection, province: Province, feeds: Feeds, act: Act, subject: str) -> Emptied:
    named = {record: kind for kind, record in act.records}
    named |= set_aside_about(connection, named)
    ids = list(named)
    known = erased_among(connection, ids)
    rows = [
        {"record": record, "kind": kind, "act": act.id, "at": act.at}
        for record, kind in named.items()
        if record not in known
    ]
    append(connection, tables.erasure, rows)
    needed = needed_by(connection, named)
    emptied = empty(connection, ids, list(act.scopes))
    orders = erasure_orders.signed(
        connection, province, act.id, (act.kind, act.record), order_fields(act.who, act.why), act.scopes
    )
    erasure_orders.hand_out(connection, province, feeds, orders, act.scopes)
    left_behind.lead_out(connection, province, feeds, act.id, ids, needed)
    audited(connection, province, "erase", subject)
    return emptied
