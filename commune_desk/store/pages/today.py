"""What the Today page shows: counts and the first rows of each list, never more than a screen needs."""

from __future__ import annotations

from datetime import date, timedelta
from itertools import islice

import msgspec

from commune_desk.domain.limits.deadlines import STAY_SOON_DAYS, WEEK_DAYS
from commune_desk.domain.records.placements import ACTIVE
from commune_desk.domain.records.reports import RUNNING
from commune_desk.domain.time.dates import ADULT_AGE, ALERT_DAYS, PartialDate, birthday, birthday_alert, is_child_on
from commune_desk.store.engine.database import Connection
from commune_desk.store.intake.conflicts import count_open, is_known
from commune_desk.store.pages.reports import (
    ReportRow,
    count_from_province,
    emergency_hours,
    oldest_running,
    report_counts,
    running_reports,
    waiting_from_province,
)
from commune_desk.store.pages.subjects import subject_of

SHOWN = 8
"""Rows of a list before `show all`."""
SHOWN_BESIDE = 3
"""Rows of a list in the side column."""
_ADULT_WINDOW_YEARS = 3
"""How much older than 16 a birth date known only to the year may look while the child is not surely 16."""

_DUE = " FROM child_index i WHERE i.status='active' AND i.shown=1 AND i.next_visit_on<=?"
_FIRST_DUE = (
    "SELECT i.person, i.name, i.name_key, i.risk, i.last_visit_on, i.next_visit_on"
    + _DUE
    + " ORDER BY i.next_visit_on>?, i.risk DESC, i.next_visit_on, i.name_key LIMIT ?"
)
_DUE_ROWS = (
    "SELECT d.person, d.name, p.birth_date, p.village, d.risk, NULLIF(d.last_visit_on, ''), d.next_visit_on"  # noqa: S608
    f" FROM ({_FIRST_DUE}) d JOIN person p ON p.id=d.person"
    " ORDER BY d.next_visit_on>?, d.risk DESC, d.next_visit_on, d.name_key"
)


class DueVisit(msgspec.Struct, frozen=True):
    """A child whose visit is due; `risk` is 0 for none up to 3 for high."""

    person: str
    name: str
    birth_date: str | None
    village: str | None
    risk: int
    last_visit_on: str | None
    next_visit_on: str


class Sixteen(msgspec.Struct, frozen=True):
    """A child who may turn 16 from `turns_on` on."""

    person: str
    name: str
    birth_date: str
    turns_on: date


class NoticeEnd(msgspec.Struct, frozen=True):
    """A stay that ends soon, as the commune may know it: never where."""

    id: str
    case_code: str
    last_day: str
    is_isolation: bool


class OpenTask(msgspec.Struct, frozen=True):
    """A task to be done; `name` is the child's it is about, if any."""

    id: str
    title: str
    due_on: str | None
    person: str | None
    name: str | None


class Decision(msgspec.Struct, frozen=True):
    """A field on which two officers differ; `name` is whom it is about."""

    kind: str
    record: str
    field: str
    name: str


class Counts(msgspec.Struct, frozen=True, kw_only=True):
    """How much waits. `oldest` is when the report that runs out first was received (ISO instant, empty for none)."""

    running: int
    oldest: str
    hours: int
    from_province: int
    due: int
    """Visits due today or before."""
    this_week: int
    """Visits due within the coming days, without those due already."""
    decisions: int


class CommuneDay(msgspec.Struct, frozen=True, kw_only=True):
    """The Today page of a commune desk."""

    counts: Counts
    reports: list[ReportRow]
    from_province: list[ReportRow]
    visits: list[DueVisit]
    never_visited: int
    """Children of a group whom nobody has visited yet."""
    decisions: list[Decision]
    notices: list[NoticeEnd]
    ending: int
    """How many time limits of protection end within a week."""
    sixteen: list[Sixteen]
    turning_sixteen: int
    past_sixteen: int
    tasks: list[OpenTask]
    open_tasks: int


def counts(connection: Connection, today: date) -> Counts:
    """The numbers of the Today page and of the rail."""
    reports = report_counts(connection)
    day, week = today.isoformat(), (today + timedelta(days=WEEK_DAYS)).isoformat()
    in_week, due = connection.execute(
        "SELECT count(*), COALESCE(sum(i.next_visit_on<=?), 0)" + _DUE, (day, week)
    ).fetchone()
    return Counts(
        running=sum(reports.get(status, 0) for status in RUNNING),
        oldest=oldest_running(connection),
        hours=emergency_hours(connection),
        from_province=count_from_province(connection),
        due=due,
        this_week=in_week - due,
        decisions=count_open(connection),
    )


def commune_day(
    connection: Connection, today: date, *, most_visits: int = SHOWN, most_tasks: int = SHOWN_BESIDE
) -> CommuneDay:
    """Everything the Today page of a commune desk shows."""
    coming, turning, past = _sixteen(connection, today)
    ending = _notices(connection, today)
    return CommuneDay(
        counts=counts(connection, today),
        reports=running_reports(connection, SHOWN),
        from_province=waiting_from_province(connection, SHOWN),
        visits=due_visits(connection, today, most_visits),
        never_visited=_never_visited(connection),
        decisions=decisions(connection),
        notices=ending[:SHOWN],
        ending=len(ending),
        sixteen=coming,
        turning_sixteen=turning,
        past_sixteen=past,
        tasks=open_tasks(connection, most_tasks),
        open_tasks=count_open_tasks(connection),
    )


def due_visits(connection: Connection, today: date, limit: int) -> list[DueVisit]:
    """Visits due up to a week ahead: those due already by risk and lateness, then the coming ones by day."""
    day, week = today.isoformat(), (today + timedelta(days=WEEK_DAYS)).isoformat()
    rows = connection.execute(_DUE_ROWS, (week, day, limit, day))
    return [DueVisit(*row) for row in rows.fetchall()]


def last_logs(connection: Connection) -> dict[str, str]:
    """The instant of the latest log entry of each stay in the house that has one, by the stay's id."""
    rows = connection.execute(
        "SELECT l.placement, max(l.logged_at) FROM care_log_entry l JOIN placement p ON p.id=l.placement"  # noqa: S608
        f" WHERE p.status IN {ACTIVE} GROUP BY l.placement"
    )
    return dict(rows.fetchall())


def open_tasks(connection: Connection, limit: int) -> list[OpenTask]:
    """Tasks to be done, by day, those without a day last. A resident goes by the name of the house."""
    rows = connection.execute(
        "SELECT t.id, t.title, t.due_on, t.person, COALESCE((SELECT s.alias FROM placement s WHERE s.person=t.person"
        " ORDER BY s.admitted_at DESC LIMIT 1), p.full_name) FROM task t LEFT JOIN person p ON p.id=t.person"
        " WHERE t.status='open' ORDER BY t.due_on IS NULL, t.due_on, t.id LIMIT ?",
        (limit,),
    )
    return [OpenTask(*row) for row in rows.fetchall()]


def count_open_tasks(connection: Connection) -> int:
    """How many tasks are to be done."""
    return int(connection.execute("SELECT count(*) FROM task WHERE status='open'").fetchone()[0])


def _never_visited(connection: Connection) -> int:
    row = connection.execute(
        "SELECT count(*) FROM child_index WHERE status='active' AND shown=1 AND special + at_risk > 0"
        " AND last_visit_on IS NULL AND next_visit_on IS NULL"
    ).fetchone()
    return int(row[0])


def decisions(connection: Connection) -> list[Decision]:
    """The first fields that a person must decide, those that have waited longest."""
    rows = connection.execute(
        "SELECT kind, record, field FROM conflict WHERE state='open'"
        " GROUP BY kind, record, field ORDER BY min(opened_seq), min(id)"
    )
    known = ((kind, record, field) for kind, record, field in rows if is_known(kind, field))
    return [Decision(*one, _name(connection, *one[:2])) for one in islice(known, SHOWN_BESIDE)]


def _name(connection: Connection, kind: str, record: str) -> str:
    subject = subject_of(connection, kind, record)
    return subject.of_child or subject.name


def _notices(connection: Connection, today: date) -> list[NoticeEnd]:
    until = (today + timedelta(days=STAY_SOON_DAYS)).isoformat()
    rows = connection.execute(
        "SELECT id, case_code, last_day, is_isolation FROM ("
        "SELECT id, case_code, stay_until AS last_day, 0 AS is_isolation FROM placement_notice WHERE status<>'ended'"
        " UNION ALL SELECT id, case_code, isolation_until, 1 FROM placement_notice WHERE status<>'ended'"
        ") WHERE last_day<=? ORDER BY last_day, is_isolation, id",
        (until,),
    ).fetchall()
    return [NoticeEnd(notice, code or "", day, bool(isolation)) for notice, code, day, isolation in rows]


def _sixteen(connection: Connection, today: date) -> tuple[list[Sixteen], int, int]:
    """(the next who turn 16, how many do within the alert, how many surely are 16 and still in the register)."""
    cutoff = birthday(today + timedelta(days=ALERT_DAYS), -ADULT_AGE).isoformat()
    floor = birthday(today, -ADULT_AGE - _ADULT_WINDOW_YEARS).isoformat()
    rows = connection.execute(
        "SELECT i.person, i.name, p.birth_date FROM child_index i JOIN person p ON p.id=i.person"
        " WHERE i.birth_key>? AND i.birth_key<=? AND i.status='active' AND i.shown=1",
        (floor, cutoff),
    ).fetchall()
    older = connection.execute(
        "SELECT count(*) FROM child_index WHERE birth_key<>'' AND birth_key<=? AND status='active' AND shown=1",
        (floor,),
    ).fetchone()[0]
    births = [(person, name, text, PartialDate.stored(text)) for person, name, text in rows]
    coming = [
        Sixteen(person, name, text, turns)
        for person, name, text, birth in births
        if (turns := birthday_alert(birth, today)) is not None
    ]
    past = sum(is_child_on(birth, today) is False for *_, birth in births)
    coming.sort(key=lambda one: (max(one.turns_on, today), one.name, one.person))
    return coming[:SHOWN_BESIDE], len(coming), past + older
