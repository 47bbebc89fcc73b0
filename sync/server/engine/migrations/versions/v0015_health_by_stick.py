"""What was on its way by stick when a desk said how it stands. Frozen: later schemas are later migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0015"
down_revision = "0014"
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Sorted alike on both engines."""


def upgrade() -> None:
    op.add_column("desk_health", sa.Column("carried_n", sa.BigInteger))
    op.add_column("desk_health", sa.Column("carried_since", _TEXT))
