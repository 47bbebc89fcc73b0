"""What stands where, in numbers: desks, feeds, records, conflicts, quarantine, reports. Never a person's data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from typing import Any

import msgspec
from sqlalchemy import Connection, func, select

from sync.bundle import missing
from sync.protocol import PROVINCE_DESK
from sync.purge_wire import REMOVED
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.identity.desks import audit_cuts
from sync.server.identity.policy import policy_of
from sync.server.identity.province import Province, epoch_of
from sync.server.intake.late_conflicts import late_conflicts
from sync.server.intake.reports_in import reports_waiting


class DeskHealth(msgspec.Struct, frozen=True, kw_only=True):
    """How a PC said last that it stands, at `said_at` (by stick: when that was written): see `sync.purge_wire.Health`.

    What it had put on a stick waits there until it is here; what came before earlier ones is here.
    """

    said_at: str
    waiting: int
    oldest_at: str
    clock_ahead: int | None
    schema: int


class DeskStatus(msgspec.Struct, frozen=True, kw_only=True):
    desk: str
    label: str
    status: str
    scopes: dict[str, str]
    changes: int
    seen_at: str | None
    program_version: str
    """As it said last; of one that says nothing, as it was enrolled."""
    health: DeskHealth | None
    """None of a PC that never said, as those of older programs."""
    durable: int
    """The number up to which a verified backup holds its changes."""
    lease_until: str | None
    removal: str
    """Empty, also where no PC was ever enrolled; `ordered`, or `done` once the desk signed that it removes all."""


class Status(msgspec.Struct, frozen=True, kw_only=True):
    province: str
    epoch: str
    at: str
    desks: list[DeskStatus]
    changes: dict[str, int]
    """Places in each scope's feed."""
    records: dict[str, int]
    open_conflicts: dict[str, int]
    """By scope."""
    late_conflicts: dict[str, int]
    """By scope, those of them that the province is to see to."""
    quarantine: dict[str, int]
    """By desk and code, `7ZK2MQ grant`."""
    audit_cuts: dict[str, int]
    """By desk, the first row of its list of who did what that was touched from outside."""
    reports_waiting: dict[str, int]
    oldest_waiting: str | None


def desk_list(connection: Connection) -> list[DeskStatus]:
    """Every desk but the province's own, in order of enrolment."""
    grants: dict[str, dict[str, str]] = {}
    for row in connection.execute(select(tables.desk_grant).order_by(tables.desk_grant.c.scope)):
        grants.setdefault(row.desk, {})[row.scope] = row.role
    table, purge = tables.desk, tables.purge
    removed = set(connection.scalars(select(purge.c.desk).where(purge.c.change == REMOVED)))
    said = {row.desk: row for row in connection.execute(select(tables.desk_health))}
    parked: dict[str, list[tuple[int, int]]] = {}
    aside = tables.courier_parked.c
    for desk, first, last in connection.execute(select(aside.desk, aside.first_n, aside.last_n)):
        parked.setdefault(desk, []).append((first, last))
    rows = connection.execute(
        select(table).where(table.c.id != PROVINCE_DESK).order_by(table.c.enrolled_at.is_(None), table.c.enrolled_at)
    )
    return [
        DeskStatus(
            desk=row.id,
            label=row.label,
            status=row.status,
            scopes=grants.get(row.id, {}),
            changes=row.last_n,
            seen_at=row.seen_at,
            program_version=said[row.id].program_version if row.id in said else row.program_version,
            health=_health(said[row.id], row.last_n, parked.get(row.id, ())) if row.id in said else None,
            durable=row.durable_n,
            lease_until=row.lease_until,
            removal=_removal(row.removal_at if row.sign_public else None, is_done=row.id in removed),
        )
        for row in rows
    ]


def _health(row: Any, held_n: int, parked: Collection[tuple[int, int]]) -> DeskHealth:
    """`held_n`: up to which of its changes all are here; `parked`: later ones that came before those between."""
    end = (row.carried_n or 0) + 1
    here = [(first, last) for first, last in parked if first < end]
    on_the_way = sum(last - first + 1 for first, last in missing(held_n, [*here, (end, end)]))
    since = [row.oldest_at, row.carried_since if on_the_way else ""]
    return DeskHealth(
        said_at=row.said_at,
        waiting=row.waiting + on_the_way,
        oldest_at=min(filter(None, since), default=""),
        clock_ahead=row.clock_ahead,
        schema=row.schema,
    )


def _removal(ordered_at: str | None, *, is_done: bool) -> str:
    if is_done:
        return "done"
    return "ordered" if ordered_at else ""


def read_status(province: Province) -> Status:
    """The whole picture, in one consistent view."""
    return province.database.read(lambda connection: _status(connection, province), WHOLE_PROVINCE)


def _status(connection: Connection, province: Province) -> Status:
    waiting = reports_waiting(connection)
    by_scope: dict[str, int] = {}
    for scope, _received in waiting:
        by_scope[scope] = by_scope.get(scope, 0) + 1
    return Status(
        province=province.name,
        epoch=epoch_of(connection),
        at=province.now(),
        desks=desk_list(connection),
        changes={row.id: row.head for row in connection.execute(select(tables.scope).order_by(tables.scope.c.id))},
        records={name: _count(connection, name) for name in sorted(tables.RECORDS)},
        open_conflicts=_open_conflicts(connection),
        late_conflicts=_late_conflicts(connection, province.now()),
        quarantine=_quarantine(connection),
        audit_cuts=audit_cuts(connection),
        reports_waiting=by_scope,
        oldest_waiting=waiting[0][1] if waiting else None,
    )


def _count(connection: Connection, kind: str) -> int:
    return connection.scalar(select(func.count()).select_from(tables.RECORDS[kind])) or 0


def _open_conflicts(connection: Connection) -> dict[str, int]:
    table = tables.conflict
    rows = connection.execute(
        select(table.c.scope, func.count()).where(table.c.closed_by.is_(None)).group_by(table.c.scope)
    )
    return {scope: number for scope, number in rows}


def _late_conflicts(connection: Connection, at: str) -> dict[str, int]:
    return dict(Counter(one.scope for one in late_conflicts(connection, at, policy_of(connection).conflict_days)))


def _quarantine(connection: Connection) -> dict[str, int]:
    table = tables.quarantine
    rows = connection.execute(select(table.c.desk, table.c.code, func.count()).group_by(table.c.desk, table.c.code))
    return {f"{desk} {code}": number for desk, code, number in rows}
