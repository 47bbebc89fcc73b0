"""A desk's signed word that it removed what left, where the register has gone on under a new id since."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId, uuid7
from commune_desk.store.exchange import receipts
from commune_desk.store.exchange.staged import accept_new_desk, pulled_once
from commune_desk.usecases.registers.enrolment import identity_of, scope_keys_of
from sync.client import session
from sync.client.errors import HalfPage
from sync.server.engine import tables
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.two_communes import Two, move

pytestmark = pytest.mark.usefixtures("store_engine")


def cut(*_given: object) -> None:
    """The line breaks when all else is through."""
    raise HalfPage


def lose_the_child(two: Two, child: RecordId) -> str:
    """It leaves, and the desk that hears of it removes it; by which move."""
    move(two.old, child)
    two.old.sync()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(session, "report", cut)
        with pytest.raises(HalfPage):
            two.late.sync()
    ((change,),) = two.late.ask("SELECT change FROM purge_receipt WHERE is_sent=0")
    return str(change)


def enrol_anew(two: Two, desk: RealDesk) -> None:
    """As after a copied disk."""
    desk.replica().freeze("fork")
    enrolment = two.real.enrol()
    identity, keys = identity_of(enrolment, "PC of tests", uuid7()), scope_keys_of(enrolment)
    desk.register.write(lambda tx: accept_new_desk(tx, identity, keys)).result()


def signers(two: Two, change: str) -> list[str]:
    table = tables.purge
    return two.real.scalars(select(table.c.desk).where(table.c.change == change))


def test_what_was_not_told_yet_is_told_in_the_new_name(two: Two, child: RecordId) -> None:
    change = lose_the_child(two, child)
    enrol_anew(two, two.late)
    two.late.sync()
    two.late.register.write(pulled_once).result()
    assert two.late.sync().pushed == 0
    assert two.late.register.identity.desk in signers(two, change)
    assert two.late.ask("SELECT count(*) FROM purge_receipt WHERE is_sent=0") == [(0,)]


def test_what_was_told_long_ago_stops_no_sync_after_the_province_was_put_back(two: Two, child: RecordId) -> None:
    change = lose_the_child(two, child)
    two.late.sync()
    former = two.late.register.identity.desk
    enrol_anew(two, two.late)
    two.late.sync()
    two.late.register.write(lambda tx: receipts.resend_from(tx, 1)).result()
    two.late.sync()
    assert {former, two.late.register.identity.desk} <= set(signers(two, change))
