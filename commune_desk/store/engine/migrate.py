"""Bringing a register up to this version: frozen numbered SQL files, each in a transaction of its own."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from commune_desk.domain.words.labels import N_
from commune_desk.store.engine.database import Connection, RegisterNewer, translated

FOLDER = Path(__file__).parent / "migrations"


def steps() -> list[Path]:
    return sorted(FOLDER.glob("[0-9][0-9][0-9][0-9]_*.sql"))


def version(connection: Connection) -> int:
    """How many steps the register has been through."""
    with translated():
        return int(connection.execute("PRAGMA user_version").fetchone()[0])


def migrate(connection: Connection) -> int:
    """Apply what is missing; returns how many steps ran. Raises RegisterNewer for a register of a later version."""
    present, known = version(connection), steps()
    if present > len(known):
        raise RegisterNewer(
            N_("A newer version of the program wrote this register. It was not changed; install the newer version.")
        )
    if present < len(known):
        _apply(connection, known)
    return len(known) - present


def _apply(connection: Connection, known: list[Path]) -> None:
    # Loaded only when there is something to do: it costs a fifth of the time to open a register.
    import sqlite_utils
    from sqlite_utils.migrations import Migrations

    migrations = Migrations("commune_desk")
    for number, path in enumerate(known, start=1):
        migrations(name=path.stem)(_runner(path, number))
    with translated():
        migrations.apply(sqlite_utils.Database(connection))


def _runner(path: Path, number: int) -> Callable[[Any], None]:
    def run(db: Any) -> None:
        for statement in statements(path.read_text(encoding="utf-8")):
            db.conn.execute(statement)
        db.conn.execute(f"PRAGMA user_version={number}")

    run.__name__ = path.stem
    return run


def statements(script: str) -> Iterator[str]:
    """The statements of a script one by one: `executescript` would commit the transaction it runs in."""
    from sqlite3 import complete_statement  # a second engine, which an open register does without

    buffer = ""
    for line in script.splitlines(keepends=True):
        buffer += line
        if complete_statement(buffer):
            yield buffer
            buffer = ""
