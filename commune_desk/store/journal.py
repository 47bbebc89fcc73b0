"""The table of changes: every one this desk made or received, with the exact bytes that were signed."""

from __future__ import annotations

from commune_desk.store.database import Connection
from sync.change import Change

_COLUMNS = (
    "id",
    "desk",
    "n",
    "scope",
    "kind",
    "record",
    "officer",
    "stamp",
    "import_id",
    "raw",
    "signature",
    "state",
    "head",
    "seq",
    "outcomes",
)
_INSERT = f"INSERT INTO change ({', '.join(_COLUMNS)}) VALUES ({','.join('?' * len(_COLUMNS))})"  # noqa: S608


def keep(
    connection: Connection,
    change: Change,
    raw: bytes,
    *,
    state: str,
    signature: bytes | None = None,
    head: bytes | None = None,
    place: tuple[int, str | None] = (0, None),
) -> None:
    """Write a change down. `head` is this desk's chain after it; `place` its (seq, outcomes as JSON) in the feed."""
    seq, outcomes = place
    connection.execute(
        _INSERT,
        (
            change.id,
            change.desk,
            change.n or None,
            change.scope,
            change.kind,
            change.record,
            change.officer,
            change.stamp,
            change.import_id or None,
            raw,
            signature,
            state,
            head,
            seq or None,
            outcomes,
        ),
    )
