"""A stick whose reply was lost, and then an older one once more: what the province set aside is told all the same."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import Scope, new_record_id
from commune_desk.domain.records.placements import Bed, PlacementNotice
from commune_desk.store.exchange.replica import RegisterReplica
from commune_desk.store.pages.sync_status import SyncFacts, sync_facts
from commune_desk.store.writing.transaction import Tx
from sync.protocol import Receipt
from tests.sync.actors.islands import Islands, waiting
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import HOUSE

pytestmark = pytest.mark.usefixtures("store_engine")
NOWHERE = Scope("C:06899")


def _bed(tx: Tx) -> None:
    tx.save(Bed(id=new_record_id(), scope=tx.actor.scope, label="1"))


def _notice(tx: Tx) -> None:
    """For a commune that the province does not have: it sets that aside."""
    made = PlacementNotice(
        id=new_record_id(), scope=NOWHERE, case_code="QN-06899-2026-0001", status="staying", since_on="2026-11-20"
    )
    tx.save(made)


def _first_once_more(islands: Islands, desk: RealDesk) -> None:
    """Two sticks; the reply to the second is lost, and the first comes again."""
    desk.run(_bed)
    first = islands.write_out(desk)
    desk.run(_notice)
    islands.bring(*islands.write_out(desk))
    assert (islands.held(desk), islands.set_aside(desk)) == ([1], [2])
    read = islands.read_in(desk, *islands.bring(*first))
    assert read.signed_for == 1


def _facts(desk: RealDesk) -> SyncFacts:
    return desk.register.write(lambda tx: sync_facts(tx.connection)).result()[0]


def test_what_was_set_aside_is_told_with_the_next_reply(islands: Islands) -> None:
    desk = islands.desk(HOUSE)
    _first_once_more(islands, desk)
    assert (waiting(desk), _facts(desk).is_proven_whole) == (1, False)
    read = islands.trip(desk)
    assert (read.signed_for, read.quarantined, waiting(desk)) == (2, 1, 0)
    assert (_facts(desk).set_aside, _facts(desk).is_proven_whole) == (1, False)


def test_taken_for_all_that_is_signed_for_it_would_be_told_to_nobody(
    islands: Islands, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    desk = islands.desk(HOUSE)

    def all_of_it(_replica: RegisterReplica, receipt: Receipt) -> int:
        return receipt.accepted_n

    monkeypatch.setattr(RegisterReplica, "named_up_to", all_of_it)
    with pytest.raises(AssertionError):
        _first_once_more(islands, desk)
    assert islands.trip(desk).quarantined == 0
    assert (_facts(desk).set_aside, _facts(desk).is_proven_whole) == (0, True)
