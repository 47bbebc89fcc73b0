"""Stays in the shelter as its board, lists and a resident's page show them.

Only `stay_record` reads names and sealed fields: boards and lists know a resident by the name used in the house.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any, cast

import msgspec

from commune_desk.domain.model.ids import RecordId, commune_scope, is_commune_scope
from commune_desk.domain.records.desks import Task
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import ACTIVE, Bed, Placement, Shelter
from commune_desk.domain.vietnamese.text import fold, plain_sort_key
from commune_desk.store.changes.journal import UNSENT
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import read_many
from commune_desk.store.pages.shares import sharing_of
from commune_desk.store.pages.tasks import open_tasks_of
from commune_desk.store.writing.transaction import load


class StayRow(msgspec.Struct, frozen=True, kw_only=True):
    """A stay without names. Instants and days are ISO; `bed` is the bed's label, empty when there is none."""

    id: str
    person: str
    status: str
    bed_id: str
    bed: str
    alias: str
    companions: int
    birth_date: str | None
    reason: str | None
    admitted_at: str
    isolation_from: str | None
    isolation_to: str | None
    due_back_at: str | None
    discharged_at: str | None
    discharge_reason: str | None
    papers: tuple[str, ...]

    @property
    def is_active(self) -> bool:
        return self.status in ACTIVE

    @property
    def ended_at(self) -> str | None:
        """None while the stay goes on, though a colleague had entered its end and people decided otherwise."""
        return None if self.is_active else self.discharged_at


class BedRow(msgspec.Struct, frozen=True):
    """A bed and who has it now; two stays only when two desks gave it away without a line."""

    bed: Bed
    stays: tuple[StayRow, ...]

    @property
    def is_in_use(self) -> bool:
        """Whether it can be given to somebody, or is."""
        return self.bed.status == "open" or bool(self.stays)


class LogRow(msgspec.Struct, frozen=True, kw_only=True):
    """A line of the daily log; `officer` is the name, empty when it is not known here."""

    id: str
    stay: str
    alias: str
    logged_at: str
    kind: str
    note: str
    officer: str


class StayRecord(msgspec.Struct, frozen=True, kw_only=True):
    """Everything a resident's page shows. `log` is newest first, `earlier` are the person's other stays.

    `unsent` are the ids of log entries that no receipt of the province names yet.
    """

    row: StayRow
    placement: Placement
    person: Person | None
    log: tuple[LogRow, ...]
    tasks: tuple[Task, ...]
    earlier: tuple[StayRow, ...]
    unsent: frozenset[str]


_STAY_FIELDS = StayRow.__struct_fields__
# A stay from another desk comes in parts; it shows once its first part is here.
_STAYS = (
    "WITH arrived AS (SELECT * FROM placement WHERE admitted_at<>'')"
    " SELECT s.id, COALESCE(s.person, ''), s.status, COALESCE(s.bed, ''), COALESCE(b.label, ''), COALESCE(s.alias, ''),"
    " COALESCE(s.companions, 0), p.birth_date, s.reason, s.admitted_at, s.isolation_from, s.isolation_to,"
    " s.due_back_at, s.discharged_at, s.discharge_reason, s.papers"
    " FROM arrived s LEFT JOIN bed b ON b.id=s.bed LEFT JOIN person p ON p.id=s.person"
)
_LOG = (
    "SELECT e.id, e.placement, COALESCE(s.alias, ''), e.logged_at, e.entry_kind, COALESCE(e.note, ''),"
    " COALESCE(o.display_name, '') FROM care_log_entry e LEFT JOIN placement s ON s.id=e.placement"
    " LEFT JOIN officer o ON o.id=e.officer"
)
_UNSENT_ENTRIES = (
    "SELECT c.record FROM care_log_entry e JOIN change c ON c.record=e.id"  # noqa: S608 - constants only
    f" WHERE e.placement=? AND c.state IN {UNSENT}"
)
_IS_ACTIVE = f"s.status IN {ACTIVE}"
_GUESTS_HERE = (
    "SELECT s.id, s.person, s.home_commune FROM placement s JOIN arrival a ON a.record=s.person"  # noqa: S608
    f" WHERE {_IS_ACTIVE} AND s.home_commune<>'' ORDER BY s.id"
)
_BY_ARRIVAL = "s.admitted_at DESC, s.id DESC"
_WHICH = {"here": _IS_ACTIVE, "ended": "s.status='ended'", "all": "1"}


def shelter_here(connection: Connection, scope: str) -> Shelter | None:
    """The facility of this scope, or None before it is set up."""
    return next(iter(read_many(connection, Shelter, "scope=? ORDER BY id", scope)), None)


def bed_board(connection: Connection) -> list[BedRow]:
    """All beds by their labels (A2 before A10), each with the stays in it.

    Two desks that set up the house without a line add each bed twice: one of the two that is closed is left out.
    """
    stays = active_stays(connection)
    beds = sorted(read_many(connection, Bed, "1=?", 1), key=lambda bed: (plain_sort_key(bed.label), bed.id))
    rows = [BedRow(bed, tuple(stay for stay in stays if stay.bed_id == bed.id)) for bed in beds]
    labels = {fold(row.bed.label) for row in rows if row.is_in_use}
    return [row for row in rows if row.is_in_use or _is_first(labels, fold(row.bed.label))]


def _is_first(labels: set[str], label: str) -> bool:
    """Whether the label is none of those so far; it is one from now on."""
    is_first = label not in labels
    labels.add(label)
    return is_first


def active_stays(connection: Connection) -> list[StayRow]:
    """Everybody who has a place in the house now, the longest stay first."""
    return _stays(connection, f"{_IS_ACTIVE} ORDER BY s.admitted_at, s.id")


def stay_ids(connection: Connection, which: str = "all") -> list[str]:
    """Ids of the stays `here`, `ended` or `all`: those in the house first, then the latest arrival."""
    order = f"ORDER BY s.status='ended', {_BY_ARRIVAL}"
    sql = f"SELECT s.id FROM placement s WHERE s.admitted_at<>'' AND {_WHICH[which]} {order}"  # noqa: S608
    return [row[0] for row in connection.execute(sql)]


def stay_rows(connection: Connection, ids: Sequence[str]) -> list[StayRow]:
    """The rows of at most some hundred stays, in any order."""
    return _stays(connection, f"s.id IN ({','.join('?' * len(ids))})", *ids)


def stay_row(connection: Connection, stay: str) -> StayRow | None:
    return next(iter(_stays(connection, "s.id=?", stay)), None)


def stay_record(connection: Connection, stay: str) -> StayRecord | None:
    """A stay with its resident, log, open tasks and the person's other stays; None when it is not here."""
    row = stay_row(connection, stay)
    placement = cast("Placement | None", load(connection, "placement", stay))
    if row is None or placement is None:
        return None
    return StayRecord(
        row=row,
        placement=placement,
        person=cast("Person | None", load(connection, "person", row.person)),
        log=tuple(_log(connection, "e.placement=? ORDER BY e.logged_at DESC, e.id DESC", stay)),
        tasks=open_tasks_of(connection, row.person),
        earlier=tuple(_stays(connection, f"s.person=? AND s.id<>? ORDER BY {_BY_ARRIVAL}", row.person, stay)),
        unsent=frozenset(one for (one,) in connection.execute(_UNSENT_ENTRIES, (stay,))),
    )


def stays_of(connection: Connection, person: str) -> list[StayRow]:
    """A person's stays, the latest first."""
    return _stays(connection, f"s.person=? ORDER BY {_BY_ARRIVAL}", person)


def moved_residents(connection: Connection, scope: str) -> list[tuple[RecordId, str]]:
    """The stays in the house `scope` that name a former home of a child who has moved, each with the present commune.

    One that names a commune where the child is not known to have lived is left alone: an officer chose it.
    """
    found = []
    for stay, person, named in connection.execute(_GUESTS_HERE).fetchall():
        sharing, told = sharing_of(connection, person), commune_scope(named)
        share = sharing.held_by(scope)
        if share is not None and is_commune_scope(share.home) and share.home != told and told in sharing.homes:
            found.append((RecordId(stay), share.home.partition(":")[2]))
    return found


def stays_in(connection: Connection, bed: str) -> list[StayRow]:
    """Who has this bed now."""
    return _stays(connection, f"{_IS_ACTIVE} AND s.bed=?", bed)


def log_between(connection: Connection, start: str, end: str) -> list[LogRow]:
    """The log of the whole house from instant `start` up to `end`, newest first."""
    return _log(connection, "e.logged_at>=? AND e.logged_at<? ORDER BY e.logged_at DESC, e.id DESC", start, end)


def residents_by_name(connection: Connection) -> dict[str, list[str]]:
    """Everybody who was or is here, or whom a commune shared with the house, by each of their names without its marks;
    of two records of one person the one kept. Reads every stay there ever was."""
    rows = connection.execute(
        "SELECT COALESCE(j.kept, p.id), p.full_name, p.other_name FROM person p LEFT JOIN joined j ON j.person=p.id"
        " WHERE p.id IN (SELECT person FROM placement UNION ALL SELECT record FROM arrival) ORDER BY p.id"
    ).fetchall()
    found: dict[str, dict[str, None]] = {}
    for person, *names in rows:
        for name in {fold(one) for one in names if one} - {""}:
            found.setdefault(name, {})[person] = None
    return {name: list(people) for name, people in found.items()}


def aliases_used(connection: Connection) -> list[tuple[str, bool]]:
    """Every name ever used in the house, the latest first, and whether its bearer is here; reads every stay."""
    sql = f"SELECT s.alias, {_IS_ACTIVE} FROM placement s WHERE s.alias IS NOT NULL ORDER BY {_BY_ARRIVAL}"  # noqa: S608
    return [(alias, bool(is_here)) for alias, is_here in connection.execute(sql)]


def bed_labels(connection: Connection) -> list[str]:
    return [row[0] or "" for row in connection.execute("SELECT label FROM bed")]


def tasks_due(connection: Connection, until: str) -> list[tuple[Task, StayRow]]:
    """Open tasks due by the day `until`, each with the latest stay of its person; the oldest day first."""
    found = read_many(connection, Task, "status='open' AND due_on<=? ORDER BY due_on, id", until)
    pairs = []
    for task in found:
        stays = stays_of(connection, task.person) if task.person else []
        pairs += [(task, stays[0])] if stays else []
    return pairs


def _stays(connection: Connection, where: str, *values: Any) -> list[StayRow]:
    rows = connection.execute(f"{_STAYS} WHERE {where}", values).fetchall()
    return [_stay(dict(zip(_STAY_FIELDS, row, strict=True))) for row in rows]


def _stay(values: dict[str, Any]) -> StayRow:
    papers = tuple(json.loads(values.pop("papers") or "[]"))
    return StayRow(papers=papers, **values)


def _log(connection: Connection, where: str, *values: Any) -> list[LogRow]:
    rows = connection.execute(f"{_LOG} WHERE {where}", values).fetchall()
    return [LogRow(**dict(zip(LogRow.__struct_fields__, row, strict=True))) for row in rows]
