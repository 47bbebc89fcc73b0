"""Whether the register holds what the province holds, record by record, and what became of the last comparison.

A record counts with the changes that wrote what stands in it and its open conflicts (`sync.checksums`). What the
province set aside counts as if it had never been written here: the sync page tells of it already.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import timedelta

import msgspec

from commune_desk.domain.model.batches import batched
from commune_desk.domain.model.record import Kind
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import from_iso
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.store.changes import writers
from commune_desk.store.changes.journal import OPEN, UNDER_WAY
from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.intake.standing import Step, fields_of
from commune_desk.store.writing.transaction import Tx
from sync.change import Change, FeedPosition
from sync.checksums import range_of, term
from sync.merge import stands

COMPARED = "compared"
ASKED = "compare_asked"
"""A person asked for a comparison, or a scope was begun anew."""
_EVERY = timedelta(days=1)


class Comparison(msgspec.Struct, frozen=True, kw_only=True):
    """What the last comparison found, in records. `at` is the province's time; empty before the first.

    `put_right` were restored to what the province holds; `only_here` stand here alone and stay; `unlike` still differ.
    """

    at: str = ""
    put_right: int = 0
    only_here: int = 0
    unlike: int = 0


def last(connection: Connection) -> Comparison:
    return settings.get(connection, COMPARED, Comparison, Comparison())


def is_due(connection: Connection, now: str) -> bool:
    """Whether to compare: asked for, or a day after the last time (instants of the province, ISO)."""
    at = last(connection).at
    asked = settings.get(connection, ASKED, bool, False)
    return asked or not at or abs(from_iso(now) - from_iso(at)) >= _EVERY


def ask(tx: Tx) -> None:
    """Let the next sync compare, however lately it was done."""
    settings.put(tx.connection, ASKED, True)


def keep(tx: Tx, found: Comparison, *, again: bool = False) -> None:
    """Write down what a comparison found; the audit log keeps what was put right. `again`: soon there is another."""
    before = last(tx.connection)
    settings.put(tx.connection, COMPARED, found)
    settings.put(tx.connection, ASKED, again)
    if found.put_right or (found.only_here, found.unlike) != (before.only_here, before.unlike):
        counts = {"records": found.put_right, "only_here": found.only_here, "unlike": found.unlike}
        tx.audit(AuditAction.REPAIR, detail=counts)
    tx.topic("sync")


def cursor_of(connection: Connection, scope: str) -> FeedPosition | None:
    """Where the register stands in the scope's feed."""
    row = connection.execute("SELECT seq, chain FROM cursor WHERE scope=?", (scope,)).fetchone()
    return None if row is None else FeedPosition(row[0], bytes(row[1]))


def position_of(connection: Connection, scope: str) -> FeedPosition | None:
    """The same; None while something waits or is leaving, for then the register is more than the feed up to there."""
    waits = connection.execute(f"SELECT 1 FROM change WHERE scope=? AND {UNDER_WAY} LIMIT 1", (scope,)).fetchone()  # noqa: S608
    leaves = connection.execute("SELECT 1 FROM departure WHERE is_gone=0 LIMIT 1").fetchone()
    return None if waits or leaves else cursor_of(connection, scope)


def terms(connection: Connection, scope: str, ranges: Collection[int] | None = None) -> dict[str, int]:
    """What each record of the scope adds to its sum, by id; of these ranges alone, or of all."""
    conflicts = _open_conflicts(connection)
    found: dict[str, int] = {}
    for kind in KINDS.values():
        rows = connection.execute(f"SELECT id, writers FROM {kind.name} WHERE scope=?", (scope,)).fetchall()  # noqa: S608
        here = {record: written for record, written in rows if ranges is None or range_of(record) in ranges}
        for record, wrote in _writers_of(connection, kind, here, is_whole=ranges is None):
            waiting = [one for name, one in conflicts.get(record, ()) if name in kind.fields]
            found[record] = term(record, wrote, waiting)
    return found


def unheard(connection: Connection, scope: str, ranges: Collection[int]) -> list[str]:
    """The changes that wrote what stands in records of these ranges, and that no feed told since it was begun anew.

    A province that was put back may have heard them in another order; which it has is asked with the lines.
    """
    wrote: set[str] = set()
    for kind in KINDS.values():
        if not kind.append_only:
            rows = connection.execute(f"SELECT id, writers FROM {kind.name} WHERE scope=?", (scope,))  # noqa: S608
            here = (written for record, written in rows.fetchall() if range_of(record) in ranges)
            wrote |= {change for written in here for change in writers.parse(written).values()}
    asked = "SELECT id FROM change WHERE id IN (SELECT value FROM json_each(?)) AND COALESCE(seq, 0)=0"
    return [row[0] for row in connection.execute(asked + " ORDER BY id", (json.dumps(sorted(wrote)),)).fetchall()]


def terms_of_lines(records: Iterable[Sequence[Step]]) -> dict[str, int]:
    """The same of records as their standing lines say."""
    found: dict[str, int] = {}
    for lines in map(fields_of, records):
        kind = KINDS.get(lines[0][1].change.kind) if lines else None
        if kind is None:
            continue
        wrote = _wrote(kind, lines)
        waiting = [one.id for event, _ in lines for one in event.opened if one.field in kind.fields]
        record = lines[0][1].change.record
        found[record] = term(record, wrote.values(), waiting)
    return found


def writers_of_lines(lines: Sequence[Step]) -> dict[str, str]:
    """{field: the change whose value stands in it} of a record as its standing lines say."""
    kind = KINDS.get(lines[0][1].change.kind)
    return _wrote(kind, fields_of(lines)) if kind is not None else {}


def under_way(connection: Connection, scope: str) -> set[str]:
    """Records of which a change of ours is still on its way: they are not as the province holds them."""
    rows = connection.execute(f"SELECT record FROM change WHERE scope=? AND {UNDER_WAY}", (scope,))  # noqa: S608
    return {record for (record,) in rows.fetchall()}


def _writers_of(
    connection: Connection, kind: Kind, rows: Mapping[str, str], *, is_whole: bool
) -> Iterator[tuple[str, set[str]]]:
    """Each record with the changes that wrote what stands in it; none that was wholly set aside, or that no change
    ever spoke of: of a guest in need nothing may be known yet, so that there is nothing to tell the province.

    `rows` are the writers columns by id, of all records of the kind or of a few.
    """
    aside = _set_aside(connection, kind.name)
    sent = _sent(connection, kind, None if is_whole else list(rows)) if kind.append_only else {}
    for record, written in rows.items():
        wrote = sent.get(record, set()) if kind.append_only else set(writers.parse(written).values())
        standing = wrote - aside.get(record, set())
        if standing or (record not in aside and _is_told(connection, record)):
            yield record, standing


def _is_told(connection: Connection, record: str) -> bool:
    """Whether any change speaks of the record."""
    return connection.execute("SELECT 1 FROM change WHERE record=? LIMIT 1", (record,)).fetchone() is not None


def _set_aside(connection: Connection, kind: str) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    asked = f"SELECT record, id FROM change WHERE {OPEN} AND state='quarantined' AND kind=?"  # noqa: S608
    for record, change in connection.execute(asked, (kind,)).fetchall():
        found.setdefault(record, set()).add(change)
    return found


def _sent(connection: Connection, kind: Kind, records: Sequence[str] | None) -> dict[str, set[str]]:
    """Of a kind that is written once, whose rows name no writers: the changes that wrote what stands, by record."""
    named: dict[str, list[tuple[str, str | None]]] = {}
    for record, change, outcomes in _changes_of(connection, kind, records):
        named.setdefault(record, []).append((change, outcomes))
    return {record: _standing(connection, kind, changes) for record, changes in named.items()}


def _changes_of(connection: Connection, kind: Kind, records: Sequence[str] | None) -> Iterator[tuple[str, str, str]]:
    """(record, change, outcomes) in the order of the feed, of all records of the kind or of these."""
    query = "SELECT record, id, outcomes FROM change WHERE kind=? AND state IN ('received', 'accepted')"
    order = " ORDER BY record, seq, id"
    if records is None:
        yield from connection.execute(query + order, (kind.name,)).fetchall()
        return
    for some in batched(records):
        marks = ",".join("?" * len(some))
        yield from connection.execute(f"{query} AND record IN ({marks}){order}", (kind.name, *some)).fetchall()


def _standing(connection: Connection, kind: Kind, changes: Sequence[tuple[str, str | None]]) -> set[str]:
    if len(changes) == 1 and not changes[0][1]:
        return {changes[0][0]}
    wrote: dict[str, str] = {}
    for change, outcomes in changes:
        raw = connection.execute("SELECT raw FROM change WHERE id=?", (change,)).fetchone()[0]
        if raw:
            wrote |= _written(kind, msgspec.json.decode(raw, type=Change), json.loads(outcomes) if outcomes else {})
    return set(wrote.values())


def _wrote(kind: Kind, lines: Sequence[Step]) -> dict[str, str]:
    """{field: the change whose value stands in it} of a record."""
    wrote: dict[str, str] = {}
    for event, line in lines:
        wrote |= _written(kind, line.change, event.outcomes)
    return wrote


def _written(kind: Kind, change: Change, outcomes: Mapping[str, str]) -> dict[str, str]:
    """The fields of the change that stand by what the province said of it."""
    names = [name for name in change.fields if name in kind.fields and stands(outcomes, name)]
    return dict.fromkeys(names, change.id)


def _open_conflicts(connection: Connection) -> dict[str, list[tuple[str, str]]]:
    found: dict[str, list[tuple[str, str]]] = {}
    for record, field, conflict in connection.execute(
        "SELECT record, field, id FROM conflict WHERE state<>'closed'"
    ).fetchall():
        found.setdefault(record, []).append((field, conflict))
    return found
