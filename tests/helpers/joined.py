"""Two records of one child, joined as the page joins them."""

from __future__ import annotations

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.writing.opened import open_records
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.records.joining import Chosen, Half, half_of, join_children


def join(tx: Tx, old: str, kept: str, chosen: Chosen | None = None) -> RecordId:
    """Let `old` be one with `kept`, with what is chosen of it."""
    one, other = (half_of(tx.connection, person) for person in (kept, old))
    assert isinstance(one, Half)
    assert isinstance(other, Half)
    opened = open_records(tx.connection, one.person, one.file, other.person, other.file)
    return join_children(tx, opened, one, other, chosen or {})
