"""The one way into the register: a transaction that writes the row, the change, the audit row and the keys together."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TypeVar, cast

import msgspec

from commune_desk.domain.limits.erasure import in_order
from commune_desk.domain.model.access import Actor, require
from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import uuid7
from commune_desk.domain.model.record import (
    Data,
    Kind,
    Merge,
    Record,
    Value,
    check_values,
    difference,
    kind_of,
    values_of,
)
from commune_desk.domain.records.kinds import KINDS, SCHEMA_VERSION
from commune_desk.domain.words.audit_actions import AuditAction
from commune_desk.domain.words.errors import Fault, Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.changes import journal, shadow, writers
from commune_desk.store.changes.ledger import Ledger, ScopeSeal
from commune_desk.store.changes.sealing import sealed_anew
from commune_desk.store.engine import old_log, settings
from commune_desk.store.engine.database import Connection
from commune_desk.store.engine.schema import SELECT_ONE, read_record, write_record
from commune_desk.store.writing import child_index, joined
from commune_desk.store.writing.leaving import check_stays
from commune_desk.store.writing.opened import Base, Opened, base_of, edited, edited_fields, is_our_own_yet, unseen
from sync import seal
from sync.change import Change, Line, Verb, Wire, needed_schema, to_wire
from sync.merge import delta

R = TypeVar("R", bound=Record)


class Tx:
    """An open write transaction of the single writer. Only `Register.write` makes one."""

    def __init__(
        self, connection: Connection, ledger: Ledger, actor: Actor, seals: dict[str, ScopeSeal], *, import_id: str = ""
    ) -> None:
        self.connection = connection
        self.ledger = ledger
        self.actor = actor
        self._seals = seals
        self._import_id = import_id
        self._changed: dict[str, set[str]] = {}
        self._topics: set[str] = set()
        self._scrubs = False
        self._index: set[str] = set()

    def get(self, struct: type[R], record_id: str) -> R | None:
        """The stored record, or None."""
        found = self._load(kind_of(struct), record_id)
        return cast(R, found[0]) if found else None

    def latest(self) -> datetime:
        """The latest instant that may have come; what is of a later one has not happened yet."""
        return settings.latest(self.connection, self.ledger.now())

    def present(self) -> datetime:
        """What is written down as the present."""
        return settings.present(self.connection, self.ledger.now())

    def existing(self, struct: type[R], record_id: str) -> R:
        """The stored record. Raises Refusal when there is none."""
        record = self.get(struct, record_id)
        if record is None:
            raise Refusal(N_("This record is no longer in the register."))
        return record

    def save(self, record: Record, seen: Base | None = None, *, group: str = "", goes_along: bool = False) -> None:
        """Write a new record or the changed fields of a stored one.

        Row, one change per data class, audit row and derived keys, in this transaction. A stored record was read in
        this transaction; what was read earlier is saved by `edit`, or `seen` names what was seen of its fields.
        `group` is what the changes have in common with others of the same save. What `goes_along` is also written of
        a record that is on its way: it follows, and meets in a conflict what they wrote there.
        Raises Invalid for values that do not hold, Refusal when the role may not write the kind or the record may
        not change, also because it is on its way to another commune.
        """
        entry = kind_of(record)
        found = self._load(entry, record.id)
        before, written = found if found else (None, "")
        self._check(entry, record, before, goes_along=goes_along)
        hidden = unseen(self.connection, entry, before, written) if before is not None else set()
        stands = base_of(self.connection, entry, record.id, written)
        base = {name: change for name, change in stands.items() if name not in hidden} | dict(seen or {})
        written = self._write_parts(record, before, base, difference(before, record), written, group)
        write_record(self.connection, record, written)
        self.audit(AuditAction.CREATE if before is None else AuditAction.EDIT, entry.name, record.id)
        self.touched(entry.name, record.id, record)

    def say_again(self, record: Record, base: Base) -> bool:
        """Write fields of a stored record once more as they stand, for the province has lost who wrote them.

        `base` names them with the change whose value stands there by now. Whether any of them has a value to be said.
        Raises what `save` raises, and has written nothing then.
        """
        entry = kind_of(record)
        found = self._load(entry, record.id)
        if found is None:
            return False
        self._check(entry, record, None)
        check_stays(self.connection, entry, record)
        parts: dict[Data, dict[str, Value]] = {}
        for data, values in difference(None, record).items():
            if kept := {name: value for name, value in values.items() if name in base}:
                parts[data] = kept
        standing = {name: change for name, change in base.items() if change is not None}
        if parts:
            write_record(self.connection, record, self._write_parts(record, None, standing, parts, found[1], ""))
            self.audit(AuditAction.SAY_AGAIN, entry.name, record.id)
            self.touched(entry.name, record.id, record)
        return bool(parts)

    def _write_parts(
        self,
        record: Record,
        before: Record | None,
        base: Base,
        parts: Mapping[Data, dict[str, Value]],
        written: str,
        group: str,
    ) -> str:
        """One change for each data class; returns who wrote the record's fields by then."""
        entry = kind_of(record)
        # The parts of what is written once are known for one record by their group.
        group = group or (uuid7() if entry.append_only and len(parts) > 1 else "")
        said = [
            (self._change(entry, record, before, base, data, changed), changed)
            for data, changed in in_order(entry.name, parts)
        ]
        for change, changed in said:
            change = msgspec.structs.replace(change, group=group) if group else change
            self.write_down(change)
            self._remember_standing(before, written, changed)
            written = "" if entry.append_only else writers.updated(written, changed, change.id)
        return written

    def edit(self, opened: Opened, before: R, after: R, *, group: str = "") -> R:
        """Write what `after` changes of `before` onto the record as it stands; returns what then stands.

        `before` is what a form would save that nobody touched since it was `opened`. `group` and what it raises as
        `save`.
        """
        stored = self.existing(type(after), after.id)
        whole = edited(before, after, stored)
        if whole != stored:
            self.save(whole, opened.base(after.id, edited_fields(before, after)), group=group)
        return whole

    def resolve(self, record: Record, field: str, conflicts: Iterable[str]) -> None:
        """Decide open conflicts on one field: `record` carries the value that shall stand."""
        entry = kind_of(record)
        found = self._load(entry, record.id)
        if found is None:
            raise Refusal(N_("This record is no longer in the register."))
        before, written = found
        changed = {field: getattr(record, field)}
        self._check(entry, record, before)
        ids = list(conflicts)
        base = base_of(self.connection, entry, record.id, written)
        change = self._change(entry, record, before, base, entry.fields[field].data, changed)
        change = msgspec.structs.replace(change, verb=Verb.RESOLVE.value, resolves={field: ids})
        self.write_down(change)
        self._remember_standing(before, written, changed)
        write_record(self.connection, record, writers.updated(written, changed, change.id))
        self.connection.executemany("UPDATE conflict SET state='deciding' WHERE id=?", [(one,) for one in ids])
        self.audit(AuditAction.DECIDE, entry.name, record.id, {"field": field, "conflicts": ids})
        self.touched(entry.name, record.id, record)
        self.topic("conflicts")

    def new_change(self, record: Record, data: Data) -> Change:
        """A change of the record that says nothing yet, by this officer and of this moment; `write_down` numbers it."""
        return Change(
            id=uuid7(),
            desk="",
            n=0,
            officer=self.actor.officer,
            stamp=self.ledger.stamp(),
            schema=SCHEMA_VERSION,
            scope=record.scope,
            kind=kind_of(record).name,
            record=record.id,
            data=int(data),
        )

    def audit(self, action: AuditAction, kind: str = "", record: str = "", detail: object = "") -> None:
        """One row in the audit chain; `detail` never holds a value of a record."""
        self.ledger.audit(
            self.connection, officer=self.actor.officer, action=action, kind=kind, record=record, detail=detail
        )

    def touched(self, kind: str, record_id: str, record: Record) -> None:
        self._changed.setdefault(kind, set()).add(record_id)
        self._index.update(child_index.affected(self.connection, record))

    def inserted(self, kind: str, record_id: str, person: str) -> None:
        """A whole row was put in for a record that was not here; what is derived of `person` follows."""
        self._changed.setdefault(kind, set()).add(record_id)
        if person:
            self._index.add(person)

    def forget(self, kind: str, record_id: str) -> None:
        """The record's row is about to be removed."""
        record = load(self.connection, kind, record_id)
        if record is not None:
            self._changed.setdefault(kind, set()).add(record_id)
            self._index.update(child_index.affected(self.connection, record, is_removed=True))

    def scrub(self) -> None:
        """Leave nothing of removed rows in what is derived from them, not even where the engine keeps old words."""
        self._scrubs = True

    @property
    def has_scrubbed(self) -> bool:
        """Whether the log is to be cut off behind this transaction."""
        return self._scrubs

    def topic(self, name: str) -> None:
        self._topics.add(name)

    def settle(self) -> None:
        """Let the rows written so far name who is kept of two records that are one child."""
        self._index = joined.settle(self.connection, self._changed, self._index)

    def finish(self) -> ChangeSet:
        """Bring the derived rows up to date; called once, just before the commit."""
        self.settle()
        child_index.refresh(self.connection, self._index)
        if self._scrubs:
            child_index.scrub(self.connection)
            old_log.note(self.connection)
        return ChangeSet.of(self._changed, self._topics)

    def _load(self, entry: Kind, record_id: str) -> tuple[Record, str] | None:
        row = self.connection.execute(SELECT_ONE[entry.name], (record_id,)).fetchone()
        return read_record(entry, row) if row else None

    def _check(self, entry: Kind, record: Record, before: Record | None, *, goes_along: bool = False) -> None:
        is_guest = self.actor.role in entry.guests
        if not is_guest:
            require(self.actor, entry.write)
        if not entry.fits_scope(record.scope) or not (is_guest or record.scope == self.actor.scope):
            raise Refusal(N_("This record belongs to another place. Nothing was changed."))
        if before is not None and (entry.append_only or before.scope != record.scope):
            raise Refusal(N_("This entry cannot be changed any more. Write a new one that corrects it."))
        if before is not None and not goes_along:
            check_stays(self.connection, entry, before)
        check_values(entry, values_of(record))

    def _change(
        self, entry: Kind, record: Record, before: Record | None, base: Base, data: Data, changed: dict[str, Value]
    ) -> Change:
        opened: dict[str, Wire] = {}
        sealed: dict[str, str] = {}
        key = ""
        if data.is_sealed:
            key, sealed = self._seal(record, changed)
        else:
            opened = {name: self._wire(entry, name, before, value) for name, value in changed.items()}
        return msgspec.structs.replace(
            self.new_change(record, data),
            base={name: base[name] for name in changed if name in base},
            set=opened,
            seal=sealed,
            key=key,
            import_id=self._import_id,
        )

    def _wire(self, entry: Kind, name: str, before: Record | None, value: Value) -> Wire:
        if _is_set(entry, name) and isinstance(value, tuple):
            return delta(getattr(before, name) if before is not None else (), value)
        return to_wire(value)

    def _seal(self, record: Record, changed: dict[str, Value]) -> tuple[str, dict[str, str]]:
        recipient = self._seals.get(record.scope)
        if recipient is None:
            raise Fault(
                N_(
                    "This PC has no sealing key for this place, so the entry was not saved; it is kept as a draft. "
                    "Tell the province's IT officer: the key comes with a new enrolment."
                )
            )
        return recipient.key, {
            name: seal.seal_value(recipient.public, to_wire(value), scope=record.scope, record=record.id, field=name)
            for name, value in changed.items()
        }

    def write_down(self, change: Change) -> None:
        """Put the change into the journal under this desk's next number; the record's row is the caller's affair."""
        self.ledger.require_going_on()
        if self._import_id or not self.ledger.may_number or self._is_too_new(change):
            journal.keep(self.connection, Line(change, msgspec.json.encode(change), b""), state="staged")
            self._hold_back(change)
            return
        self._release_staged(change.record)
        line, head = self.ledger.number(change)
        journal.keep(self.connection, line, state="waiting", head=head)

    def _release_staged(self, record_id: str) -> None:
        """Number what still has none of this record, so that nothing is overtaken by a later change."""
        rows = self.connection.execute(
            f"SELECT c.id, c.raw {journal.MAY_GO} AND c.record=? ORDER BY c.stamp, c.id",
            (record_id,),
        ).fetchall()
        self.release(rows)

    def release(self, rows: Iterable[tuple[str, bytes]]) -> None:
        """Number and sign staged changes (id, raw), in the order given, but for those that must wait."""
        before = self.ledger.mark()
        for change_id, raw in rows:
            change = msgspec.json.decode(raw, type=Change)
            if self._hold_back(change):  # numbered once, for a province that was newer then
                continue
            change = sealed_anew(self.connection, self._seals, change)
            line, head = self.ledger.number(change)
            self.connection.execute(
                "UPDATE change SET desk=?, n=?, raw=?, signature=?, head=?, state='waiting' WHERE id=?",
                (line.change.desk, line.change.n, line.raw, line.signature or None, head, change_id),
            )
        if self.ledger.mark() != before:
            self.ledger.numbered_late(self.connection)

    def _is_too_new(self, change: Change) -> bool:
        """Whether the province's program would set it aside for good."""
        return needed_schema(change) > self.ledger.province_schema

    def _hold_back(self, change: Change) -> bool:
        """Let a staged change wait for a newer program at the province, if it needs one; whether it does."""
        if not self._is_too_new(change):
            return False
        self.connection.execute("UPDATE change SET code=? WHERE id=?", (str(needed_schema(change)), change.id))
        return True

    def _remember_standing(self, before: Record | None, written: str, changed: Iterable[str]) -> None:
        """Keep what the province holds of a field before our change hides it (see `Incoming.apply`)."""
        if before is None:
            return
        seen = writers.parse(written)
        for name in changed:
            writer = seen.get(name)
            if writer is not None and not is_our_own_yet(self.connection, writer):
                shadow.begin(self.connection, before.id, name, getattr(before, name), writer)


def _is_set(entry: Kind, name: str) -> bool:
    return entry.fields[name].merge is Merge.SET


def load(connection: Connection, kind_name: str, record_id: str) -> Record | None:
    """A record by kind and id on any connection, or None."""
    row = connection.execute(SELECT_ONE[kind_name], (record_id,)).fetchone()
    return read_record(KINDS[kind_name], row)[0] if row else None
