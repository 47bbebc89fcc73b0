"""Reports as the list, the Today page and a report's own page read them."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import msgspec

from commune_desk.domain.records.reports import EMERGENCY_HOURS, RUNNING, Report
from commune_desk.store.changes.journal import OPEN
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import load

HOURS = "emergency_hours"

_RUNS = f"status IN {RUNNING}"
_WHERE = {
    "open": f"{_RUNS} ORDER BY received_at, id",
    "acted": "status='acted' ORDER BY received_at DESC, id DESC",
    "closed": "status='closed' ORDER BY received_at DESC, id DESC",
}
VIEWS = tuple(_WHERE)


class ReportRow(msgspec.Struct, frozen=True, kw_only=True):
    """A report without its sealed parts. Instants are ISO; `officer` is who took it up, empty when nobody did."""

    id: str
    received_at: str
    status: str
    from_province: bool
    source: str
    place: str
    person: str | None
    child_name: str | None
    child_age: int | None
    child_sex: str | None
    forms: tuple[str, ...]
    acknowledged_at: str | None
    acted_at: str | None
    officer: str


class ReportView(msgspec.Struct, frozen=True):
    """A whole report, with the name of who took it up and of the child it is linked to."""

    record: Report
    officer: str
    child: str


_ROWS = (
    "SELECT r.id, r.received_at, r.status, COALESCE(r.from_province, 0), COALESCE(r.source, ''),"
    " COALESCE(r.place, ''), r.person, COALESCE(p.full_name, r.child_name), r.child_age, r.child_sex, r.forms,"
    " r.acknowledged_at, r.acted_at, COALESCE(o.display_name, '')"
    " FROM report r LEFT JOIN person p ON p.id=r.person LEFT JOIN officer o ON o.id=r.handled_by"
)


def report_ids(connection: Connection, view: str) -> list[str]:
    """`open` by what runs out first; `acted` and `closed` newest first. Raises KeyError for another view."""
    return [row[0] for row in connection.execute(f"SELECT id FROM report WHERE {_WHERE[view]}")]  # noqa: S608


def report_rows(connection: Connection, ids: Sequence[str]) -> list[ReportRow]:
    """The rows of at most some hundred reports, in any order."""
    marks = ",".join("?" * len(ids))
    return [_row(row) for row in connection.execute(f"{_ROWS} WHERE r.id IN ({marks})", ids)]


def running_reports(connection: Connection, limit: int) -> list[ReportRow]:
    """The reports whose emergency clock runs, the one that runs out first before the others."""
    sql = f"{_ROWS} WHERE r.{_RUNS} ORDER BY r.received_at, r.id LIMIT ?"
    return [_row(row) for row in connection.execute(sql, (limit,))]


def running_since(connection: Connection, limit: int) -> list[str]:
    """When the reports whose emergency clock runs were received (ISO instants), the latest first."""
    sql = f"SELECT received_at FROM report WHERE {_RUNS} ORDER BY received_at DESC LIMIT ?"  # noqa: S608 - constants only
    return [received_at for (received_at,) in connection.execute(sql, (limit,))]


def waiting_from_province(connection: Connection, limit: int = -1) -> list[ReportRow]:
    """The reports of the province that nobody here has taken up, the one that runs out first before the others."""
    sql = f"{_ROWS} WHERE r.status='waiting' AND r.from_province=1 ORDER BY r.received_at, r.id LIMIT ?"
    return [_row(row) for row in connection.execute(sql, (limit,))]


def province_ids(connection: Connection) -> frozenset[str]:
    """Every report that the province sent, wherever it stands."""
    return frozenset(row[0] for row in connection.execute("SELECT id FROM report WHERE from_province=1"))


def report_counts(connection: Connection) -> dict[str, int]:
    """How many reports have each status."""
    return dict(connection.execute("SELECT status, count(*) FROM report GROUP BY status").fetchall())


def count_from_province(connection: Connection) -> int:
    """How many reports of the province nobody here has taken up."""
    row = connection.execute("SELECT count(*) FROM report WHERE status='waiting' AND from_province=1").fetchone()
    return int(row[0])


def count_taken_unsent(connection: Connection) -> int:
    """How many reports of the province were taken up here while it still holds them as waiting: it was not told yet."""
    (count,) = connection.execute(
        "SELECT count(*) FROM report r LEFT JOIN shadow s ON s.record=r.id AND s.field='status'"  # noqa: S608 - constants only
        " WHERE r.from_province=1 AND r.status<>'waiting' AND COALESCE(s.value, '\"waiting\"')='\"waiting\"'"
        f" AND EXISTS (SELECT 1 FROM change WHERE {OPEN} AND state<>'quarantined' AND record=r.id"
        " AND json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.set.status') IS NOT NULL)"
    ).fetchone()
    return int(count)


def oldest_running(connection: Connection) -> str:
    """When the oldest report whose clock runs was received (ISO instant); empty when none runs."""
    row = connection.execute(
        f"SELECT min(received_at) FROM report WHERE {_RUNS}"  # noqa: S608 - constants only
    ).fetchone()
    return row[0] or ""


def report_view(connection: Connection, report: str) -> ReportView | None:
    """One report with what is sealed in it, or None."""
    record = load(connection, "report", report)
    if not isinstance(record, Report):
        return None
    names = connection.execute(
        "SELECT (SELECT display_name FROM officer WHERE id=?), (SELECT full_name FROM person WHERE id=?)",
        (record.handled_by, record.person),
    ).fetchone()
    return ReportView(record, names[0] or "", names[1] or "")


def emergency_hours(connection: Connection) -> int:
    """How many hours this place allows itself for emergency measures; the law's 12 unless it set fewer."""
    return min(settings.get(connection, HOURS, int, EMERGENCY_HOURS), EMERGENCY_HOURS)


def _row(row: Any) -> ReportRow:
    values = dict(zip(ReportRow.__struct_fields__, row, strict=True))
    values["from_province"] = bool(values["from_province"])
    values["forms"] = tuple(json.loads(values["forms"])) if values["forms"] else ()
    return ReportRow(**values)
