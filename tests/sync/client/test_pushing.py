"""While a receipt is being written down the next batch is on its way; a sync is over once the last one is kept.

Meanwhile the one behind it is read, and a line that is quick is given longer ones.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import count

import msgspec
import pytest
import requests

from commune_desk.domain.model.ids import uuid7
from sync import framing, protocol, seal
from sync.client import errors, pushing
from sync.client.replica import PendingReceipt
from sync.client.session import Session
from tests.helpers.pushes import push_at_once
from tests.sync.actors.memory_replica import MemoryReplica, Pending
from tests.sync.actors.scripted_province import SCOPE, Raw, ScriptedProvince

BATCHES, AT_ONCE = 3, 20
USUAL, MOST = protocol.USUAL_CHANGES, protocol.MAX_CHANGES
_PATIENCE = 20.0


@dataclass
class Slow(MemoryReplica):
    """Notes when it begins to keep a receipt and when it was waited for; what it is told to raise it raises then."""

    steps: list[str] = field(default_factory=list)
    fails_with: OSError | None = None
    read: list[int] = field(default_factory=list)
    """The numbers after which it was asked what waits."""
    was_read: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def pending(self, after_n: int, max_changes: int, max_bytes: int) -> Sequence[Pending]:
        self.read.append(after_n)
        self.was_read.release()
        return super().pending(after_n, max_changes, max_bytes)

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


@pytest.fixture
def in_short_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    push_at_once(monkeypatch, AT_ONCE)


def province_and_desk(changes: int = BATCHES * AT_ONCE) -> tuple[ScriptedProvince, Slow]:
    province = ScriptedProvince()
    desk = Slow(province.desk("AAAAAA").me)
    for _ in range(changes):
        desk.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
    honest = province.push

    def noted(body: bytes) -> Raw:
        desk.steps.append("sent")
        return honest(body)

    province.pranks["/v1/push"] = noted
    return province, desk


@pytest.mark.usefixtures("in_short_batches")
def test_the_next_batch_does_not_wait_for_the_disk() -> None:
    province, desk = province_and_desk()
    Session(province.transport(), desk).sync()
    assert desk.steps == ["sent", "begun", "sent", "kept", "begun", "sent", "kept", "begun", "kept"]
    assert desk.accepted_n == BATCHES * AT_ONCE


@pytest.mark.usefixtures("in_short_batches")
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
    assert (desk.accepted_n, session.so_far.pushed) == (AT_ONCE, AT_ONCE)


@pytest.mark.usefixtures("in_short_batches")
def test_a_disk_that_refuses_the_receipt_ends_the_sync_and_counts_nothing() -> None:
    province, desk = province_and_desk()
    desk.fails_with = OSError(errno.ENOSPC, "full")
    session = Session(province.transport(), desk)
    with pytest.raises(OSError, match="full"):
        session.sync()
    assert desk.steps == ["sent", "begun", "sent", "kept"], "once more was sent than is known to be kept, and no more"
    assert session.so_far.pushed == 0


@pytest.mark.usefixtures("in_short_batches")
def test_the_batch_behind_is_read_while_this_one_is_on_its_way() -> None:
    province, desk = province_and_desk()
    honest, read_meanwhile = province.pranks["/v1/push"], list[int]()

    def noted(body: bytes) -> Raw | None:
        expected = min(len(read_meanwhile) + 2, BATCHES + 1)
        while len(desk.read) < expected and desk.was_read.acquire(timeout=_PATIENCE):
            pass
        read_meanwhile.append(desk.read[-1])
        return honest(body)

    province.pranks["/v1/push"] = noted
    Session(province.transport(), desk).sync()
    assert read_meanwhile == [AT_ONCE, 2 * AT_ONCE, 3 * AT_ONCE]
    assert desk.accepted_n == BATCHES * AT_ONCE


@pytest.mark.usefixtures("in_short_batches")
def test_behind_a_batch_that_is_not_full_nothing_is_read_beside() -> None:
    """One visit is what a sync mostly brings; what is typed meanwhile is found after it."""
    province, desk = province_and_desk(AT_ONCE - 1)
    honest, before = province.pranks["/v1/push"], list[int]()

    def noted(body: bytes) -> Raw | None:
        before.extend(desk.read)
        if len(desk.steps) == 0:
            desk.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
        return honest(body)

    province.pranks["/v1/push"] = noted
    Session(province.transport(), desk).sync()
    assert before[:1] == [0]
    assert before[1:] == [0, AT_ONCE - 1]
    assert desk.accepted_n == AT_ONCE


@pytest.mark.usefixtures("in_short_batches")
def test_what_was_read_ahead_is_left_where_the_province_took_less() -> None:
    """A receipt that goes less far than what was sent: what it does not speak of is offered again."""
    province, desk = province_and_desk()
    honest, sent = province.pranks["/v1/push"], list[int]()

    def less(body: bytes) -> Raw | None:
        head, *lines = body.split(b"\n")
        header = protocol.decode(head, protocol.PushHeader)
        sent.append(header.first_n)
        if len(sent) > 1:
            return honest(body)
        half = AT_ONCE // 2
        held = msgspec.structs.replace(header, last_n=half, marks=[])
        return honest(b"\n".join([protocol.encode(held), *lines[:half]]))

    province.pranks["/v1/push"] = less
    Session(province.transport(), desk).sync()
    assert sent == [1, 1 + AT_ONCE // 2, 1 + AT_ONCE // 2 + AT_ONCE, 1 + AT_ONCE // 2 + 2 * AT_ONCE]
    assert desk.accepted_n == BATCHES * AT_ONCE


def sizes_sent(province: ScriptedProvince) -> list[int]:
    return [len(body.split(b"\n")) - 1 for path, body in province.asked if path == "/v1/push"]


@pytest.fixture
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """However much this machine has to do."""
    monkeypatch.setattr(pushing, "monotonic", lambda: 0.0)


@pytest.mark.usefixtures("quick")
def test_a_quick_line_is_given_longer_pushes() -> None:
    province, desk = province_and_desk(USUAL + MOST + 7)
    Session(province.transport(), desk).sync()
    assert sizes_sent(province) == [USUAL, MOST, 7]


@pytest.mark.usefixtures("quick")
def test_each_sync_begins_with_the_usual_ones() -> None:
    """A PC that was in the office is in a village by now."""
    province, desk = province_and_desk(2 * USUAL)
    session = Session(province.transport(), desk)
    session.sync()
    for _ in range(USUAL + 1):
        desk.record(SCOPE, "person", uuid7(), {"full_name": "Lò Thị Thử"})
    session.sync()
    assert sizes_sent(province) == [USUAL, USUAL, USUAL, 1]


def test_a_slow_line_is_not(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pushing, "monotonic", count(step=2).__next__)
    province, desk = province_and_desk(2 * USUAL + 1)
    Session(province.transport(), desk).sync()
    assert sizes_sent(province) == [USUAL, USUAL, 1]


@pytest.mark.usefixtures("quick")
def test_a_province_that_takes_the_usual_alone_is_asked_for_more_once() -> None:
    """One of an earlier program."""
    province, desk = province_and_desk(4 * USUAL)
    province.most_changes = USUAL
    Session(province.transport(), desk).sync()
    assert sizes_sent(province) == [USUAL, 3 * USUAL, USUAL, USUAL, USUAL]
    assert desk.accepted_n == 4 * USUAL


@pytest.mark.usefixtures("quick")
def test_a_line_that_breaks_a_long_push_is_given_no_second_one() -> None:
    """It would break each sync again, behind 500 that were quick, and nothing would ever be pulled."""
    province, desk = province_and_desk(USUAL + MOST + USUAL)
    honest = province.pranks["/v1/push"]

    def narrow(body: bytes) -> Raw | None:
        if len(body.split(b"\n")) - 1 > USUAL:
            raise requests.exceptions.ChunkedEncodingError("cut")
        return honest(body)

    province.pranks["/v1/push"] = narrow
    session = Session(province.transport(), desk)
    with pytest.raises(errors.HalfPage):
        session.sync()
    session.sync()
    assert sizes_sent(province)[:2] == [USUAL, MOST]
    assert max(sizes_sent(province)[2:]) == USUAL
    assert desk.accepted_n == USUAL + MOST + USUAL


@pytest.mark.usefixtures("quick")
def test_who_has_most_set_aside_keeps_to_the_usual() -> None:
    """Its receipt names them, and has to be short enough to be shown where the PC is enrolled anew."""
    province, desk = province_and_desk(2 * USUAL + 1)
    honest = province.pranks["/v1/push"]

    def all_aside(body: bytes) -> Raw | None:
        reply = honest(body)
        assert reply is not None
        receipt = protocol.decode(framing.inflate(reply.body), protocol.Receipt)
        count = len(body.split(b"\n")) - 1
        results = [protocol.Result(id="", n=n, status="quarantined", code="revoked") for n in range(count)]
        return province.signed(msgspec.structs.replace(receipt, results=results), seal.RECEIPT)

    province.pranks["/v1/push"] = all_aside
    Session(province.transport(), desk).sync()
    assert sizes_sent(province) == [USUAL, USUAL, 1]
