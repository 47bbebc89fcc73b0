"""What the tests' registers are made of is what the program's migrations make, under a key of their own."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from commune_desk.store.desk import register
from commune_desk.store.engine.database import RegisterDamaged, connect
from commune_desk.vault.keys import RegisterKey
from tests.helpers import quick_registers

_WHEN = "applied_at"


def _made(path: Path) -> list[Any]:
    with closing(connect(path, RegisterKey.generate())) as db:
        vars(register)["migrate"](db)
        found = db.execute("SELECT type, name, tbl_name, sql FROM sqlite_master ORDER BY name").fetchall()
        for name in ("user_version", "application_id", "page_size", "journal_mode", "auto_vacuum", "encoding"):
            found += [(name, value) for (value,) in db.execute(f"PRAGMA {name}")]
        tables = [name for kind, name, *_ in found if kind == "table"]
        return found + [row for table in tables for row in _rows(db, table)]


def _rows(db: Any, table: str) -> list[tuple[object, ...]]:
    """But for when a step was applied."""
    columns = [row[1] for row in db.execute(f'PRAGMA table_info("{table}")') if row[1] != _WHEN]
    listed = ", ".join(f'"{column}"' for column in columns)
    return [(table, *row) for row in db.execute(f'SELECT {listed} FROM "{table}"')]


def test_it_is_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    quick = [_made(tmp_path / f"{place}.db") for place in range(2)][-1]
    monkeypatch.setattr(register, "migrate", quick_registers.by_migrations)
    assert quick == _made(tmp_path / "migrated.db")


def test_no_register_opens_with_the_key_of_another(tmp_path: Path) -> None:
    keys = [RegisterKey.generate(), RegisterKey.generate()]
    for number, key in enumerate(keys):
        with closing(connect(tmp_path / f"{number}.db", key)) as db:
            vars(register)["migrate"](db)
    first, second = ((tmp_path / f"{number}.db").read_bytes() for number in range(2))
    assert first[:16] != second[:16], "the salt of each is its own"
    with pytest.raises(RegisterDamaged):
        connect(tmp_path / "0.db", keys[1])
