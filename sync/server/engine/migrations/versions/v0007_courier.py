"""What couriers bring: pushes that wait for earlier ones, and where each desk's reading stood."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0007"
down_revision = "0006"
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Sorted alike on both engines."""


def upgrade() -> None:
    op.create_table(
        "courier_parked",
        sa.Column("desk", _TEXT, primary_key=True, nullable=False),
        sa.Column("digest", sa.LargeBinary, primary_key=True, nullable=False),
        sa.Column("first_n", sa.BigInteger, nullable=False),
        sa.Column("last_n", sa.BigInteger, nullable=False),
        sa.Column("body", sa.LargeBinary, nullable=False),
        sa.Column("parked_at", _TEXT, nullable=False),
    )
    op.create_table(
        "courier_question",
        sa.Column("desk", _TEXT, primary_key=True, nullable=False),
        sa.Column("request", sa.LargeBinary, nullable=False),
        sa.Column("asked_at", _TEXT, nullable=False),
    )
