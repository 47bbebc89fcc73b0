"""What a colleague sent of ours, while the province had lost it: our own change came later and was set aside."""

from __future__ import annotations

from collections.abc import Collection

import msgspec

from commune_desk.store.changes import journal
from commune_desk.store.writing.transaction import Tx
from sync.change import Change

_WRITTEN_ONCE = "append_only"
_ASIDE = f"SELECT id, raw FROM change WHERE {journal.OPEN} AND state=? AND code=? AND kind=? AND record=?"  # noqa: S608


def let_stand(tx: Tx, kind: str, record: str, same: Collection[str]) -> None:
    """Count a change as taken in that says nothing but what stands: `same` are the fields that are here as there."""
    aside = tx.connection.execute(_ASIDE, (journal.ASIDE, _WRITTEN_ONCE, kind, record)).fetchall()
    for change_id, raw in aside:
        if raw and set(msgspec.json.decode(raw, type=Change).fields) <= set(same):
            tx.connection.execute("UPDATE change SET state='accepted', code=NULL, seq=0 WHERE id=?", (change_id,))
            tx.topic("sync")
