"""People who are the same child as another. Frozen: later schemas are later migrations."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0011"
down_revision = "0010"
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Sorted alike on both engines."""


def upgrade() -> None:
    op.add_column("record_person", sa.Column("joined_to", _TEXT))
    op.create_index("record_person_by_joined_to", "record_person", ["joined_to"])
