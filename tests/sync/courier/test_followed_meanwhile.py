"""A receipt of one epoch that is read when the register follows the next one already: it signs for nothing any more.

The line, the stick and what was delivered while locked are three ways to one register. By one of them it hears that the
province was put back from a backup, and offers again what it had signed for; what another way still brings from before
would have the register believe that all of it is there.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commune_desk.store.exchange import receipts
from commune_desk.store.exchange.replica import RegisterReplica
from sync import bundle, protocol, seal
from sync.client import courier as client
from sync.client.exchange import go_on_in
from sync.client.replica import PendingReceipt
from sync.client.session import Session
from tests.sync.actors.islands import Islands, waiting
from tests.sync.actors.real_desks import RealDesk

pytestmark = pytest.mark.usefixtures("store_engine")


class Meanwhile(RegisterReplica):
    """Before it keeps its first receipt, something else happens to the register."""

    happens: Callable[[], object] | None = None

    def acknowledge(
        self, receipt: protocol.Receipt, up_to: int, receipt_bytes: bytes, signature: bytes
    ) -> PendingReceipt:
        happens, self.happens = self.happens, None
        if happens is not None:
            happens()
        return super().acknowledge(receipt, up_to, receipt_bytes, signature)


@pytest.fixture
def desk(islands: Islands) -> RealDesk:
    made = islands.desk()
    islands.save(made, "Đang đi")
    return made


def overtaken(islands: Islands, desk: RealDesk) -> Meanwhile:
    """A replica that hears by another way, before it keeps a receipt, that the province stands in a new epoch."""
    replica = Meanwhile(desk.register, lambda _changes: None)

    def follow() -> None:
        islands.begin_epoch()
        go_on_in(desk.replica(), islands.epoch, from_n=1)

    replica.happens = follow
    return replica


def take_in_by_stick(islands: Islands, desk: RealDesk) -> None:
    files = islands.write_out(desk)
    (reply,) = islands.bring(*files)
    box = desk.register.identity.box
    asked = bundle.open_bundle(files[0], islands.real.province.keys.courier, protocol.PROVINCE_DESK)
    arrived = bundle.open_bundle(reply, seal.BoxKey.from_bytes(box), desk.register.identity.desk)
    client.take_in(overtaken(islands, desk), arrived, {asked.header.id: 0})


def test_a_receipt_by_stick_signs_for_nothing_once_the_line_told_of_a_new_epoch(
    islands: Islands, desk: RealDesk
) -> None:
    last = desk.replica().last_n()
    with pytest.raises(client.ReplyOfAnotherTime):
        take_in_by_stick(islands, desk)
    assert waiting(desk) == last, "all of it goes up again"


def test_believed_it_would_keep_everything_from_the_province_that_was_put_back(
    islands: Islands, desk: RealDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(receipts, "_is_of_another_time", lambda _connection, _receipt: False)
    take_in_by_stick(islands, desk)
    assert waiting(desk) == 0


def test_a_sync_that_is_told_so_by_stick_goes_through_in_the_new_epoch(islands: Islands, desk: RealDesk) -> None:
    last = desk.replica().last_n()
    Session(desk.connect(), overtaken(islands, desk)).sync()
    assert (waiting(desk), desk.register.identity.epoch) == (0, islands.epoch)
    assert islands.held(desk) == list(range(1, last + 1))
