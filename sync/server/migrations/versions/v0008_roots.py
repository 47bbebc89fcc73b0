"""Daily signed roots. Frozen: later schemas are later migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0008"
down_revision = "0006"


def upgrade() -> None:
    for statement in Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split("\n--\n"):
        op.execute(statement)
