"""Open conflicts as a person decides them: the value before, each value since, who wrote it and when."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import islice

import msgspec

from commune_desk.domain.model.record import Merge, Value
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import stamp_instant, to_iso
from commune_desk.store.changes import shadow, writers
from commune_desk.store.changes.sealing import opened
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.joined import shown_instead
from commune_desk.store.writing.transaction import Tx, load
from sync.change import Change, Verb
from sync.merge import apply_delta

UNWRITTEN = "unwritten"
"""Stands for the change that wrote what stands, where nobody has written the field yet."""


class Side(msgspec.Struct, frozen=True, kw_only=True):
    """One value of the field: what it is, who wrote it, when (ISO instant), on which desk and for which place.

    Of a list of codes `value` is the list that the change would let stand.
    """

    change: str
    value: Value
    is_readable: bool = True
    officer: str = ""
    officer_id: str = ""
    desk: str = ""
    desk_label: str = ""
    scope: str = ""
    at: str = ""
    decides: bool = False
    """Whether it is what somebody decided about the field, and not an edit."""


class OpenConflict(msgspec.Struct, frozen=True, kw_only=True):
    """The open conflicts on one field of one record, of very many the first. `sides[0]` stands now; the others lost or
    wait to be judged.

    Where the graver value was applied, what it overruled is among them.
    """

    kind: str
    record: str
    field: str
    scope: str
    ids: tuple[str, ...]
    base: Side | None
    sides: tuple[Side, ...]
    kept: str = ""
    """Where the record was joined to another: the record that stands for it, whose value is `sides[0]`."""


MOST_AT_ONCE = 100
"""Conflicts on one field that are shown and decided in one go; others come after them. A colleague's desk may
open any number, and a decision names them all in one change."""
LATE = "late_conflicts"
"""The setting that holds the conflicts of which the province has been told: since when each is open, by id."""
_WAITED = "conflicts_waited"
"""The same of these and of those that were in the province's queue once and still wait: a province that was put back
opens them anew and counts from then."""


class Wait(msgspec.Struct, frozen=True):
    """Since when (ISO instant) a field is to be decided, and whether the province has it in its queue now."""

    since: str
    is_told: bool = True


def note_late(tx: Tx, late: Mapping[str, str]) -> None:
    """Keep what the province says of the conflicts that wait too long, and since when they have."""
    before = settings.get(tx.connection, LATE, dict[str, str], {})
    if before == late:
        return
    known = [settings.get(tx.connection, _WAITED, dict[str, str], {}), before, late]
    waits = {one for (one,) in tx.connection.execute("SELECT id FROM conflict WHERE closed_by IS NULL")}
    waited = {
        one: min(said[one] for said in known if one in said)
        for one in sorted(set().union(*known))
        if one in late or one in waits
    }
    settings.put(tx.connection, _WAITED, waited)
    settings.put(tx.connection, LATE, late)
    tx.topic("conflicts")


def late_since(connection: Connection) -> dict[tuple[str, str], Wait]:
    """Fields (record, name) in open conflict that were in the province's queue, each with how long it has waited."""
    late = settings.get(connection, LATE, dict[str, str], {})
    waited = settings.get(connection, _WAITED, dict[str, str], {}) or late
    rows = connection.execute("SELECT id, record, field FROM conflict WHERE state='open'").fetchall() if waited else []
    found: dict[tuple[str, str], Wait] = {}
    for conflict, record, field in rows:
        if conflict in waited:
            known = found.get((record, field), Wait(waited[conflict], is_told=False))
            is_told = known.is_told or conflict in late
            found[record, field] = Wait(min(known.since, waited[conflict]), is_told)
    return found


def count_open(connection: Connection) -> int:
    """How many fields wait for a decision."""
    rows = connection.execute("SELECT DISTINCT kind, field, record FROM conflict WHERE state='open'").fetchall()
    return sum(is_known(kind, field) for kind, field, _ in rows)


def count_open_of(connection: Connection, records: Collection[str]) -> int:
    """How many fields of these records wait for a decision."""
    marks = ",".join("?" * len(records))
    sql = f"SELECT DISTINCT kind, field, record FROM conflict WHERE state='open' AND record IN ({marks})"  # noqa: S608
    return sum(is_known(kind, field) for kind, field, _ in connection.execute(sql, tuple(records)).fetchall())


def is_known(kind: str, field: str) -> bool:
    """Whether this version can show the field: what a newer one has, its own officers decide."""
    return kind in KINDS and field in KINDS[kind].fields


def open_conflicts(connection: Connection, record: str = "", *, most: int | None = None) -> list[OpenConflict]:
    """The conflicts to decide, oldest first: all of them, the `most` oldest, or with `record` only that record's."""
    of_record, values = ("AND record=?", (record,)) if record else ("", ())
    rows = connection.execute(
        f"SELECT kind, record, field FROM conflict WHERE state='open' {of_record}"  # noqa: S608 - constants only
        " GROUP BY kind, record, field ORDER BY min(opened_seq), min(id)",
        values,
    ).fetchall()
    shown = (row for row in rows if is_known(row[0], row[2]))
    return [_gather(connection, *row) for row in islice(shown, most)]


def _gather(connection: Connection, kind: str, record: str, field: str) -> OpenConflict:
    rows = connection.execute(
        "SELECT scope, id, base, theirs, ours FROM conflict WHERE state='open' AND kind=? AND record=? AND field=?"
        " ORDER BY opened_seq, id LIMIT ?",
        (kind, record, field, MOST_AT_ONCE),
    ).fetchall()
    origin = next((row[2] for row in rows if row[2] and not _is_of_another(connection, row[2], record)), None)
    own = _standing_writer(connection, kind, record, field)
    overruled = [row[4] for row in rows if row[4] and row[3] == own]
    kept = shown_instead(connection, kind, record)
    standing = own if kept == record else _standing_writer(connection, kind, kept, field)
    others = [one for one in dict.fromkeys([*overruled, *(row[3] for row in rows)]) if one != standing]
    unwritten = Side(change=UNWRITTEN, value=KINDS[kind].fields[field].default)
    sides = [_side(connection, standing, field) if standing else unwritten]
    sides += [_side(connection, change, field) for change in others]
    base = _side(connection, origin, field) if origin else None
    if KINDS[kind].fields[field].merge is Merge.SET:
        members = _standing_members(connection, kind, kept, field)
        sides = list(_as_lists(members, sides))
        base = msgspec.structs.replace(base, value=members, is_readable=origin == standing) if base else None
    return OpenConflict(
        kind=kind,
        record=record,
        field=field,
        scope=rows[0][0],
        ids=tuple(row[1] for row in rows),
        base=base,
        sides=tuple(sides),
        kept="" if kept == record else kept,
    )


def _is_of_another(connection: Connection, change: str, record: str) -> bool:
    """Whether what an edit names as seen was written of another record: of that nothing is shown here."""
    row = connection.execute("SELECT record FROM change WHERE id=?", (change,)).fetchone()
    return row is not None and row[0] != record


def is_behind_ours(connection: Connection, conflict: OpenConflict) -> bool:
    """Whether a value that was written here and is not sent yet stands before the one that the province holds; what was
    decided here is none: it was chosen on a card."""
    record = conflict.kept or conflict.record
    if conflict.field not in shadow.standing_writers(connection, record):
        return False
    row = connection.execute(f"SELECT writers FROM {KINDS[conflict.kind].name} WHERE id=?", (record,)).fetchone()  # noqa: S608
    shown = writers.parse(row[0]).get(conflict.field) if row else None
    asked = "SELECT json_extract(NULLIF(CAST(raw AS TEXT), ''), '$.k') FROM change WHERE id=?"
    wrote = connection.execute(asked, (shown,)).fetchone()
    return wrote is None or wrote[0] != Verb.RESOLVE


def _standing_members(connection: Connection, kind: str, record: str, field: str) -> tuple[str, ...]:
    """The list that the province holds."""
    behind = shadow.of_record(connection, record)
    if field in behind:
        value = behind[field][0]
    else:
        stored = load(connection, kind, record)
        value = getattr(stored, field) if stored is not None else ()
    return value if isinstance(value, tuple) else ()


def _as_lists(members: tuple[str, ...], sides: Sequence[Side]) -> Iterator[Side]:
    """A change of a list says what came and what went: what stands would become that, one desk's steps together."""
    yield msgspec.structs.replace(sides[0], value=members, is_readable=True)
    made: dict[str, tuple[str, ...]] = {}
    for side in sides[1:]:
        steps = side.value if isinstance(side.value, tuple) else ()
        made[side.desk] = tuple(apply_delta(made.get(side.desk, members), steps))
        yield msgspec.structs.replace(side, value=made[side.desk])


def _standing_writer(connection: Connection, kind: str, record: str, field: str) -> str | None:
    """The change whose value the province holds: behind a waiting change of ours it is in the shadow."""
    behind = shadow.standing_writers(connection, record)
    if field in behind:
        return behind[field]
    row = connection.execute(f"SELECT writers FROM {KINDS[kind].name} WHERE id=?", (record,)).fetchone()  # noqa: S608
    return writers.parse(row[0]).get(field) if row else None


def _side(connection: Connection, change_id: str, field: str) -> Side:
    row = connection.execute(
        "SELECT c.raw, o.display_name, d.label FROM change c LEFT JOIN officer o ON o.id=c.officer"
        " LEFT JOIN desk_cert d ON d.desk=c.desk WHERE c.id=?",
        (change_id,),
    ).fetchone()
    if row is None or not row[0]:  # a word of ours whose child had left, let go once a backup had it, or none of ours
        return Side(change=change_id, value=None, is_readable=False)
    change = msgspec.json.decode(row[0], type=Change)
    value, is_readable = opened(connection, change, field)
    return Side(
        change=change_id,
        value=value,
        is_readable=is_readable,
        officer=row[1] or "",
        officer_id=change.officer,
        desk=change.desk,
        desk_label=row[2] or "",
        scope=change.scope,
        at=to_iso(stamp_instant(change.stamp)),
        decides=field in change.resolves,
    )
