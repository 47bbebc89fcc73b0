"""What the tests' embedded stores are made of is what the program's migrations make."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from sync.server.engine import schema
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.engine.embedded import EmbeddedDatabase
from tests.helpers import quick_stores

_KEY = "0a" * 32


def _all(path: Path) -> list[Any]:
    with closing(EmbeddedDatabase(path, _KEY)) as database:
        schema.migrate(database)

        def read(connection: Any) -> list[Any]:
            made: list[Any] = connection.exec_driver_sql(
                "SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name"
            ).all()
            tables = [name for kind, name, *_ in made if kind == "table"]
            return made + [row for table in tables for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')]

        return database.read(read, WHOLE_PROVINCE)


def test_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [_all(tmp_path / f"{place}.db") for place in range(2)][-1]
    monkeypatch.setattr(schema, "_upgrade", quick_stores.by_migrations)
    assert quick == _all(tmp_path / "migrated.db")
