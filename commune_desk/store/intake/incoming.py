"""Applying what the province sends: server truth plus the replay of this desk's waiting changes.

A pull never changes a field that one of our waiting changes speaks of: the province's value goes to the shadow, and
comes to light when our change comes back as not applied.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from datetime import UTC, datetime

import msgspec

from commune_desk.domain.model.checks import Shape
from commune_desk.domain.model.ids import Scope, is_id
from commune_desk.domain.model.record import Field, Kind, Merge, Record, Value, record_from, values_of
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.time.clock import VIETNAM, stamp_instant, to_iso
from commune_desk.store.changes import journal, shadow, writers
from commune_desk.store.changes.sealing import unsealed
from commune_desk.store.changes.succession import is_later
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, read_record, write_record
from commune_desk.store.intake import (
    asked,
    comparing,
    departures,
    erasing,
    handing_on,
    moved_along,
    spoken,
    unheard_ends,
)
from commune_desk.store.intake.standing import named_by
from commune_desk.store.writing.transaction import Tx
from sync import protocol, seal
from sync.change import JOINED_TO, RELOCATING, Change, FeedPosition, Line, Verb, Wire, from_wire, only_ties
from sync.merge import apply_delta, stands

_TIMES = (Shape.INSTANT, Shape.DATE)
REQUIRED_TIMES: Mapping[str, Sequence[Field]] = {
    name: [rule for rule in kind.fields.values() if rule.required and rule.shape in _TIMES]
    for name, kind in KINDS.items()
}
"""By kind the days and hours that clocks and pages reckon from."""


class _Held:
    """A record as it is being brought up to date."""

    def __init__(self, kind: Kind, scope: str, values: dict[str, Value], seen: dict[str, str]) -> None:
        self.kind = kind
        self.scope = scope
        self.values = values
        self.writers = seen


class Incoming:
    """One page chunk being applied inside the writer's transaction `tx`."""

    def __init__(self, tx: Tx, box_keys: Mapping[str, seal.BoxKey], heard: Collection[str] = ()) -> None:
        """`heard`: where standing lines come, the changes that the province has though none of them names these."""
        self._heard = heard
        self._tx = tx
        self._db: Connection = tx.connection
        self._boxes = box_keys
        self._held: dict[tuple[str, str], _Held] = {}
        """By kind and id: one desk may give two records of two kinds the same id."""
        self._first: list[tuple[protocol.Event, Line]] = []
        """What was heard for the first time."""

    def apply(self, events: Sequence[tuple[protocol.Event, Line]], positions: Mapping[str, FeedPosition]) -> None:
        """Rows and cursors together; an event applied before changes nothing."""
        for event, line in events:
            self._event(event, line)
        self.finish()
        unheard_ends.note(self._tx, self._first)
        for scope, position in positions.items():
            self._move_cursor(scope, position)
        departures.settle(self._tx)
        self._tx.topic("sync")

    def finish(self) -> None:
        """Write the rows of the records that were touched."""
        for (_kind, record_id), held in self._held.items():
            self._store(record_id, held)
        self._held.clear()

    def restate(self, kind: Kind, steps: Sequence[tuple[protocol.Event, Line]]) -> None:
        """Bring a record that may be known to what all of its standing lines say; see `restating`."""
        record = steps[0][1].change.record
        held = self._hold(kind, steps[0][1].change, steps[0][0].scope)
        standing: dict[str, tuple[Value, str | None]] = {}
        for event, line in steps:
            self.check_place(event, line.change)
            self._log(event, line)
            self._tx.ledger.saw(line.change.stamp)
            for field in line.change.fields:
                if field in kind.fields and stands(event.outcomes, field):
                    standing[field] = self.value_of(kind, event, line.change, field), line.change.id
        if kind.append_only:
            self._let_stand(held, record, {name: value for name, (value, _) in standing.items()})
        waiting = self._waiting(record)  # what the lines themselves brought of ours does not wait any more
        named = named_by(steps)
        unnamed = {field for field, writer in held.writers.items() if writer not in named} - {JOINED_TO}
        lost = {field for field in unnamed if self._is_lost(held, field, standing)}
        for field in {*standing, *held.writers} - lost:
            later = [one for one in waiting if field in one.fields]
            self._settle(held, record, field, standing.get(field, (None, None)), later)
        asked.restate(self._tx, record, steps)
        departures.come_back(self._db, kind.name, record)

    def _let_stand(self, held: _Held, record: str, said: Mapping[str, Value]) -> None:
        """Of what is written once: what was set aside of ours is no matter where it says the same."""
        same = [name for name, value in said.items() if value is not None and held.values.get(name) == value]
        spoken.let_stand(self._tx, held.kind.name, record, same)

    def _is_lost(self, held: _Held, field: str, standing: Mapping[str, tuple[Value, str | None]]) -> bool:
        """Whether a restored province lacks the change that wrote `field` here; its value stays until that is resent.

        `standing`: (value, id of the writer) by field, as the standing lines say. Asked of writers that no line names.
        True where the province once had that change (state `received` or `accepted`) and now has no writer of the field
        at all, or one that the change had overwritten: neither happens in a feed, where fields are never unwritten.
        Nor is it lost where the feed told it since, or the province says that it has it: it heard the two in another
        order when it was put back, or took in that it changes nothing, which a desk that began anew was not told.
        """
        writer, stands_there = held.writers[field], standing.get(field, (None, None))[1]
        row = self._db.execute("SELECT state, seq FROM change WHERE id=?", (writer,)).fetchone()
        if row is None or row[0] not in ("received", "accepted"):
            return False
        if row[1] or writer in self._heard:
            return False
        return stands_there is None or is_later(self._db, writer, stands_there, field)

    def put_back(self, change: Change) -> None:
        """Show again, where it is here, what the province holds in the fields of a change of ours that it set aside."""
        held = self._hold(KINDS[change.kind], change, change.scope)
        shadows = shadow.of_record(self._db, change.record)
        for field in change.fields:
            nobody = (None, None) if change.verb == Verb.ALIAS or change.base.get(field, "") is None else None
            behind = shadows.get(field, nobody)
            if behind is not None and held.writers.get(field) == change.id:
                shadow.drop(self._db, change.record, field)
                _show(held, field, *behind)
                self._store(change.record, held)

    def _move_cursor(self, scope: str, position: FeedPosition) -> None:
        self._db.execute(
            "INSERT INTO cursor (scope, seq, chain) VALUES (?,?,?)"
            " ON CONFLICT(scope) DO UPDATE SET seq=excluded.seq, chain=excluded.chain",
            (scope, position.seq, position.chain),
        )

    def _event(self, event: protocol.Event, line: Line) -> None:
        change = line.change
        self.check_place(event, change)
        if change.verb in RELOCATING and change.to == event.scope and not event.left:
            self.finish()
            departures.arrive(self._tx, change.kind, change.record)
        origin = self._log(event, line)
        asked.note(self._tx, event, change)
        self._tx.ledger.saw(change.stamp)
        goes_elsewhere = change.verb == Verb.MOVE and change.to != event.scope
        if event.entered and not (event.left or goes_elsewhere):
            departures.come_back(self._db, change.kind, change.record)
        kind = KINDS.get(change.kind)
        if kind is None or origin == "known":
            return
        if change.verb == Verb.ERASE:
            self._erase(event, change)
            return
        if change.verb in RELOCATING:
            self._relocate(event, change)
        elif event.entered or not only_ties(change) or self._is_here(kind, change.record):
            self._merge(event, change, kind, origin)

    def _is_here(self, kind: Kind, record: str) -> bool:
        """Whether there is such a record: of one that has left before this desk heard of it, the feed tells the tie."""
        if (kind.name, record) in self._held:
            return True
        return self._db.execute(f"SELECT 1 FROM {kind.name} WHERE id=?", (record,)).fetchone() is not None  # noqa: S608

    def check_place(self, event: protocol.Event, change: Change) -> None:
        """Raise Malformed for a change of another place that no signed move or share brought here.

        And for one of a record whose id is none: when it was made is read from it.
        """
        if not is_id(change.record):
            raise protocol.Malformed
        if change.scope == event.scope or (event.entered == change.id and event.scope in (change.to, change.scope)):
            return
        row = self._db.execute("SELECT raw FROM change WHERE id=?", (event.entered,)).fetchone()
        brought = msgspec.json.decode(row[0], type=Change) if row and row[0] else None
        if brought is None or brought.verb not in RELOCATING or event.scope not in (brought.to, brought.scope):
            raise protocol.Malformed

    def _erase(self, event: protocol.Event, change: Change) -> None:
        """By law, as the province orders it."""
        self.finish()  # what came before it on this page is written and then goes with the rest
        erasing.carry_out(self._tx, change, event.left)

    def _relocate(self, event: protocol.Event, change: Change) -> None:
        """A person or a record comes here, or leaves."""
        instant = to_iso(stamp_instant(change.stamp))
        if event.left:
            self.finish()  # what this page brought of them before is theirs too
            departures.note(self._tx, change, event.left, instant=instant)
            handing_on.seal_again(self._tx, event, change)
        elif change.to == event.scope:
            self._db.execute(
                "INSERT OR REPLACE INTO arrival VALUES (?,?,?,?,0)", (change.record, change.id, change.scope, instant)
            )
            self._tx.topic("arrivals")
        if event.along:
            moved_along.note(self._db, change.id, event.along)

    def _merge(self, event: protocol.Event, change: Change, kind: Kind, origin: str) -> None:
        waiting = self._waiting(change.record)
        shadows = shadow.of_record(self._db, change.record)
        is_plain = not (waiting or shadows or event.outcomes or event.values)
        if origin == "ours" and is_plain and self._is_shown(kind, change):
            return
        held = self._hold(kind, change, event.scope)
        if kind.append_only and origin == "new":
            said = {name: self.value_of(kind, event, change, name) for name in change.fields if name in kind.fields}
            self._let_stand(held, change.record, said)
        for field in change.fields:
            if field in kind.fields:
                later = [one for one in waiting if field in one.fields]
                behind = shadows.get(field, (None, None) if later or origin == "ours" else None)
                self._field(held, event, change, field, later=later, behind=behind)

    def _log(self, event: protocol.Event, line: Line) -> str:
        """Keep the exact bytes. Whose change it is: `new` to this desk, `ours` coming back, or `known` already.

        One of ours that had been set aside comes as a new one: it stood for nothing here.
        """
        change = line.change
        outcomes = json.dumps(event.outcomes) if event.outcomes else None
        row = self._db.execute("SELECT seq, state, desk, n FROM change WHERE id=?", (change.id,)).fetchone()
        if row is None:
            journal.keep_received(self._db, [journal.row(line, state="received", place=(event.seq, outcomes))])
            self._first.append((event, line))
            return "new"
        if row[0]:
            return "known"
        is_heard_again, was_aside = row[1] in ("received", journal.LEFT), row[1] == journal.ASIDE
        own, place = self._tx.ledger.desk, (event.seq, outcomes)
        is_renamed = change.desk != own == row[2] and row[3]  # and offered again: our chain has its number
        if is_renamed:
            journal.tell_place(self._db, change.id, place)
        else:
            state = "received" if is_heard_again and change.desk != own else "accepted"
            journal.tell(self._db, line, state=state, place=place)
        return "new" if is_heard_again or was_aside else "ours"

    def _is_shown(self, kind: Kind, change: Change) -> bool:
        """Whether a change of ours is what stands in its fields; what is written once has no other, where it is here.

        It is not where it had left, and the feed is heard from its beginning.
        """
        held = self._held.get((kind.name, change.record))
        if held is not None:
            return kind.append_only or all(held.writers.get(field) == change.id for field in change.fields)
        row = self._db.execute(f"SELECT writers FROM {kind.name} WHERE id=?", (change.record,)).fetchone()  # noqa: S608
        if kind.append_only:
            return row is not None
        seen = writers.parse(row[0]) if row else {}
        return all(seen.get(field) == change.id for field in change.fields)

    def _hold(self, kind: Kind, change: Change, scope: str) -> _Held:
        """The record as it stands; held through `scope`, wherever the change was written."""
        held = self._held.get((kind.name, change.record))
        if held is None:
            row = self._db.execute(SELECT_ONE[kind.name], (change.record,)).fetchone()
            if row is None:
                held = _Held(kind, scope, {}, {})
            else:
                record, written = read_record(kind, row)
                held = _Held(kind, record.scope, values_of(record), writers.parse(written))
            self._held[kind.name, change.record] = held
        return held

    def _field(
        self,
        held: _Held,
        event: protocol.Event,
        change: Change,
        field: str,
        *,
        later: Sequence[Change],
        behind: tuple[Value, str | None] | None,
    ) -> None:
        """Settle one field. `later` are our changes of it still waiting, `behind` what the province held till now
        where a change of ours hides it (None: what is shown is what the province holds)."""
        if _changes_nothing(event, field, behind):
            if held.writers.get(field) == change.id:  # kept while the province lacked it; what stands there is asked
                comparing.ask(self._tx)
            return
        value, writer = behind or (held.values.get(field), held.writers.get(field))
        if stands(event.outcomes, field):
            value, writer = self.value_of(held.kind, event, change, field), change.id
        self._settle(held, change.record, field, (value, writer), later)

    def _settle(
        self, held: _Held, record: str, field: str, standing: tuple[Value, str | None], later: Sequence[Change]
    ) -> None:
        """Show what stands, or keep it behind our own changes that still wait."""
        value, writer = standing
        if not later:
            shadow.drop(self._db, record, field)
            _show(held, field, value, writer)
            return
        shadow.put(self._db, record, field, value, writer)
        if held.kind.fields[field].merge is Merge.SET:
            held.values[field] = _replayed(value, later, field)

    def _waiting(self, record: str) -> list[Change]:
        """Our changes of this record that have not come back yet, in order; after a restore they have no number."""
        rows = self._db.execute(
            f"SELECT raw FROM change WHERE record=? AND {journal.UNDER_WAY} AND length(raw)>0 ORDER BY stamp, id",  # noqa: S608
            (record,),
        ).fetchall()
        changes = [msgspec.json.decode(raw, type=Change) for (raw,) in rows]
        return [one for one in changes if one.verb != Verb.RESEAL]  # it says no other value than was there

    def value_of(self, kind: Kind, event: protocol.Event, change: Change, field: str) -> Value:
        """The value that now stands; unknown when it cannot be opened or does not hold, for no value stops a feed."""
        wire: Wire = event.values.get(field, change.set.get(field))
        value = self._unsealed(change, field) if field in change.seal else from_wire(wire)
        return value if kind.checks[field](value) is None else None

    def _unsealed(self, change: Change, field: str) -> Value:
        box = self._boxes.get(change.key)
        if box is None:
            return None
        try:
            return unsealed(box, change, field)
        except seal.SealBroken:
            return None

    def _store(self, record_id: str, held: _Held) -> None:
        present = {name: value for name, value in held.values.items() if value is not None}
        present |= self.times(record_id, held.kind, present)
        record: Record = record_from(held.kind.name, record_id, Scope(held.scope), present)
        written = "" if held.kind.append_only else writers.write(held.writers)
        write_record(self._db, record, written)
        self._tx.touched(held.kind.name, record_id, record)

    def times(self, record_id: str, kind: Kind, present: Mapping[str, Value]) -> dict[str, str]:
        """For a required day or hour that another desk left out: when the record's id was made, not after the present.

        Clocks and pages reckon from them.
        """
        missing = [rule for rule in REQUIRED_TIMES[kind.name] if not present.get(rule.name)]
        if not missing:
            return {}
        began = datetime.fromtimestamp(min(int(record_id[:12], 16) / 1000, self._tx.present().timestamp()), UTC)
        day = began.astimezone(VIETNAM).date().isoformat()
        return {f.name: to_iso(began) if f.shape is Shape.INSTANT else day for f in missing}


def _changes_nothing(event: protocol.Event, field: str, behind: tuple[Value, str | None] | None) -> bool:
    """Whether what is shown stays: of what is written once nobody knows here any more who wrote it."""
    return behind is None and not stands(event.outcomes, field)


def _show(held: _Held, field: str, value: Value, writer: str | None) -> None:
    if writer is None:
        held.values.pop(field, None)
        held.writers.pop(field, None)
        return
    held.values[field] = value
    held.writers[field] = writer


def _replayed(value: Value, later: Sequence[Change], field: str) -> tuple[str, ...]:
    members: Sequence[str] = value if isinstance(value, tuple) else ()
    for change in later:
        step = change.set.get(field)
        members = apply_delta(members, step if isinstance(step, list) else [])
    return tuple(members)
