"""Under which name a desk's PC was enrolled before. Frozen: later schemas are later migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Sorted alike on both engines."""


def upgrade() -> None:
    op.add_column("desk", sa.Column("former", _TEXT))
