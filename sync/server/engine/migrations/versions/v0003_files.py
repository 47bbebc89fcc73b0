"""Files: their records, their ciphertext in pieces, and how much a desk sent on a day. Frozen."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
_TEXT = sa.Text().with_variant(sa.Text(collation="C"), "postgresql")
"""Sorted alike on both engines."""


def upgrade() -> None:
    _records()
    _content()


def _records() -> None:
    books = ("born", "writers", "tags", "stamps", "extra")
    own = {
        "attachment": (
            *("person", "visit", "report", "document", "media_type", "size", "sha256", "taken_on"),
            *("added_at", "officer", "caption", "content_key"),
        ),
        "attachment_withdrawal": ("attachment", "person", "reason", "withdrawn_at", "officer"),
    }
    for kind, fields in own.items():
        op.create_table(
            f"record_{kind}",
            sa.Column("id", _TEXT, primary_key=True, nullable=False),
            sa.Column("scope", _TEXT, nullable=False),
            *(sa.Column(name, sa.BigInteger if name == "size" else _TEXT) for name in fields),
            *(sa.Column(name, _TEXT, nullable=False) for name in books),
        )
        op.create_index(f"record_{kind}_by_scope", f"record_{kind}", ["scope"])
    op.create_index("record_attachment_by_sha256", "record_attachment", ["sha256"])


def _content() -> None:
    op.create_table(
        "blob",
        sa.Column("scope", _TEXT, primary_key=True, nullable=False),
        sa.Column("sha256", _TEXT, primary_key=True, nullable=False),
        sa.Column("size", sa.BigInteger, nullable=False),
        sa.Column("got", sa.BigInteger, nullable=False),
        sa.Column("done_at", _TEXT),
    )
    op.create_table(
        "blob_piece",
        sa.Column("scope", _TEXT, primary_key=True, nullable=False),
        sa.Column("sha256", _TEXT, primary_key=True, nullable=False),
        sa.Column("start", sa.BigInteger, primary_key=True, autoincrement=False, nullable=False),
        sa.Column("data", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "file_day",
        sa.Column("desk", _TEXT, primary_key=True, nullable=False),
        sa.Column("day", _TEXT, primary_key=True, nullable=False),
        sa.Column("bytes", sa.BigInteger, nullable=False),
    )
