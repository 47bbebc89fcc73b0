"""The register at the port of the session: a batch has no holes, holds at least one change, and keeps its measure."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import uuid7
from commune_desk.store.exchange.staged import receipt_to_show
from commune_desk.store.pages.sync_status import sync_facts
from sync import protocol
from tests.helpers.builders import make_person, save_all
from tests.sync.actors.real_desks import FragileReplica, RealDesk
from tests.sync.actors.scripted_desks import scripted_desk
from tests.sync.actors.scripted_province import ScriptedProvince

AT = "2026-11-26T10:00:00Z"


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[RealDesk]:
    """A desk with five changes that nobody has."""
    from sync.seal import BoxKey

    made = scripted_desk(tmp_path, ScriptedProvince(), "AAAAAA", BoxKey.generate())
    for number in range(5):
        made.register.write(save_all(make_person(f"Người {number}"))).result()
    yield made
    made.register.close()


def _numbers(replica: FragileReplica, after: int = 0, *, most: int = 500, size: int = 1 << 20) -> list[int]:
    return [one.n for one in replica.pending(after, most, size)]


def test_a_batch_ends_before_a_number_that_is_settled(desk: RealDesk) -> None:
    """The third came back in a feed although its receipt was lost: the next batch goes on behind it."""
    desk.ask("UPDATE change SET state='accepted', seq=1 WHERE n=3")
    replica = desk.replica()
    assert _numbers(replica) == [1, 2]
    assert _numbers(replica, 2) == [4, 5]


def test_a_batch_keeps_its_measure_and_holds_at_least_one(desk: RealDesk) -> None:
    replica = desk.replica()
    (first, second, *_) = replica.pending(0, 500, 1 << 20)
    room = len(first.line) + len(second.line) + 2
    assert _numbers(replica, size=room) == [1, 2]
    assert _numbers(replica, size=room - 1) == [1]
    assert _numbers(replica, size=1) == [1]
    assert _numbers(replica, most=3) == [1, 2, 3]


def _signed(desk: RealDesk, n: int, *, told: int = 0) -> bytes:
    """The province signs for all up to `n`. `told`: so many of them it names."""
    own = desk.register.identity
    results = [protocol.Result(id=uuid7(), status="noop", n=n) for _ in range(told)]
    receipt = protocol.Receipt(desk=own.desk, accepted_n=n, durable_n=0, at=AT, results=results, epoch=own.epoch)
    body = protocol.encode(receipt)
    assert desk.replica().acknowledge(receipt, n, body, b"signature")()
    return body


def _shown(desk: RealDesk) -> tuple[bytes, bytes, int]:
    """The last receipt where a push shows it, and an enrolment; how far the Sync page says that the province signed."""
    read = desk.register.reader
    return desk.replica().last_receipt()[0], receipt_to_show(read)[0], sync_facts(read).proven_changes


def test_the_receipt_that_goes_furthest_is_the_last(desk: RealDesk) -> None:
    further = _signed(desk, 4)
    _signed(desk, 2)
    assert _shown(desk) == (further, further, 4)


def test_of_a_former_epoch_none_is_the_last_however_far_it_went(desk: RealDesk) -> None:
    """The province was put back; what was sent again since broke off on the way."""
    _signed(desk, 5)
    desk.replica().resend_from(1)
    desk.replica().follow("of another time")
    assert _shown(desk) == (b"", b"", 0)
    again = _signed(desk, 2)
    assert _shown(desk) == (again, again, 2)


def test_one_that_an_enrolment_has_no_room_for_is_not_shown_there(desk: RealDesk) -> None:
    short, long = _signed(desk, 2), _signed(desk, 5, told=2000)
    assert len(long) > protocol.MAX_RECEIPT
    assert _shown(desk) == (long, short, 5)
