"""An edit of somebody who was entered more than once and is shown once: in which of the records it is written."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeVar

import msgspec

from commune_desk.domain.model.record import Record
from commune_desk.domain.records.families import Person, Relation
from commune_desk.domain.vietnamese.text import syllables
from commune_desk.store.pages.entered_twice import IDENTITY
from commune_desk.store.writing.opened import Opened, edited_fields
from commune_desk.store.writing.transaction import Tx

R = TypeVar("R", Person, Relation)


def edit_each(tx: Tx, opened: Opened, records: Mapping[str, R], before: R, after: R) -> None:
    """Write what `after` changes of `before`, what was shown, in those of the records (by id) that it is an edit of.

    A field is changed in each record that says what was shown. That by which the entries are told to be one is
    changed in each that says anything of it, or they would be two from then on. What nobody had said the first says.
    """
    edits: dict[str, dict[str, Any]] = {one: {} for one in records}
    for name in edited_fields(before, after):
        saying = [one for one, record in records.items() if _says(record, name, getattr(before, name))]
        for one in saying or list(records)[:1]:
            edits[one][name] = getattr(after, name)
    for one, values in edits.items():
        if values:
            tx.edit(opened, records[one], msgspec.structs.replace(records[one], **values))


def _says(record: Record, name: str, shown: Any) -> bool:
    value = getattr(record, name)
    if not value:
        return False
    return name in IDENTITY or value == shown or _sounds_so(value, shown)


def _sounds_so(value: Any, shown: Any) -> bool:
    return isinstance(value, str) and isinstance(shown, str) and syllables(value) == syllables(shown)
