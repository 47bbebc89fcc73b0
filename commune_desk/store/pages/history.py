"""What was written, change by change, around a child or of one record: who, when, which desk, before and after."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator
from typing import Any

import msgspec

from commune_desk.domain.model.record import Value
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.store.changes.journal import UNSENT
from commune_desk.store.changes.sealing import opened
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.pages.sync_status import receipt_time
from sync.change import JOINED_TO, RELOCATING, Change, Verb, from_wire
from sync.merge import Outcome

SET_ASIDE = "quarantined"
_SENT = "accepted"
_LOST = (Outcome.CONFLICT.value, Outcome.OLDER.value)


class Edit(msgspec.Struct, frozen=True, kw_only=True):
    """One field of a change. For a list of codes `after` holds `+code` and `-code`, `before` nothing.

    `is_lost` when another desk's value stands instead and nobody decided for this one; the value is kept here.
    `is_sealed` when it is not shown.
    """

    field: str
    before: Value = None
    after: Value = None
    has_before: bool = False
    is_lost: bool = False
    is_sealed: bool = False


class Entry(msgspec.Struct, frozen=True, kw_only=True):
    """One change of one record. `at` is an instant (ISO) by the desk's clock; `is_first` when it made the record."""

    change: str
    kind: str
    record: str
    officer: str
    desk: str
    at: str
    is_first: bool
    is_decision: bool
    is_unsent: bool
    is_set_aside: bool
    receipt_at: str
    """The province's time on the receipt that names it; empty for what other desks wrote, and without one."""
    is_in_conflict: bool
    """Whether one of its values waits for a person, against another."""
    edits: tuple[Edit, ...]
    place_verb: str = ""
    """`move`, `share` or `unshare` where the change says where the record is held; it edits nothing."""
    moved_from: str = ""
    moved_to: str = ""
    """The scope in which such a change was written, and the one that it speaks of."""
    joined: str = ""
    """With whom the record was found to be one child; it edits nothing either."""


class DoneTask(msgspec.Struct, frozen=True):
    """A task that is done: by whom and when (an instant), both empty where the change that said so is not here."""

    record: str
    title: str
    at: str = ""
    officer: str = ""


_THE_RECORD = "SELECT :who"
_TASKS_OF = "SELECT id FROM task WHERE person=:who"
_DONE_OF_NOBODY = "SELECT {} FROM task WHERE status='done' AND person IS NULL"
_LATEST = _DONE_OF_NOBODY.format("id") + " ORDER BY id DESC LIMIT :who"
_LATEST_ROWS = _DONE_OF_NOBODY.format("id, title") + " ORDER BY id DESC LIMIT ?"
_AROUND_A_CHILD = (
    "SELECT id FROM child_file WHERE person=:who UNION ALL SELECT id FROM group_membership WHERE person=:who"
    " UNION ALL SELECT id FROM home_visit WHERE person=:who UNION ALL SELECT id FROM report WHERE person=:who"
    " UNION ALL SELECT id FROM relation WHERE person=:who UNION ALL SELECT relative FROM relation WHERE person=:who"
    " AND relative NOT IN (SELECT person FROM child_file WHERE person IS NOT NULL)"
    " UNION ALL SELECT household FROM child_file WHERE person=:who AND household IS NOT NULL"
    " UNION ALL SELECT n.id FROM placement_notice n JOIN child_file f ON f.case_number=n.case_code WHERE f.person=:who"
    " OR f.person IN (SELECT person FROM joined WHERE kept=:who)"
    " UNION ALL SELECT id FROM attachment WHERE person=:who UNION ALL SELECT id FROM task WHERE person=:who"
    " UNION ALL SELECT id FROM attachment_withdrawal WHERE person=:who UNION ALL SELECT :who"
    " UNION ALL SELECT person FROM joined WHERE kept=:who UNION ALL"
    " SELECT f.id FROM child_file f JOIN joined j ON j.person=f.person WHERE j.kept=:who"
)
_CHANGES = (
    "SELECT c.id, c.raw, c.state, c.outcomes, o.display_name, COALESCE(d.label, c.desk), c.desk, c.n, c.seq"
    " FROM change c"
    " LEFT JOIN officer o ON o.id=c.officer LEFT JOIN desk_cert d ON d.desk=c.desk"
    " WHERE c.record IN (SELECT DISTINCT * FROM ({records})) AND c.state<>'withdrawn' AND length(c.raw)>0"
    " ORDER BY c.stamp, c.id"
)
"""Without those whose words are gone: the child was away when a backup had them, or they named somebody erased."""
_CONFLICTS = "SELECT ours, theirs FROM conflict WHERE state='open' AND record IN (SELECT DISTINCT * FROM ({records}))"


class _Standing(msgspec.Struct, frozen=True):
    """How the changes around a child stand with the province: when each was signed for, and which wait for a person."""

    receipts: dict[str, str]
    in_conflict: set[str]


def child_history(connection: Connection, person: str) -> list[Entry]:
    """Every change of the records around a child whose words are kept, oldest first; of two that are one, of both."""
    return _entries(connection, _AROUND_A_CHILD, person)


def record_history(connection: Connection, record: str, *, opens: bool = False) -> list[Entry]:
    """Every change of one record whose words are kept, oldest first; with what is sealed where it `opens` here."""
    entries = _entries(connection, _THE_RECORD, record)
    return [_opened(connection, entry) for entry in entries] if opens else entries


def tasks_done(history: Iterable[Entry]) -> list[tuple[str, Entry]]:
    """The titles of the tasks that are done, each with the change that said so, in the order of these changes."""
    titles: dict[str, str] = {}
    done: dict[str, Entry] = {}
    for entry in history:
        said = {edit.field: edit.after for edit in entry.edits if not edit.is_lost} if entry.kind == "task" else {}
        if "title" in said:
            titles[entry.record] = str(said["title"])
        if "status" in said and not entry.is_set_aside:
            done.pop(entry.record, None)
            if said["status"] == "done":
                done[entry.record] = entry
    return [(titles.get(record, ""), entry) for record, entry in done.items()]


def tasks_done_of(connection: Connection, person: str) -> list[tuple[str, Entry]]:
    """What was to be done for a person and is done, the earliest first."""
    return tasks_done(_entries(connection, _TASKS_OF, person))


def tasks_done_of_nobody(connection: Connection, most: int) -> list[DoneTask]:
    """Of the tasks written down last that are about nobody those that are done, the latest first."""
    told = {entry.record: entry for _title, entry in tasks_done(_entries(connection, _LATEST, most))}
    found = []
    for record, title in connection.execute(_LATEST_ROWS, (most,)).fetchall():
        entry = told.get(record)
        found.append(DoneTask(record, title or "", *((entry.at, entry.officer) if entry else ())))
    return sorted(found, key=lambda one: one.at, reverse=True)


def count_done_of_nobody(connection: Connection) -> int:
    return int(connection.execute(_DONE_OF_NOBODY.format("count(*)")).fetchone()[0])


def _opened(connection: Connection, entry: Entry) -> Entry:
    if not any(edit.is_sealed for edit in entry.edits):
        return entry
    (raw,) = connection.execute("SELECT raw FROM change WHERE id=?", (entry.change,)).fetchone()
    change = msgspec.json.decode(raw, type=Change)
    return msgspec.structs.replace(entry, edits=tuple(_open(connection, change, edit) for edit in entry.edits))


def _open(connection: Connection, change: Change, edit: Edit) -> Edit:
    value, is_readable = opened(connection, change, edit.field) if edit.is_sealed else (None, False)
    return msgspec.structs.replace(edit, after=value, is_sealed=False) if is_readable else edit


def _entries(connection: Connection, records: str, who: str | int) -> list[Entry]:
    rows = connection.execute(_CHANGES.format(records=records), {"who": who}).fetchall()
    changes = {row[0]: msgspec.json.decode(row[1], type=Change) for row in rows}
    in_order = sorted(rows, key=_place)
    decided = {(one.record, field): one for row in in_order for one, field in _decisions(row, changes[row[0]])}
    first = _first_of_each([changes[row[0]] for row in in_order])
    open_sides = connection.execute(_CONFLICTS.format(records=records), {"who": who}).fetchall()
    standing = _standing(connection, open_sides, rows)
    entries = []
    for row in rows:
        change = changes[row[0]]
        lost = {field for field in _lost(row) if not _won_later(change, field, decided)}
        entry = _entry(row, change, changes, lost, is_first=change.id in first)
        entries.append(
            msgspec.structs.replace(
                entry,
                receipt_at=standing.receipts.get(change.id, ""),
                is_in_conflict=change.id in standing.in_conflict,
            )
        )
    return entries


def _place(row: Any) -> tuple[bool, int]:
    """Where a change stands in the feed, what is not there yet behind: hours are those of each PC's own clock."""
    return row[-1] is None, row[-1] or 0


def _first_of_each(in_order: list[Change]) -> set[str]:
    """The change that made each record; where a record is held says nothing of it."""
    first: dict[str, str] = {}
    for change in in_order:
        if change.verb not in RELOCATING:
            first.setdefault(change.record, change.id)
    return set(first.values())


def _standing(connection: Connection, open_sides: list[Any], rows: list[Any]) -> _Standing:
    own = settings.identity(connection).desk
    numbers = sorted(
        (n, change) for change, _raw, state, _o, _u, _l, desk, n, _q in rows if (state, desk) == (_SENT, own)
    )
    return _Standing(dict(_receipts(connection, numbers)), {one for sides in open_sides for one in sides if one})


def _receipts(connection: Connection, numbers: list[tuple[int, str]]) -> Iterator[tuple[str, str]]:
    """Each change with the time of the first receipt that names its number; each receipt is read once."""
    up_to, at = 0, ""
    for n, change in numbers:
        if n > up_to:
            row = connection.execute(
                "SELECT accepted_n, body FROM receipt WHERE accepted_n>=? ORDER BY accepted_n LIMIT 1", (n,)
            ).fetchone()
            if row is None:
                return
            up_to, at = row[0], receipt_time(bytes(row[1]))
        yield change, at


def _lost(row: Any) -> set[str]:
    return {field for field, outcome in json.loads(row[3] or "{}").items() if outcome in _LOST}


def _decisions(row: Any, change: Change) -> list[tuple[Change, str]]:
    """The fields that a change decided, unless another decision stands or the province set this one aside."""
    return [(change, field) for field in set(change.resolves) - _lost(row)] if row[2] != SET_ASIDE else []


def _won_later(change: Change, field: str, decided: dict[tuple[str, str], Change]) -> bool:
    """Whether somebody decided for the value of a field that had lost. What a sealed value says is not compared."""
    decision = decided.get((change.record, field))
    return decision is not None and field in change.set and decision.set.get(field) == change.set[field]


def _entry(row: Any, change: Change, changes: dict[str, Change], lost: set[str], *, is_first: bool) -> Entry:
    _, _, state, _, officer, desk, *_number = row
    return Entry(
        change=change.id,
        kind=change.kind,
        record=change.record,
        officer=officer or "",
        desk=desk or "",
        at=to_iso(stamp_instant(change.stamp)),
        is_first=is_first,
        is_decision=change.verb == Verb.RESOLVE,
        is_unsent=state in UNSENT,
        is_set_aside=state == SET_ASIDE and change.verb != Verb.RESEAL,
        receipt_at="",
        is_in_conflict=False,
        edits=tuple(_edit(change, field, changes, lost) for field in change.fields if _is_edited(change, field)),
        place_verb=change.verb if change.verb in RELOCATING else "",
        moved_from=change.scope if change.verb in RELOCATING else "",
        moved_to=change.to if change.verb in RELOCATING else "",
        joined=str(change.set.get(JOINED_TO, "")) if change.verb == Verb.ALIAS else "",
    )


def _is_edited(change: Change, field: str) -> bool:
    return change.verb != Verb.ALIAS and _is_known(change, field)


def _is_known(change: Change, field: str) -> bool:
    return change.kind in KINDS and field in KINDS[change.kind].fields


def _edit(change: Change, field: str, changes: dict[str, Change], lost: set[str]) -> Edit:
    base = changes.get(change.base.get(field) or "")
    is_sealed = field in change.seal
    return Edit(
        field=field,
        before=from_wire(base.set.get(field)) if base is not None else None,
        after=from_wire(change.set.get(field)),
        has_before=base is not None and not is_sealed,
        is_lost=field in lost,
        is_sealed=is_sealed,
    )
