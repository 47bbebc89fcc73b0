"""Until when a desk's lease runs, and whether it is to be removed. Frozen: later schemas are later migrations."""

from __future__ import annotations

from alembic import op

revision = "0009"
down_revision = "0006"


def upgrade() -> None:
    op.execute("ALTER TABLE desk ADD COLUMN lease_until TEXT")
    op.execute("ALTER TABLE desk ADD COLUMN removal_at TEXT")
