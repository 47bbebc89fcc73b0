"""Deciding between values that officers wrote without having seen each other's."""

from __future__ import annotations

from collections.abc import Sequence

import msgspec

from commune_desk.domain.errors import Refusal
from commune_desk.domain.labels import N_
from commune_desk.domain.record import KINDS, Value, check_value
from commune_desk.store.conflicts import open_conflicts
from commune_desk.store.transaction import Tx


def decide_conflict(tx: Tx, *, kind: str, record: str, field: str, ids: Sequence[str], value: Value) -> None:
    """Let `value` stand for the field and close the conflicts `ids`; the other values stay in the history.

    Raises Refusal when somebody has decided meanwhile or the value does not hold.
    """
    still_open = {one for found in open_conflicts(tx.connection, record) if found.field == field for one in found.ids}
    if not set(ids) <= still_open:
        raise Refusal(N_("This was decided meanwhile on another desk. Look at the value that stands now."))
    entry = KINDS[kind]
    fault = check_value(entry.fields[field], value)
    if fault is not None:
        raise Refusal(fault)
    stored = tx.existing(entry.struct, record)
    tx.resolve(msgspec.structs.replace(stored, **{field: value}), field, ids)
