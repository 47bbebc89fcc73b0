"""How far erasures by law have come: which desks signed that they erased, and which have yet to hear of it."""

from __future__ import annotations

import msgspec
from sqlalchemy import Connection, func, select

from commune_desk.domain.model.batches import batched
from sync.change import Change
from sync.erased import order_of
from sync.server.engine import tables
from sync.server.identity.desks import ACTIVE
from sync.server.intake.standing import lines_of


class ErasureStatus(msgspec.Struct, frozen=True, kw_only=True):
    """One erasure: ids, numbers and desks. `waiting` are desks in service that hold one of its places."""

    act: str
    at: str
    kind: str
    record: str
    records: int
    who: str
    why: str
    signed: list[str]
    waiting: list[str]


def erasures(connection: Connection) -> list[ErasureStatus]:
    """Every erasure that the database knows, oldest first."""
    erased, holders, signers = tables.erasure, _holders(connection), _signers(connection)
    counts = connection.execute(select(erased.c.act, erased.c.at, func.count()).group_by(erased.c.act, erased.c.at))
    acts = {act: (at, count) for act, at, count in counts}
    told: dict[str, Change] = {}
    signed: dict[str, set[str]] = {}
    waiting: dict[str, set[str]] = {}
    for line in lines_of(connection, _orders(connection)):
        act, by = line.change.group, signers.get(line.change.id, set())
        told[act] = line.change
        signed.setdefault(act, set()).update(by)
        waiting.setdefault(act, set()).update(holders.get(line.change.scope, set()) - by)
    return [
        _status(told[act], at, count, signed[act], waiting[act])
        for act, (at, count) in sorted(acts.items(), key=lambda one: (one[1][0], one[0]))
        if act in told
    ]


def _status(change: Change, at: str, records: int, signed: set[str], waiting: set[str]) -> ErasureStatus:
    who, why = order_of(change)
    return ErasureStatus(
        act=change.group,
        at=at,
        kind=change.kind,
        record=change.record,
        records=records,
        who=who,
        why=why,
        signed=sorted(signed),
        waiting=sorted(waiting),
    )


def _orders(connection: Connection) -> set[str]:
    """The changes by which the places were told."""
    erased, left = tables.erasure, tables.departure
    return set(connection.scalars(select(left.c.change).join(erased, erased.c.record == left.c.record).distinct()))


def _signers(connection: Connection) -> dict[str, set[str]]:
    """By order, the desks whose signed word is here."""
    table = tables.purge
    found: dict[str, set[str]] = {}
    for some in batched(_orders(connection)):
        for desk, change in connection.execute(select(table.c.desk, table.c.change).where(table.c.change.in_(some))):
            found.setdefault(change, set()).add(desk)
    return found


def _holders(connection: Connection) -> dict[str, set[str]]:
    """By scope, the desks in service that hold it."""
    grant, desk = tables.desk_grant, tables.desk
    rows = select(grant.c.scope, grant.c.desk).join(desk, desk.c.id == grant.c.desk).where(desk.c.status == ACTIVE)
    found: dict[str, set[str]] = {}
    for scope, one in connection.execute(rows):
        found.setdefault(scope, set()).add(one)
    return found
