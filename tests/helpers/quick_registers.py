"""Registers that a test process makes one after another, at a fraction of what the first one costs.

A desk's program migrates its register once. A test process makes thousands: here the pages that the migrations made of
the first empty one are copied into the next, under its own key, by the engine's own backup. That it is the same is held
in `tests/store/desk/test_quick_registers.py`.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from commune_desk.store.desk import register
from commune_desk.store.engine.database import Connection, connect, translated
from commune_desk.store.engine.migrate import migrate, steps
from commune_desk.vault.keys import RegisterKey

by_migrations = migrate
"""As the program does it."""
_IS_EMPTY = "SELECT NOT EXISTS (SELECT 1 FROM sqlite_master)"


class _Pages:
    """What the migrations make of an empty register."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._of: dict[int, Connection] = {}

    def migrate(self, connection: Connection) -> int:
        if not connection.execute(_IS_EMPTY).fetchone()[0]:
            return by_migrations(connection)
        with translated():
            self._made().backup(connection)
        return len(steps())

    def _made(self) -> Connection:
        """Each process its own: no connection outlives a fork."""
        own = os.getpid()
        if own not in self._of:
            self._of[own] = connect(self._folder / f"{own}.db", RegisterKey.generate())
            by_migrations(self._of[own])
        return self._of[own]

    def close(self) -> None:
        if (made := self._of.pop(os.getpid(), None)) is not None:
            made.close()


@contextmanager
def quick_registers() -> Iterator[None]:
    """Of all registers that are made meanwhile."""
    with tempfile.TemporaryDirectory(prefix="registers-") as folder, pytest.MonkeyPatch.context() as patch:
        pages = _Pages(Path(folder))
        patch.setattr(register, "migrate", pages.migrate)
        yield
        pages.close()
