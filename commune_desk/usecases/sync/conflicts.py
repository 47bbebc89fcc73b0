"""Deciding between values that officers wrote without having seen each other's."""

from __future__ import annotations

from collections.abc import Collection, Sequence

import msgspec

from commune_desk.domain.model.record import Value
from commune_desk.domain.records.kinds import KINDS
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.words.errors import Refusal
from commune_desk.domain.words.labels import N_
from commune_desk.store.desk.lease import lease_of
from commune_desk.store.intake.conflicts import OpenConflict, is_behind_ours, open_conflicts
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.sealed import CLOSED
from commune_desk.usecases.shelter.commune_notices import take_back, tell_again, tell_commune
from commune_desk.usecases.shelter.tasks_of_stays import end_of, follow_decision

BEHIND_OURS = N_("A newer value was written on this PC and is not sent yet. Sync first, then decide.")


def decide_shown(tx: Tx, shown: OpenConflict, value: Value) -> None:
    """Decide a conflict as it was shown to a person; what else it raises as `decide_conflict`.

    Raises Refusal where another value stands by now, or one of this PC that waits to be sent, for nobody chose against
    it; and where the lease has closed what was shown.
    """
    lease = lease_of(tx.connection)
    if KINDS[shown.kind].fields[shown.field].data.is_sealed and lease is not None and lease.is_over(tx.ledger.now()):
        raise Refusal(CLOSED)
    now = [one for one in open_conflicts(tx.connection, shown.record) if one.field == shown.field]
    if any(one.sides[0].change != shown.sides[0].change for one in now):
        raise Refusal(N_("Another value stands there since. Nothing was decided; look at the values as they are now."))
    if is_behind_ours(tx.connection, shown):
        raise Refusal(BEHIND_OURS)
    decide_conflict(tx, kind=shown.kind, record=shown.record, field=shown.field, ids=shown.ids, value=value)


def decide_conflict(tx: Tx, *, kind: str, record: str, field: str, ids: Sequence[str], value: Value) -> None:
    """Let `value` stand for the field and close the conflicts `ids`; the other values stay in the history.

    Raises Refusal when somebody has decided meanwhile or the value does not hold.
    """
    found = [one for one in open_conflicts(tx.connection, record) if one.field == field]
    still_open = {one for conflict in found for one in conflict.ids}
    sides = {side.value for conflict in found for side in conflict.sides if not isinstance(side.value, tuple)}
    if not set(ids) <= still_open:
        raise Refusal(N_("This was decided meanwhile on another desk. Look at the value that stands now."))
    entry = KINDS[kind]
    fault = entry.checks[field](value)
    if fault is not None:
        raise Refusal(fault)
    stored = tx.existing(entry.struct, record)
    kept = next((conflict.kept for conflict in found if conflict.kept), "")
    if kept:
        tx.resolve(stored, field, ids)  # there stays what stands: nobody looks there
        shown = tx.existing(entry.struct, kept)
        if getattr(shown, field) != value:
            tx.save(msgspec.structs.replace(shown, **{field: value}))
        return
    decided = msgspec.structs.replace(stored, **{field: value})
    end = end_of(tx.connection, stored.id) if isinstance(stored, Placement) else ""
    tx.resolve(decided, field, ids)
    if isinstance(stored, Placement) and isinstance(decided, Placement):
        _tell_communes(tx, stored, decided, sides if field == "home_commune" else ())
        follow_decision(tx, stored, decided, end)


def _tell_communes(tx: Tx, before: Placement, after: Placement, named: Collection[Value]) -> None:
    """The decision on a stay reaches its commune, and the others that were `named` are told to forget it."""
    take_back(tx, after, [str(one) for one in named if one and one != after.home_commune])
    tell_commune(tx, before, after)
    tell_again(tx, after)
