"""While a receipt is being written down the next batch is on its way; a sync is over once the last one is kept."""

from __future__ import annotations

import errno
from dataclasses import dataclass, field

import pytest

from commune_desk.domain.model.ids import uuid7
from sync import protocol
from sync.client import errors
from sync.client.replica import PendingReceipt
from sync.client.session import Session
from tests.sync.actors.memory_replica import MemoryReplica
from tests.sync.actors.scripted_province import SCOPE, Raw, ScriptedProvince

BATCHES = 3


@dataclass
class Slow(MemoryReplica):
    """Notes when it begins to keep a receipt and when it was waited for; what it is told to raise it raises then."""

    steps: list[str] = field(default_factory=list)
    fails_with: OSError | None = None

    def acknowledge(
        self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes
    ) -> PendingReceipt:
        self.steps.append("begun")

        def wait() -> bool:
            self.steps.append("kept")
            if self.fails_with is not None:
                raise self.fails_with
            return kept()

        kept = super().acknowledge(receipt, up_to, receipt_bytes, signature)
        return wait


def province_and_desk() -> tuple[ScriptedProvince, Slow]:
    province = ScriptedProvince()
    desk = Slow(province.desk("AAAAAA").me)
    for _ in range(BATCHES * protocol.MAX_CHANGES):
        desk.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
    honest = province.push

    def noted(body: bytes) -> Raw:
        desk.steps.append("sent")
        return honest(body)

    province.pranks["/v1/push"] = noted
    return province, desk


def test_the_next_batch_does_not_wait_for_the_disk() -> None:
    province, desk = province_and_desk()
    Session(province.transport(), desk).sync()
    assert desk.steps == ["sent", "begun", "sent", "kept", "begun", "sent", "kept", "begun", "kept"]
    assert desk.accepted_n == BATCHES * protocol.MAX_CHANGES


def test_a_line_that_drops_leaves_what_has_a_receipt_kept() -> None:
    province, desk = province_and_desk()
    take = province.pranks["/v1/push"]

    def drop(body: bytes) -> Raw | None:
        if desk.steps:
            return Raw(502, b"<html>", {"Content-Type": "text/html"})
        return take(body)

    province.pranks["/v1/push"] = drop
    session = Session(province.transport(), desk)
    with pytest.raises(errors.ServerTrouble):
        session.sync()
    assert desk.steps == ["sent", "begun", "kept"]
    assert (desk.accepted_n, session.so_far.pushed) == (protocol.MAX_CHANGES, protocol.MAX_CHANGES)


def test_a_disk_that_refuses_the_receipt_ends_the_sync_and_counts_nothing() -> None:
    province, desk = province_and_desk()
    desk.fails_with = OSError(errno.ENOSPC, "full")
    session = Session(province.transport(), desk)
    with pytest.raises(OSError, match="full"):
        session.sync()
    assert desk.steps == ["sent", "begun", "sent", "kept"], "once more was sent than is known to be kept, and no more"
    assert session.so_far.pushed == 0
