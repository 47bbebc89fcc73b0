"""Merges admitted changes into records, one batch at a time, by the rules of `sync.merge`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from commune_desk.domain.model.record import Field, Merge
from commune_desk.domain.records.kinds import KINDS
from sync.change import JOINED_TO, Change, Verb, Wire
from sync.merge import Decision, Outcome, Standing, apply_delta, decide, decide_late, decide_sealed, merge_set
from sync.protocol import OpenedConflict
from sync.server.engine import tables
from sync.server.engine.appending import append
from sync.server.engine.asking import among
from sync.server.identity.desks import Names, names_of
from sync.server.intake.conflicts import ConflictBook, OpenConflict
from sync.server.intake.joining import files_of_joined
from sync.server.intake.records import RecordPage, Stored
from sync.server.intake.standing import lines_of, taken_in
from sync.server.intake.whereabouts import PERSON, Route

_NEWER = Field(label="", merge=Merge.REVIEW)
"""How a field that only a newer program declares is merged: kept, and concurrency goes to people."""
_SET, _ALIAS = Verb.SET, Verb.ALIAS
_PLAIN = {
    kind: frozenset(name for name, rule in declared.fields.items() if rule.merge not in (Merge.SET, Merge.LWW))
    for kind, declared in KINDS.items()
}
"""Fields that, written first or by who saw what stands there, are what was written and nothing else."""
_SETS = {
    kind: frozenset(name for name, rule in declared.fields.items() if rule.merge is Merge.SET)
    for kind, declared in KINDS.items()
}


@dataclass(slots=True)
class Merged:
    """What became of one change; `Event` in sync/protocol.py carries the same to the desks."""

    outcomes: dict[str, str] = field(default_factory=dict)
    values: dict[str, Wire] = field(default_factory=dict)
    opened: list[OpenedConflict] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)

    @property
    def said(self) -> dict[str, Any]:
        """What of it the event tells; mostly nothing, for a plain change says it all itself."""
        if not (self.outcomes or self.values or self.opened or self.closed):
            return {}
        told = {"outcomes": self.outcomes, "values": self.values, "opened": self.opened, "closed": self.closed}
        return {name: value for name, value in told.items() if value}

    def status(self, fields: int) -> str:
        """The change's status in a receipt: ok, noop or conflict."""
        if fields and not self.outcomes:
            return "ok"
        kinds = set(self.outcomes.values())
        if kinds & {Outcome.CONFLICT, Outcome.APPLIED_CONFLICT}:
            return "conflict"
        return "noop" if len(self.outcomes) == fields else "ok"


class Batch:
    """The records, conflicts and earlier outcomes that the changes of one push touch."""

    def __init__(self) -> None:
        self.records = RecordPage()
        self._conflicts = ConflictBook()
        self._stands_for: dict[tuple[str, str], str | None] = {}
        self._unheard: set[str] = set()
        """What authors had seen, and the province has not taken in: it was put back, or had set it aside."""
        self._upon: dict[tuple[str, str], str] = {}
        """By change and field, what the author of a change that stands had seen in the field."""
        self._places: dict[tuple[str, str], int] = {}
        self._joined_files: set[str] = set()
        self._outcomes: list[dict[str, str | None]] = []
        self._names: dict[str, Names] = {}

    def names_of(self, desk: str) -> Names:
        """The names that the desk's PC has had; what there is of before was asked for by `load`."""
        return self._names.get(desk) or Names(frozenset({desk}), frozenset({desk}))

    def load(
        self, connection: Connection, changes: Sequence[Change], kinds: Mapping[str, str], at_hand: Iterable[Stored]
    ) -> None:
        """Read ahead, in a handful of statements, all that merging `changes` may ask for.

        `kinds` are those of the records that there are: what is new has no past that could be asked for. `at_hand`
        are those of them that need not be read again.
        """
        self._names |= names_of(connection, {change.desk for change in changes})
        self.records.load(connection, changes, kinds, at_hand)
        self._conflicts.load(connection, {change.record for change in changes if change.record in kinds})
        files = [change.record for change in changes if kinds.get(change.record) == "child_file"]
        self._joined_files |= files_of_joined(connection, files) if files else set()
        apart = [change for change in changes if not self._saw_what_stands(change)]
        bases = {base for change in apart for base in change.base.values() if base is not None}
        self._load_noops(connection, bases)
        self._unheard |= bases - taken_in(connection, bases)
        own = {change.id for change in changes if change.record in kinds}
        self._load_upon(connection, [change for change in apart if change.record in kinds], own)
        of_sets = ((change, _SETS[change.kind] & change.base.keys() & change.set.keys()) for change in changes)
        self._load_places(connection, {base for one, names in of_sets for name in names if (base := one.base[name])})

    def _saw_what_stands(self, change: Change) -> bool:
        """Whether its author saw in each field what stands there as the batch begins: that was taken in and stands for
        nothing else, and who wrote it had not seen this change, so nothing of it is asked."""
        record = self.records.find(change.kind, change.record)
        writers, base = record.writers if record else {}, change.base
        return all(writers.get(name) == base.get(name) for name in change.set) and all(
            seen == writers.get(name) for name, seen in base.items() if seen is not None
        )

    def _load_noops(self, connection: Connection, bases: set[str]) -> None:
        table = tables.outcome
        noops = select(table).where(among(table.c.change, bases), table.c.outcome == Outcome.NOOP.value)
        for row in connection.execute(noops) if bases else ():
            self._stands_for[row.change, row.field] = row.stands_for

    def _load_upon(self, connection: Connection, changes: Sequence[Change], own: Set[str]) -> None:
        """What the writers had seen of those fields in which somebody else writes who had not seen them.

        `own` are the changes of the batch in records that there were.
        """
        wanted: set[str] = set()
        for change in changes:
            record = self.records.find(change.kind, change.record)
            seen = {name: base for name in change.set if (base := change.base.get(name)) not in own}
            wanted |= (
                {record.writers[name] for name in seen.keys() & record.writers} - {*seen.values()} if record else set()
            )
        for line in lines_of(connection, wanted) if wanted else ():
            self._upon |= {(line.change.id, name): base for name, base in line.change.base.items() if base is not None}

    def _load_places(self, connection: Connection, bases: set[str]) -> None:
        feed = tables.feed
        places = select(feed.c.scope, feed.c.change, feed.c.seq).where(among(feed.c.change, bases))
        for scope, change, seq in connection.execute(places) if bases else ():
            self._places[scope, change] = seq

    def merge(self, change: Change, route: Route, *, seq: int, latest: int) -> Merged:
        """Merge one change at place `seq` of its home. `latest` caps its stamp: no clock wins by running ahead."""
        record = self.records.touch(change, route.home)
        merged = Merged()
        if not record.writers and change.verb == _SET and not any(change.base.values()):
            self._write_first(record, change, seq, latest, merged)
        elif _is_late(change, route):
            self._merge_late(record, change, merged)
        elif self._is_joined(record) and change.verb != _ALIAS:
            self._close_decided(change, merged)
            self._merge_late(record, change, merged)
        elif self._goes_on(record, change):
            record.put_declared(change.set, change.id)
        else:
            self._merge_fields(record, change, seq, latest, merged)
        self._places[route.home, change.id] = seq
        self._unheard.discard(change.id)
        return merged

    def _merge_late(self, record: Stored, change: Change, merged: Merged) -> None:
        """An edit by who did not know that the record moved or was joined: what stands stays, and people decide."""
        for name in change.fields:
            former = record.writers.get(name)
            outcome = self._decide_late(record, change, name)
            succeeded = self._succeed(change, name, merged)
            if outcome is Outcome.CONFLICT:
                base = succeeded.base if succeeded else change.base.get(name)
                merged.opened.append(self._conflicts.open(change, name, scope=record.scope, base=base, ours=former))
            self._note(change, name, outcome, former, merged)

    def _decide_late(self, record: Stored, change: Change, name: str) -> Outcome:
        if name in change.seal:
            return Outcome.CONFLICT
        value = record.value(name)
        incoming = _result(change, name, value)
        if incoming == value and self._is_joined(record):
            return Outcome.NOOP  # also where nobody has written anything: a decision for the record kept
        return decide_late(Standing(value, record.writers.get(name)), incoming).outcome

    def _is_joined(self, record: Stored) -> bool:
        """Whether another record stands for the child: nobody sees any more what is written in this one."""
        return record.id in self._joined_files or (record.kind == PERSON and record.value(JOINED_TO) is not None)

    def _close_decided(self, change: Change, merged: Merged) -> None:
        """What a decision names is closed, in each of its fields."""
        for name in change.resolves:
            self._close_named(change, name, merged)

    def _close_named(self, change: Change, name: str, merged: Merged) -> int:
        """Close the conflicts on a field that a decision names, as far as they are open; how many that were."""
        decided = change.resolves.get(name, ())
        named = [conflict for conflict in self._conflicts.open_on(change.record, name) if conflict.id in decided]
        merged.closed += [self._conflicts.close(conflict, change.id) for conflict in named]
        return len(named)

    def _write_first(self, record: Stored, change: Change, seq: int, latest: int, merged: Merged) -> None:
        """The fields of a record that nobody has written yet: there is nothing that they could meet."""
        rules = KINDS[change.kind].fields
        if change.set.keys() <= _PLAIN[change.kind] and not change.seal:
            record.put_declared(change.set, change.id)
            return
        for name, value in (*change.set.items(), *change.seal.items()):
            merge = rules[name].merge if name in rules else Merge.REVIEW
            if merge is Merge.SET and name in change.set:
                self._merge_members(record, change, name, seq, merged)
                continue
            record.put(name, value, change.id)
            if merge is Merge.LWW:
                record.stamps[name] = min(change.stamp, latest)

    def _goes_on(self, record: Stored, change: Change) -> bool:
        """Whether its author saw in each of its fields what stands there, and nothing waits in the record: then what
        it says applies by every rule of a plain field."""
        if change.verb != _SET or change.seal or self._conflicts.wait_in(record.id):
            return False
        writers, base = record.writers, change.base
        return change.set.keys() <= _PLAIN[change.kind] and all(
            name in writers and writers[name] == base.get(name) for name in change.set
        )

    def _merge_fields(self, record: Stored, change: Change, seq: int, latest: int, merged: Merged) -> None:
        for name in change.fields:
            rule = KINDS[change.kind].fields.get(name, _NEWER)
            if change.verb == Verb.RESEAL:
                self._reseal(record, change, name, latest, merged)
            elif rule.merge is Merge.SET and name in change.set:
                self._merge_members(record, change, name, seq, merged)
            elif change.verb == Verb.RESOLVE and name in change.resolves:
                self._resolve(record, change, name, merged)
            else:
                self._merge_field(record, change, name, rule, latest, merged)

    def flush(self, connection: Connection, *, now: str) -> None:
        self.records.flush(connection)
        self._conflicts.flush(connection, now=now)
        append(connection, tables.outcome, self._outcomes)
        self._outcomes.clear()

    def _merge_members(self, record: Stored, change: Change, name: str, seq: int, merged: Merged) -> None:
        """Add and take away; a decision does no more, and closes the conflicts that it names."""
        delta = change.set[name]
        seen = self._places.get((record.scope, change.base.get(name) or ""), 0)
        codes = delta if isinstance(delta, list) else []
        own = self.names_of(change.desk).silent
        tags = merge_set(record.tags.get(name, {}), codes, desk=change.desk, order=seq, seen=seen, own=own)
        record.tags[name] = tags
        members = sorted(tags)
        self._conflicts.follow(change.record, name, former=record.writers.get(name), writer=change.id)
        record.put(name, members, change.id)
        merged.values[name] = members
        self._close_named(change, name, merged)

    def _merge_field(self, record: Stored, change: Change, name: str, rule: Field, latest: int, merged: Merged) -> None:
        base = self._seen(change.base.get(name), name)
        former = record.writers.get(name)
        stamp = min(change.stamp, latest)
        decision = self._decide(record, change, name, rule, base, stamp)
        succeeded = self._succeed(change, name, merged)
        if decision.outcome in (Outcome.APPLIED, Outcome.APPLIED_CONFLICT):
            self._apply(record, change, name)
            if rule.merge is Merge.LWW:
                record.stamps[name] = stamp
        is_graver = rule.merge is not Merge.FSM  # who ends again what was kept open overrules nobody
        overruled = succeeded.ours if succeeded and succeeded.theirs == former and is_graver else None
        if decision.outcome in (Outcome.CONFLICT, Outcome.APPLIED_CONFLICT):
            origin = succeeded.base if succeeded else base
            merged.opened.append(self._conflicts.open(change, name, scope=record.scope, base=origin, ours=former))
        elif succeeded and overruled and decision.outcome is Outcome.APPLIED:
            again = self._conflicts.open(change, name, scope=record.scope, base=succeeded.base, ours=overruled)
            merged.opened.append(again)
        self._note(change, name, decision.outcome, former, merged)

    def _decide(self, record: Stored, change: Change, name: str, rule: Field, base: str | None, stamp: int) -> Decision:
        former = record.writers.get(name)
        if name in change.seal:
            return Decision(decide_sealed(former, base), change.seal[name])
        standing = Standing(record.value(name), former, record.stamps.get(name, 0))
        if self._upon.get((former or "", name)) == change.id:
            return Decision(Outcome.OLDER, standing.value)
        if base in self._unheard and rule.merge is not Merge.LWW and change.set[name] == standing.value:
            return Decision(Outcome.APPLIED, standing.value)
        return decide(rule, standing, change.set[name], base, stamp, change.id)

    def _reseal(self, record: Stored, change: Change, name: str, latest: int, merged: Merged) -> None:
        """The same value to another key. What somebody sealed or wrote before it stands, and nobody need be asked."""
        former = record.writers.get(name)
        base = self._seen(change.base.get(name), name)
        if base is None and KINDS[change.kind].append_only:
            base = former  # an earlier program names none of what is written once
        waits = any(one.theirs == base for one in self._conflicts.open_on(change.record, name))
        if former is not None and base == former:
            self._apply(record, change, name)
        elif waits:
            self._merge_field(record, change, name, _NEWER, latest, merged)
        else:
            self._note(change, name, Outcome.NOOP, former, merged)

    def _resolve(self, record: Stored, change: Change, name: str, merged: Merged) -> None:
        """A person's decision. If somebody else decided or edited meanwhile, it becomes a conflict of its own."""
        standing = record.writers.get(name)
        saw_all = self._close_named(change, name, merged) == len(set(change.resolves[name]))
        same = name in change.set and standing is not None and change.set[name] == record.value(name)
        seen = self._seen(change.base.get(name), name)
        if (saw_all and seen == standing) or (same and seen in self._unheard):
            self._apply(record, change, name)
            outcome = Outcome.APPLIED
        elif same:
            outcome = Outcome.NOOP
        else:
            base = change.base.get(name)
            merged.opened.append(self._conflicts.open(change, name, scope=record.scope, base=base, ours=standing))
            outcome = Outcome.CONFLICT
        self._note(change, name, outcome, standing, merged)

    def _apply(self, record: Stored, change: Change, name: str) -> None:
        former = record.writers.get(name)
        value = change.seal[name] if name in change.seal else change.set[name]
        record.put(name, value, change.id)
        self._conflicts.follow(change.record, name, former=former, writer=change.id)

    def _succeed(self, change: Change, name: str, merged: Merged) -> OpenConflict | None:
        """Close the conflict that this change's own base is waiting in: its author has moved on to this value."""
        base = change.base.get(name)
        for conflict in self._conflicts.open_on(change.record, name):
            if base is not None and conflict.theirs == base:
                merged.closed.append(self._conflicts.close(conflict, change.id))
                return conflict
        return None

    def _seen(self, base: str | None, name: str) -> str | None:
        """The writer whose value the author saw: a change that wrote what stood already stands for that writer."""
        while base is not None and (base, name) in self._stands_for:
            base = self._stands_for[base, name]
        return base

    def _note(self, change: Change, name: str, outcome: Outcome, standing: str | None, merged: Merged) -> None:
        if outcome is Outcome.APPLIED:
            return
        merged.outcomes[name] = outcome.value
        stands_for = standing if outcome is Outcome.NOOP else None
        if outcome is Outcome.NOOP:
            self._stands_for[change.id, name] = standing
        row = {"change": change.id, "field": name, "outcome": outcome.value, "stands_for": stands_for}
        self._outcomes.append(row)


def _is_late(change: Change, route: Route) -> bool:
    """Whether its author edited what had left; what followed whoever had left is still its author's own."""
    is_edit = not KINDS[change.kind].append_only and change.verb != Verb.RESEAL
    return route.is_late and is_edit and not route.is_own


def _result(change: Change, name: str, standing: Wire) -> Wire:
    """What a change would let stand: of a SET field, which travels as a delta, the list that it makes."""
    value, declared = change.set[name], KINDS[change.kind].fields.get(name)
    if declared is None or declared.merge is not Merge.SET or not isinstance(value, list):
        return value
    return apply_delta(standing if isinstance(standing, list) else (), value)
