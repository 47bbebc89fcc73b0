"""The doorbell of a locked desk: how many reports wait in its communes, and nothing that names anybody."""

from __future__ import annotations

from sqlalchemy import func, select

from sync.protocol import DoorbellReply
from sync.server.answers.pull import refuse_stopped
from sync.server.engine.database import reach_of
from sync.server.engine.tables import RECORDS
from sync.server.identity import desks
from sync.server.identity.province import Province


def ring(province: Province, caller: desks.DeskState, nonce: str) -> DoorbellReply:
    """Count the reports waiting in the caller's scopes. Raises Refused for a stopped desk."""
    refuse_stopped(caller)
    report = RECORDS["report"]
    waiting = report.c.scope.in_(list(caller.grants)), report.c.status == "waiting"
    counting = select(func.count(), func.min(report.c.received_at), func.max(report.c.id)).where(*waiting)
    count, oldest, newest = province.database.read(
        lambda connection: connection.execute(counting).one(), reach_of(caller.id, caller.grants)
    )
    return DoorbellReply(nonce=nonce, waiting=count, oldest_received_at=oldest or "", newest=newest or "")
