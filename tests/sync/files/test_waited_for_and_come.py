"""A photo whose words came first: its content is asked for in vain, comes later, and is told as here from then on."""

from __future__ import annotations

from commune_desk.domain.time.clock import local_day
from commune_desk.presenters.child.files import ChildFiles
from commune_desk.store.files import day_budget
from commune_desk.store.writing.transaction import Tx
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.travelled_office import TravelledOffice


def spent(tx: Tx) -> None:
    """No more of files today."""
    day_budget.spend(tx.connection, local_day(tx.ledger.now()), 1 << 30)


def no_bound(tx: Tx) -> None:
    tx.connection.execute("DELETE FROM file_day")


def left_by_an_earlier_program(tx: Tx) -> None:
    tx.connection.execute("UPDATE file_queue SET code='file_waits'")


def test_it_is_not_said_to_be_missing_for_ever(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    office.ours.run(spent)
    office.photo("ours", child, 100_000)
    told = ChildFiles(Colleague(office.colleague).workplace, child)
    states = []
    for _round in range(2):
        office.sync("ours", "colleague")
        states += [(one.state, one.is_here) for one in told.view()]
        office.ours.run(no_bound)
    assert states == [("Máy đã thêm tệp chưa gửi hết", False), ("Có trên máy này và ở tỉnh", True)]
    office.colleague.run(left_by_an_earlier_program)
    assert told.view()[0].state == "Có trên máy này và ở tỉnh"
