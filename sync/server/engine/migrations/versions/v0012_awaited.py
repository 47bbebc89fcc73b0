"""What was set aside because its record was not there yet, and is merged once it is. Frozen: later schemas are later
migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import op

revision = "0012"
down_revision = "0011"


def upgrade() -> None:
    postgres = op.get_bind().dialect.name == "postgresql"
    written = Path(__file__).with_suffix(".psql" if postgres else ".sql").read_text(encoding="utf-8")
    for statement in written.split("\n--\n"):
        op.execute(statement)
