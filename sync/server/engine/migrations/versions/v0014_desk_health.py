"""How each desk said last that it stands. Frozen: later schemas are later migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0014"
down_revision = "0013"
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Sorted alike on both engines."""


def upgrade() -> None:
    op.create_table(
        "desk_health",
        sa.Column("desk", _TEXT, primary_key=True, nullable=False),
        sa.Column("said_at", _TEXT, nullable=False),
        sa.Column("waiting", sa.BigInteger, nullable=False),
        sa.Column("oldest_at", _TEXT, nullable=False),
        sa.Column("clock_ahead", sa.BigInteger),
        sa.Column("program_version", _TEXT, nullable=False),
        sa.Column("schema", sa.BigInteger, nullable=False),
    )
