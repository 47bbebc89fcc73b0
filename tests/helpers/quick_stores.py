"""Stores of the province that a test process makes one after another, at a fraction of what the first one costs.

A province's program has one engine and migrates once. A test process has thousands of both: here the engines of a kind
share what they compiled of statements, and an embedded store that is made anew gets the schema that the migrations made
in the first one. That it is the same is held in `tests/sync/server/test_quick_stores.py`.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, create_engine, event

from sync.server.engine import embedded, postgres, schema

by_migrations = schema._upgrade
"""As the program does it."""
_STATEMENTS = 4_000
"""So many are kept compiled: all that the tests ever ask."""
_MADE = "SELECT sql FROM sqlite_master WHERE sql IS NOT NULL ORDER BY rowid"


class _Kinds:
    """The first engine of each kind that got through to its store: only then its dialect knows with whom it speaks."""

    def __init__(self) -> None:
        self._first: dict[str, Engine] = {}

    def engine(self, url: str, **how: Any) -> Engine:
        made = create_engine(url, query_cache_size=_STATEMENTS, **how)
        first = self._first.get(url)
        if first is None:
            event.listen(made, "connect", lambda *_: self._first.setdefault(url, made), once=True)
        else:
            made.dialect = made.pool._dialect = first.dialect
            made._compiled_cache = first._compiled_cache
        return made


class _Schema:
    """What the migrations make of an empty embedded store."""

    def __init__(self) -> None:
        self._made: list[str] = []

    def upgrade(self, connection: Connection) -> None:
        driver: Any = connection.connection.driver_connection
        if connection.dialect.name != "sqlite" or driver.execute(_MADE).fetchone():
            by_migrations(connection)
            return
        if not self._made:
            by_migrations(connection)
            self._made = [sql for (sql,) in driver.execute(_MADE)]
            return
        for sql in self._made:
            driver.execute(sql)
        driver.execute("INSERT INTO alembic_version VALUES (?)", (schema._head(),))


@contextmanager
def quick_stores() -> Iterator[None]:
    """Nothing is left behind but what the stores hold."""
    kinds = _Kinds()
    with pytest.MonkeyPatch.context() as patch:
        for module in (embedded, postgres):
            patch.setattr(module, "create_engine", kinds.engine)
        patch.setattr(schema, "_upgrade", _Schema().upgrade)
        yield
