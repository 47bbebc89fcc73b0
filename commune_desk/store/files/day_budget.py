"""How many bytes of files may go over the line on a day, and how many did."""

from __future__ import annotations

from datetime import date

import msgspec

from commune_desk.store.engine import settings
from commune_desk.store.engine.database import Connection

BUDGET_MB = "file_budget_mb"
DEFAULT_BUDGET_MB = 20
"""Megabytes of files a day, up and down together; 0 sets no bound."""
SENT_NOW_ON = "files_sent_now_on"
"""The day (ISO) for which an officer set the budget aside."""
NO_BOUND = 1 << 40


class Budget(msgspec.Struct, frozen=True):
    """Bytes of files on a day: how many may go over the line, and how many did. `is_lifted` for that day."""

    bytes: int
    used: int
    is_lifted: bool

    @property
    def left(self) -> int:
        return NO_BOUND if self.is_lifted or not self.bytes else max(0, self.bytes - self.used)


def budget(db: Connection, day: date) -> Budget:
    """What may go over the line on `day`, and what did."""
    megabytes = settings.get(db, BUDGET_MB, int, DEFAULT_BUDGET_MB)
    row = db.execute("SELECT bytes FROM file_day WHERE day=?", (day.isoformat(),)).fetchone()
    lifted = settings.get(db, SENT_NOW_ON, str, "") == day.isoformat()
    return Budget(megabytes << 20, int(row[0]) if row else 0, lifted)


def spend(db: Connection, day: date, more: int) -> None:
    """Count bytes that went over the line on `day`."""
    db.execute("DELETE FROM file_day WHERE day<>?", (day.isoformat(),))
    db.execute(
        "INSERT INTO file_day VALUES (?,?) ON CONFLICT(day) DO UPDATE SET bytes=bytes+excluded.bytes",
        (day.isoformat(), more),
    )
