"""The schema of the first release. Frozen: later schemas are later migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0001"
down_revision = None


def upgrade() -> None:
    """Nothing on PostgreSQL, whose tables begin with step 0002."""
    if op.get_bind().dialect.name == "postgresql":
        return
    for statement in Path(__file__).with_suffix(".sql").read_text(encoding="utf-8").split("\n--\n"):
        op.execute(statement)
