"""Imports of lists: how far each has come, and what the columns of a list were said to hold."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from enum import StrEnum
from typing import Any

import msgspec

from commune_desk.domain.time.clock import to_iso
from commune_desk.store.engine.database import Connection
from commune_desk.store.writing.transaction import Tx

TOPIC = "imports"


class ImportState(StrEnum):
    """`ready` when every row was read; `running` while rows are saved; the two before last are ways to `undone`."""

    STAGING = "staging"
    READY = "ready"
    RUNNING = "running"
    COMPLETE = "complete"
    REMOVING = "removing"
    WITHDRAWING = "withdrawing"
    UNDONE = "undone"


class Import(msgspec.Struct, frozen=True, kw_only=True):
    """A list brought in. `total` and `done` count its rows."""

    id: str
    at: str
    officer: str
    file_digest: str
    title: str
    columns: tuple[str, ...]
    state: ImportState
    total: int
    done: int


_IMPORT = "SELECT id, at, officer, file_digest, title, columns, state, total, done FROM import"
_OPEN = ("staging", "ready", "running", "removing", "withdrawing")


def begin(tx: Tx, import_id: str, *, file_digest: str, title: str, columns: Sequence[str]) -> None:
    """Open an import, with no rows yet."""
    tx.connection.execute(
        "INSERT INTO import VALUES (?,?,?,?,?,?,'staging',0,0)",
        (import_id, to_iso(tx.present()), tx.actor.officer, file_digest, title, json.dumps(list(columns))),
    )
    tx.topic(TOPIC)


def set_state(tx: Tx, import_id: str, state: ImportState) -> None:
    """Move an import on; its total is the rows it has by then."""
    tx.connection.execute(
        "UPDATE import SET state=?2, total=(SELECT count(*) FROM import_row WHERE import_id=?1) WHERE id=?1",
        (import_id, state.value),
    )
    tx.topic(TOPIC)


def complete(tx: Tx, import_id: str) -> None:
    """Show all children of the import at once: from here on it is part of the register."""
    set_state(tx, import_id, ImportState.COMPLETE)
    tx.connection.execute("UPDATE child_index SET shown=1 WHERE import_id=?", (import_id,))


def hide(tx: Tx, import_id: str, state: ImportState) -> None:
    """Take all children of the import out of every list at once."""
    set_state(tx, import_id, state)
    tx.connection.execute("UPDATE child_index SET shown=0 WHERE import_id=?", (import_id,))


def import_named(connection: Connection, import_id: str) -> Import | None:
    return next(_imports(connection, "WHERE id=?", import_id), None)


def unfinished(connection: Connection) -> list[Import]:
    """Imports that a crash or a lock broke off, oldest first."""
    return list(_imports(connection, f"WHERE state IN ({','.join('?' * len(_OPEN))}) ORDER BY id", *_OPEN))


def unsettled(connection: Connection) -> list[Import]:
    """Imports that are in the register while some of their rows still wait to fill in a child, oldest first."""
    waits = "EXISTS (SELECT 1 FROM import_row r WHERE r.import_id=import.id AND r.state='filling')"
    return list(_imports(connection, f"WHERE state='complete' AND {waits} ORDER BY id"))


def recent(connection: Connection, limit: int = 5) -> list[Import]:
    """The imports that are in the register, the latest first."""
    return list(_imports(connection, "WHERE state='complete' ORDER BY id DESC LIMIT ?", limit))


def imported_before(connection: Connection, file_digest: str) -> Import | None:
    """The import of the very same file that is in the register."""
    return next(_imports(connection, "WHERE state='complete' AND file_digest=? ORDER BY id DESC", file_digest), None)


def _imports(connection: Connection, where: str, *values: Any) -> Iterator[Import]:
    for row in connection.execute(f"{_IMPORT} {where}", values):
        yield Import(
            **dict(zip(("id", "at", "officer", "file_digest", "title"), row, strict=False)),
            columns=tuple(json.loads(row[5])),
            state=ImportState(row[6]),
            total=row[7],
            done=row[8],
        )


def remember_mapping(tx: Tx, titles: str, mapping: dict[int, str]) -> None:
    """Keep what the columns of a list with these titles mean."""
    tx.connection.execute("INSERT OR REPLACE INTO import_mapping VALUES (?,?)", (titles, json.dumps(mapping)))


def remembered_mapping(connection: Connection, titles: str) -> dict[int, str] | None:
    """What the columns meant the last time a list had these titles."""
    row = connection.execute("SELECT mapping FROM import_mapping WHERE titles=?", (titles,)).fetchone()
    return {int(column): target for column, target in json.loads(row[0]).items()} if row else None
