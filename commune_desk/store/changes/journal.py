"""The table of changes: every one this desk made or received, with the exact bytes that were signed."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from commune_desk.store.engine.database import Connection, NotUnique
from sync import protocol
from sync.change import Line

WAITING, STAGED = "waiting", "staged"
"""With a number, and still without one."""
UNSENT = (WAITING, STAGED)
"""Made here, and the province has not signed for it."""
IS_UNSENT = f"state IN {UNSENT}"
LEFT = "left"
"""Made here about a record that has left this place: kept for the province alone until a verified backup has it."""
ASIDE = "quarantined"
"""Made here, and the province does not apply it."""
ERASED = "erased"
"""Made here about a record that was erased by law: its digest alone is kept."""
OPEN = "state IN ('waiting', 'sent', 'staged', 'quarantined')"
"""Exactly the condition of the index `change_open`: a query that repeats it never reads what is settled.

Its state `sent` is one that no change was ever in; the engine uses the index only for the same words.
"""

UNDER_WAY = "seq IS NULL AND state IN ('waiting', 'accepted', 'staged')"
"""Made here, signed for or not, and not heard yet in any feed."""

TAKEN_OVER = (
    "FROM change c LEFT JOIN import i ON i.id=c.import_id"
    " WHERE c.state='staged' AND (c.import_id IS NULL OR i.id IS NULL OR i.state='complete')"
)
"""Staged changes of no import, or of one that is complete."""
MAY_GO = f"{TAKEN_OVER} AND c.code IS NULL"
"""Those of them that may be numbered: known to the province's program.

The `code` of a staged change that waits for a newer one is the schema version that it needs.
"""

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
    line: Line,
    *,
    state: str,
    head: bytes | None = None,
    place: tuple[int, str | None] = (0, None),
) -> None:
    """Write a change down (unsigned while staged).

    `head` is this desk's chain after it, `place` its (seq, outcomes as JSON) in the feed.
    """
    connection.execute(_INSERT, row(line, state=state, head=head, place=place))


def keep_received(connection: Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write down what came, each as `row` has it.

    Raises Malformed where an id or a desk's number comes twice: no honest province lets that through.
    """
    try:
        connection.executemany(_INSERT, rows)
    except NotUnique:
        raise protocol.Malformed from None


def tell(connection: Connection, line: Line, *, state: str, place: tuple[int, str | None]) -> None:
    """A feed tells of a change that is here: whose it is there, with which bytes; what was said of it is over."""
    change = line.change
    connection.execute(
        "UPDATE change SET seq=?, outcomes=?, state=?, code=NULL, desk=?, n=?, raw=?, signature=? WHERE id=?",
        (*place, state, change.desk, change.n, line.raw, line.signature or None, change.id),
    )


def tell_place(connection: Connection, change: str, place: tuple[int, str | None]) -> None:
    """A feed tells of a change under a former name of this desk: the one it was offered under again stays written
    down, for the desk's chain is made of all the numbers of its present name."""
    statement = "UPDATE change SET seq=?, outcomes=?, state='accepted', code=NULL WHERE id=?"
    connection.execute(statement, (*place, change))


def free_numbers(connection: Connection, own: str) -> None:
    """Who was put back goes on from fewer numbers than were given: those of others say nothing until heard again."""
    connection.execute("UPDATE change SET n=NULL WHERE desk<>? AND n IS NOT NULL", (own,))


def row(
    line: Line, *, state: str, head: bytes | None = None, place: tuple[int, str | None] = (0, None)
) -> tuple[Any, ...]:
    """The columns of a change, as they are written down."""
    change = line.change
    seq, outcomes = place
    return (
        change.id,
        change.desk,
        change.n or None,
        change.scope,
        change.kind,
        change.record,
        change.officer,
        change.stamp,
        change.import_id or None,
        line.raw,
        line.signature or None,
        state,
        head,
        seq or None,
        outcomes,
    )
