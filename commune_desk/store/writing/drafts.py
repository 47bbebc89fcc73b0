"""What was typed and not saved yet: one draft for each form, officer and record."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.erased import is_erased

Payload = Mapping[str, Any]
"""Field names and what stands in them, as JSON can hold it."""

DECISION = "decision"
"""The value that is being written in place of those to decide between; its record is the conflict."""
TASK = "task"
"""A line on Today."""
VISIT, CORRECTION, REPORT, MEASURES = "visit", "visit_correction", "report", "measures"
"""Forms whose entry is written down though the child is on the way: saved of one that has left, it follows."""
FOLLOWS = f"form IN ('{VISIT}', '{CORRECTION}', '{REPORT}', '{MEASURES}')"
PERSON_OF = "json_extract(payload, '$.person')"
"""Whom such a draft is about; its record is a child, a visit that is corrected, a report that names whom it is about
itself, or none yet."""
_COLUMNS = "form, record, saved_at, focus, payload"


class LeftDraft(msgspec.Struct, frozen=True):
    """A draft of an officer who was removed: `about` names a record or is empty, `saved_at` as in a draft."""

    officer: str
    form: str
    record: str
    saved_at: str
    about: str


class Draft(msgspec.Struct, frozen=True):
    """An unsaved form: `focus` names the field the cursor was in.

    `saved_at` is an ISO instant; a number follows it where the clock stood still or was set back, so that it orders.
    """

    form: str
    record: str
    saved_at: str
    focus: str
    payload: dict[str, Any]


def put_draft(connection: Connection, officer: str, draft: Draft) -> bool:
    """Keep a draft in place of the former one, as the one typed last; the caller holds the write transaction.

    Nothing is kept of a form that stood open while its record was erased by law: False.
    """
    if is_erased(connection, draft.record):
        return False
    text = json.dumps(draft.payload, ensure_ascii=False)
    saved_at = _after_all(connection, officer, draft.saved_at)
    connection.execute(
        "INSERT INTO draft (form, officer, record, saved_at, focus, payload) VALUES (?,?,?,?,?,?)"
        " ON CONFLICT(form, officer, record)"
        " DO UPDATE SET saved_at=excluded.saved_at, focus=excluded.focus, payload=excluded.payload",
        (draft.form, officer, draft.record, saved_at, draft.focus, text),
    )
    return True


def _after_all(connection: Connection, officer: str, instant: str) -> str:
    """An hour that comes after those of all drafts of the officer, whatever the clock says."""
    (newest,) = connection.execute("SELECT max(saved_at) FROM draft WHERE officer=?", (officer,)).fetchone()
    if newest is None or newest < instant:
        return instant
    width = len(instant)
    return f"{newest[:width]}{int(newest[width:] or 0) + 1:06}"


def load_draft(connection: Connection, form: str, officer: str, record: str) -> Draft | None:
    """The officer's draft of this form for this record, or None."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM draft WHERE form=? AND officer=? AND record=?",  # noqa: S608 - our own names
        (form, officer, record),
    ).fetchone()
    return _draft(row) if row else None


def open_drafts(connection: Connection, officer: str) -> list[Draft]:
    """All drafts of an officer, the one typed last first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM draft WHERE officer=? ORDER BY saved_at DESC, form, record",  # noqa: S608
        (officer,),
    ).fetchall()
    return [_draft(row) for row in rows]


def left_drafts(connection: Connection) -> list[LeftDraft]:
    """What officers who were removed from this PC typed into forms and did not save, the earliest first."""
    removed = settings.get(connection, settings.REMOVED_OFFICERS, list[str], [])
    rows = connection.execute(
        f"SELECT officer, form, record, saved_at, COALESCE(NULLIF(record, ''), {PERSON_OF}, '') FROM draft"  # noqa: S608
        f" WHERE form NOT IN ('{DECISION}', '{TASK}') AND officer IN (SELECT value FROM json_each(?))"
        " ORDER BY saved_at",
        (json.dumps(removed),),
    )
    return [LeftDraft(*row) for row in rows.fetchall()]


def hand_over(connection: Connection, left: tuple[str, str, str], officer: str) -> bool:
    """Make a draft, by its officer, form and record, that of another officer; False where there is none. The caller
    holds the write transaction, and knows that `officer` has none of this form and record."""
    own = "UPDATE draft SET officer=? WHERE officer=? AND form=? AND record=?"
    return connection.execute(own, (officer, *left)).rowcount > 0


def is_any_of(connection: Connection, records: Iterable[str]) -> bool:
    """Whether anybody has a draft about one of the records that would follow it if it was saved."""
    named = json.dumps(list(records))
    row = connection.execute(
        "WITH named AS (SELECT value FROM json_each(?))"  # noqa: S608 - our own names
        f" SELECT 1 FROM draft WHERE {FOLLOWS} AND (record IN named OR {PERSON_OF} IN named) LIMIT 1",
        (named,),
    ).fetchone()
    return row is not None


def remove_draft(connection: Connection, form: str, officer: str, record: str) -> bool:
    """Take a draft away; False when there was none. The caller holds the write transaction."""
    cursor = connection.execute("DELETE FROM draft WHERE form=? AND officer=? AND record=?", (form, officer, record))
    return cursor.rowcount > 0


def drop_naming(connection: Connection, record: str) -> None:
    """Take away every officer's drafts of a record, and those that name it."""
    connection.execute("DELETE FROM draft WHERE record=?1 OR instr(payload, ?1)>0", (record,))


def drop_decided(connection: Connection) -> None:
    """Take away what was being written to decide what nobody is asked any more: it was decided, or its record left."""
    asked = "SELECT 1 FROM conflict WHERE conflict.id=draft.record AND state<>'closed'"
    connection.execute(f"DELETE FROM draft WHERE form='{DECISION}' AND NOT EXISTS ({asked})")  # noqa: S608 - our own words


def _draft(row: Any) -> Draft:
    form, record, saved_at, focus, payload = row
    return Draft(form, record, saved_at, focus, json.loads(payload))
