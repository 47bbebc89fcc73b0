"""A value that was only sealed again, and that the province did not take, is no entry and asks nothing of anybody."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.time.clock import SystemClock
from commune_desk.i18n import set_language
from commune_desk.presenters.sync.page import sync_chip, sync_page
from commune_desk.store.exchange import set_aside
from commune_desk.store.pages.history import child_history
from commune_desk.store.pages.sync_status import SyncFacts, sync_facts
from commune_desk.usecases.sync.agent import SyncStatus
from commune_desk.usecases.sync.log import sync_log
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.two_communes import Two, move
from tests.sync.moves.test_joined_at_desks import joins

pytestmark = pytest.mark.usefixtures("store_engine")

QUIET = SyncStatus()


def facts(desk: RealDesk) -> SyncFacts:
    return desk.register.write(lambda tx: sync_facts(tx.connection)).result()[0]


@pytest.fixture
def refused(two: Two, child: RecordId, again: RecordId) -> RealDesk:
    """A desk that moved the record which a colleague had joined to another: the move is set aside, and what was sealed
    for it with it. The child stays."""
    set_language("en")
    joins(two.old, again, child)
    two.old.sync()
    move(two.late, again)
    two.late.sync()
    two.late.sync()
    return two.late


def test_it_asks_nobody_and_stays_in_the_log(refused: RealDesk) -> None:
    told = facts(refused)
    assert (told.set_aside_codes, told.sealings_set_aside) == ((("joined", 1),), (("moved", 1),))
    assert told.set_aside == 1
    (warned,) = [line for line in sync_page(told, QUIET).proven if line.tone == "warning"]
    assert warned.text == "1 change was set aside by the province", "the move, which an officer asked for"
    log = refused.register.write(lambda tx: sync_log(tx.connection, "2026-11-26T08:00:00Z")).result()[0]
    assert "set aside: joined 1;" in log
    assert "sealed again and not taken: moved 1\n" in log


def test_it_would_be_counted_among_the_entries(refused: RealDesk, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(set_aside, "_SEALS_AGAIN", "0")
    assert facts(refused).set_aside == 2


def test_with_nothing_else_set_aside_all_is_proven(refused: RealDesk) -> None:
    refused.ask("UPDATE change SET state='accepted', code=NULL WHERE code='joined'")
    told = facts(refused)
    assert told.sealings_set_aside == (("moved", 1),)
    at = told.proven_at  # as the agent notes it after a round
    told = msgspec.structs.replace(told, heard_at=at, last_contact=at, heard_changes=told.proven_changes)
    assert told.is_proven_whole
    assert sync_chip(told, QUIET, SystemClock().now())[1] == "good"
    child = child_of(refused)
    history = refused.register.write(lambda tx: child_history(tx.connection, child)).result()[0]
    assert not [entry for entry in history if entry.is_set_aside], "nor in the child's own history"


def test_a_stick_that_brings_such_a_receipt_tells_of_the_entry_alone(refused: RealDesk) -> None:
    named = [one for (one,) in refused.ask("SELECT id FROM change WHERE state='quarantined'")]
    assert len(named) == 2
    assert refused.register.write(lambda tx: set_aside.count_entries(tx.connection, named)).result()[0] == 1
    assert refused.register.write(lambda tx: set_aside.count_entries(tx.connection, [])).result()[0] == 0


def child_of(desk: RealDesk) -> str:
    ((person,),) = desk.ask("SELECT person FROM child_index")
    return str(person)
