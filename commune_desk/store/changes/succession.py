"""Which of two changes of a field was written upon the other, as their authors said."""

from __future__ import annotations

import msgspec

from commune_desk.store.engine.database import Connection
from sync.change import Change


def is_later(connection: Connection, change_id: str, former: str, field: str) -> bool:
    """Whether who wrote the change had `former` before them in the field, or what was written upon that."""
    passed: set[str] = set()
    while change_id not in passed:
        passed.add(change_id)  # a desk may name what it likes: no chain goes round
        row = connection.execute("SELECT raw FROM change WHERE id=?", (change_id,)).fetchone()
        seen = msgspec.json.decode(row[0], type=Change).base.get(field) if row and row[0] else None
        if seen is None or seen == former:
            return seen is not None
        change_id = seen
    return False
