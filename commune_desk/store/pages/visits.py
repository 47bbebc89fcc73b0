"""Home visits as the form reads them: the child, the visits that stand, and which one corrects which."""

from __future__ import annotations

import json
from typing import Any

import msgspec

from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.joined import kept_of


class ChildBrief(msgspec.Struct, frozen=True, kw_only=True):
    """A child as a form shows whom it is about."""

    person: str
    file: str
    name: str
    birth_date: str | None
    sex: str | None
    village: str | None
    status: str
    risk_level: str | None
    last_visit_on: str | None
    next_visit_on: str | None


class PastVisit(msgspec.Struct, frozen=True, kw_only=True):
    """A visit that was recorded; `officer` is the name, empty when it is not known here."""

    id: str
    person: str
    visited_on: str
    visited_at: str | None
    officer: str
    present: tuple[str, ...]
    risk_level: str | None
    observations: str
    needs: tuple[str, ...]
    next_step: str | None
    next_visit_on: str | None
    amends: str | None


_BRIEF = (
    "SELECT i.person, i.file, i.name, p.birth_date, p.sex, p.village, i.status, f.risk_level, i.last_visit_on,"
    " i.next_visit_on FROM child_index i JOIN person p ON p.id=i.person JOIN child_file f ON f.id=i.file"
)
_BRIEF_FIELDS = ChildBrief.__struct_fields__
_VISIT = (
    "SELECT v.id, v.person, v.visited_on, v.visited_at, COALESCE(o.display_name, ''), v.present, v.risk_level,"
    " COALESCE(v.observations, ''), v.needs, v.next_step, v.next_visit_on, v.amends"
    " FROM home_visit v LEFT JOIN officer o ON o.id=v.officer"
)
_STANDING = (
    " WHERE v.person=? AND NOT EXISTS (SELECT 1 FROM home_visit w WHERE w.person=v.person AND w.amends=v.id)"
    " ORDER BY v.visited_on DESC, v.id DESC LIMIT ?"
)


def child_brief(connection: Connection, person: str) -> ChildBrief | None:
    """The child with this person id, or None when there is no child file for it here."""
    row = connection.execute(f"{_BRIEF} WHERE i.person=?", (kept_of(connection, person),)).fetchone()
    return _brief(row) if row else None


def standing_visits(connection: Connection, person: str, limit: int = 1) -> list[PastVisit]:
    """A child's last visits, newest first, without those that a later entry corrects."""
    asked = kept_of(connection, person), limit
    return [_visit(row) for row in connection.execute(_VISIT + _STANDING, asked).fetchall()]


def past_visit(connection: Connection, visit: str) -> PastVisit | None:
    """One visit, or None."""
    row = connection.execute(f"{_VISIT} WHERE v.id=?", (visit,)).fetchone()
    return _visit(row) if row else None


def correction_of(connection: Connection, person: str, visit: str) -> str | None:
    """The visit that corrects `visit`, or None while it stands."""
    row = connection.execute("SELECT id FROM home_visit WHERE person=? AND amends=?", (person, visit)).fetchone()
    return row[0] if row else None


def _brief(row: Any) -> ChildBrief:
    return ChildBrief(**dict(zip(_BRIEF_FIELDS, row, strict=True)))


def _visit(row: Any) -> PastVisit:
    values = dict(zip(PastVisit.__struct_fields__, row, strict=True))
    for name in ("present", "needs"):
        values[name] = tuple(json.loads(values[name])) if values[name] else ()
    return PastVisit(**values)
