"""Until when a desk's lease runs, and whether it is to be removed. Frozen: later schemas are later migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0009"
down_revision = "0008"
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Sorted alike on both engines."""


def upgrade() -> None:
    op.add_column("desk", sa.Column("lease_until", _TEXT))
    op.add_column("desk", sa.Column("removal_at", _TEXT))
