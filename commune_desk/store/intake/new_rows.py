"""Records that this register never heard of: rows and changes, made of standing lines and put in at once."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple

from commune_desk.domain.model.checks import Check
from commune_desk.domain.model.record import Field, Kind
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.changes import journal, writers
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import UPSERT, to_column
from commune_desk.store.intake import asked, departures
from commune_desk.store.intake.incoming import REQUIRED_TIMES, Incoming
from commune_desk.store.writing.transaction import Tx
from sync import protocol
from sync.change import Change, Line, Wire, from_wire
from sync.merge import stands

_HEAD = ("id", "scope", "writers")
_EMPTY: Mapping[str, tuple[Any, ...]] = {
    name: (*_HEAD, *(to_column(rule.default) for rule in kind.fields.values())) for name, kind in KINDS.items()
}
"""A row of which nothing is known yet."""


class _Column(NamedTuple):
    """Where a field lies in a row of its kind, and how a value that came becomes what lies there."""

    place: int
    read: Callable[[Wire], Any]


def _reader(rule: Field, check: Check) -> Callable[[Wire], Any]:
    """What the column holds of a value in the open: the field's default for one that does not hold."""
    default = to_column(rule.default)

    def read(wire: Wire) -> Any:
        value = from_wire(wire)
        return to_column(value) if value is not None and check(value) is None else default

    return read


_COLUMNS: Mapping[str, Mapping[str, _Column]] = {
    name: {
        field: _Column(place, _reader(rule, kind.checks[field]))
        for place, (field, rule) in enumerate(kind.fields.items(), len(_HEAD))
    }
    for name, kind in KINDS.items()
}


class NewRows:
    """Gathers whole records of one portion; `write` puts them into the register in one statement for each table."""

    def __init__(self, tx: Tx, incoming: Incoming) -> None:
        self._tx = tx
        self._incoming = incoming
        self._changes: list[tuple[Any, ...]] = []
        self._rows: dict[str, list[list[Any]]] = {}
        self._stamps: list[int] = []

    def add(self, kind: Kind, lines: Sequence[tuple[protocol.Event, Line]]) -> None:
        """A record, given by all of its standing lines. Raises Malformed for one that nothing brought here."""
        record = lines[0][1].change.record
        for event, line in lines:
            if line.change.scope != event.scope:
                self._incoming.check_place(event, line.change)
            self._changes.append(journal.row(line, state="received", place=(event.seq, _outcomes(event))))
            self._stamps.append(line.change.stamp)
            asked.note(self._tx, event, line.change)
        row = self.row_of(kind, lines)
        self._rows.setdefault(kind.name, []).append(row)
        self._tx.inserted(kind.name, record, _owner(kind, row))
        if any(event.entered for event, _ in lines):
            departures.come_back(self._tx.connection, kind.name, record)

    def row_of(self, kind: Kind, lines: Sequence[tuple[protocol.Event, Line]]) -> list[Any]:
        """The row that the lines make, in the order of `SELECT`."""
        row = list(_EMPTY[kind.name])
        seen: dict[str, str] = {}
        for event, line in lines:
            seen |= self._fill(kind, row, event, line.change)
        row[0], row[1] = lines[0][1].change.record, lines[0][0].scope
        row[2] = "" if kind.append_only else writers.write(seen)
        self._put_times(kind, row)
        return row

    def _fill(self, kind: Kind, row: list[Any], event: protocol.Event, change: Change) -> dict[str, str]:
        """Put what stands by this change into the row; which change that is, by field."""
        columns = _COLUMNS[kind.name]
        if event.outcomes or event.values or change.seal:
            return self._fill_with_care(kind, row, event, change)
        for name, wire in change.set.items():
            if name in columns:
                place, read = columns[name]
                row[place] = read(wire)
        return {name: change.id for name in change.set if name in columns}

    def _fill_with_care(self, kind: Kind, row: list[Any], event: protocol.Event, change: Change) -> dict[str, str]:
        """The same of a change that is sealed, did not apply as a whole, or whose result the province tells."""
        columns = _COLUMNS[kind.name]
        stand = [name for name in change.fields if name in columns and stands(event.outcomes, name)]
        for name in stand:
            value = self._incoming.value_of(kind, event, change, name)
            row[columns[name].place] = to_column(kind.fields[name].default if value is None else value)
        return dict.fromkeys(stand, change.id)

    def _put_times(self, kind: Kind, row: list[Any]) -> None:
        """A required day or hour that was left out; see `Incoming.times`."""
        columns = _COLUMNS[kind.name]
        present = {rule.name: row[columns[rule.name].place] for rule in REQUIRED_TIMES[kind.name]}
        if not all(present.values()):
            for name, value in self._incoming.times(row[0], kind, present).items():
                row[columns[name].place] = value

    def write(self, connection: Connection) -> None:
        """Raises Malformed, see `journal.keep_received`."""
        self._tx.ledger.saw(*self._stamps)
        journal.keep_received(connection, self._changes)
        for kind, rows in self._rows.items():
            connection.executemany(UPSERT[kind], rows)


def _owner(kind: Kind, row: Sequence[Any]) -> str:
    """The person that the record belongs to; empty for none."""
    if kind.name == "person":
        return str(row[0])
    return str(row[_COLUMNS[kind.name][kind.belongs_to].place] or "") if kind.belongs_to else ""


def _outcomes(event: protocol.Event) -> str | None:
    return json.dumps(event.outcomes) if event.outcomes else None
