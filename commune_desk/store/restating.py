"""Bringing records to what the province's standing lines say: a desk that begins, or whose feed was written anew.

What the register holds and the lines lack stays: absence removes nothing. A field that a waiting change of ours speaks
of keeps showing our value; the province's goes to the shadow, as with any page.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from commune_desk.domain.clock import stamp_instant, to_iso
from commune_desk.domain.kinds import KINDS
from commune_desk.domain.record import Kind
from commune_desk.store import departures, erasing, journal, writers
from commune_desk.store.database import Connection
from commune_desk.store.incoming import Incoming
from commune_desk.store.schema import UPSERT, to_column
from commune_desk.store.transaction import Tx
from sync import protocol, seal
from sync.change import WITHOUT_FIELDS, Line, Verb
from sync.merge import Outcome

Step = tuple[protocol.Event, Line]
"""A standing line and what is said of it."""


def portions(events: Sequence[Step], at_once: int) -> Iterator[list[list[Step]]]:
    """The lines record by record, at most about `at_once` of them in a portion."""
    records: dict[tuple[str, str], list[Step]] = {}
    for step in events:
        records.setdefault((step[1].change.kind, step[1].change.record), []).append(step)
    portion: list[list[Step]] = []
    size = 0
    for lines in records.values():
        if portion and size + len(lines) > at_once:
            yield portion
            portion, size = [], 0
        portion.append(lines)
        size += len(lines)
    if portion:
        yield portion


def fields_of(lines: Sequence[Step]) -> list[Step]:
    """The lines that say what stands in the record; the others say where it is held."""
    return [(event, line) for event, line in lines if line.change.verb not in WITHOUT_FIELDS]


def unplace(connection: Connection, scope: str) -> None:
    """The feed of the scope is another one: where its changes stood in it says nothing any more."""
    # What a receipt names is in every feed that comes now: it does not wait to come back by itself any more.
    connection.execute("UPDATE change SET seq=0 WHERE seq IS NULL AND state='accepted'")
    connection.execute(
        "UPDATE change SET seq=0 WHERE seq>0 AND (scope=? OR scope NOT IN (SELECT scope FROM cursor))", (scope,)
    )


class Restating:
    """One portion of standing lines, inside the writer's transaction `tx`."""

    def __init__(self, tx: Tx, boxes: Mapping[str, seal.BoxKey]) -> None:
        self._tx = tx
        self._db = tx.connection
        self._incoming = Incoming(tx, boxes)
        self._changes: list[tuple[Any, ...]] = []
        self._rows: dict[str, list[tuple[Any, ...]]] = {}

    def restate(self, records: Iterable[list[Step]]) -> None:
        """Bring each of the records, given by all of its lines, to what they say."""
        given = list(records)
        known = self._known(given)
        for every in given:
            change = every[0][1].change
            kind = KINDS.get(change.kind)
            lines = fields_of(every)
            self._keep_aside([step for step in every if kind is None or step[1].change.verb in WITHOUT_FIELDS])
            if kind is None or not lines:
                continue
            if known.isdisjoint({change.record, *(line.change.id for _, line in lines)}):
                self._insert(kind, lines)
            else:
                self._incoming.restate(kind, lines)
        self._write()
        self._incoming.finish()

    def _known(self, given: list[list[Step]]) -> set[str]:
        """Ids of the records and changes that are here already, in whatever state."""
        ids = [line.change.id for lines in given for _, line in lines]
        records = [(lines[0][1].change.kind, lines[0][1].change.record) for lines in given]
        found = _present(self._db, "change", "id", ids)
        found |= _present(self._db, "change", "record", [record for _, record in records])
        for kind in {name for name, _ in records if name in KINDS}:
            found |= _present(self._db, kind, "id", [record for name, record in records if name == kind])
        return found

    def _keep_aside(self, lines: list[Step]) -> None:
        """Moves and shares of long ago, and what a newer program writes: kept for the lines that name them."""
        for event, line in lines:
            if self._db.execute("SELECT 1 FROM change WHERE id=?", (line.change.id,)).fetchone() is None:
                journal.keep(self._db, line, state="received", place=(event.seq, None))
            elif line.change.kind in KINDS:
                self._db.execute("UPDATE change SET seq=? WHERE id=?", (event.seq, line.change.id))
            if line.change.verb == Verb.ERASE.value:
                erasing.carry_out(self._tx, line.change, event.left)
            elif event.left:
                instant = to_iso(stamp_instant(line.change.stamp))
                departures.note(self._tx, line.change, self._held(event.left), instant=instant)

    def _held(self, named: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
        """Of these (kind, id) the records that this register has."""
        return [(kind, record) for kind, record in named if kind in KINDS and _present(self._db, kind, "id", [record])]

    def _insert(self, kind: Kind, lines: list[Step]) -> None:
        """A record that this register never heard of: its row and its changes as they are."""
        first = lines[0]
        values: dict[str, Any] = {}
        seen: dict[str, str] = {}
        for event, line in lines:
            self._incoming.check_place(event, line.change)
            for name in line.change.fields:
                if name in kind.fields and event.outcomes.get(name) in (None, Outcome.APPLIED_CONFLICT.value):
                    values[name] = self._incoming.value_of(kind, event, line.change, name)
                    seen[name] = line.change.id
            self._changes.append(journal.row(line, state="received", place=(event.seq or 0, _outcomes(event))))
            self._incoming.open_conflicts(event, line.change)
        self._tx.ledger.saw(max(line.change.stamp for _, line in lines))
        values = {name: value for name, value in values.items() if value is not None}
        record = first[1].change.record
        values |= self._incoming.times(record, kind, values)
        written = "" if kind.append_only else writers.write(seen)
        columns = [to_column(values.get(name, field.default)) for name, field in kind.fields.items()]
        self._rows.setdefault(kind.name, []).append((record, first[0].scope, written, *columns))
        owner = values.get(kind.belongs_to, record if kind.name == "person" else None)
        self._tx.inserted(kind.name, record, str(owner) if owner else "")
        if any(event.entered for event, _ in lines):
            departures.come_back(self._db, kind.name, record)

    def _write(self) -> None:
        self._db.executemany(journal.INSERT, self._changes)
        for kind, rows in self._rows.items():
            self._db.executemany(UPSERT[kind], rows)


def _outcomes(event: protocol.Event) -> str | None:
    return json.dumps(event.outcomes) if event.outcomes else None


def _present(connection: Connection, table: str, column: str, values: Sequence[str]) -> set[str]:
    found: set[str] = set()
    for start in range(0, len(values), 500):
        part = values[start : start + 500]
        marks = ",".join("?" * len(part))
        rows = connection.execute(f"SELECT {column} FROM {table} WHERE {column} IN ({marks})", part)  # noqa: S608
        found |= {row[0] for row in rows.fetchall()}
    return found
