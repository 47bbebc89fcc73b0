"""After a restore the commune that a child had come to is heard before the one that let it go."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.exchange import receipts
from commune_desk.store.exchange.set_aside import Codes, entries_set_aside
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice
from tests.sync.journeys.test_set_back_on_the_way import phone


def corrected_there(office: TravelledOffice) -> RecordId:
    """A correction of the new commune; the province, put back, takes the child for one of the old commune."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    phone(office.there, child, "0912000003")
    visit = office.visit("there", child)
    office.sync()
    office.put_back()
    office.sync("there", "colleague", "ours", "there", "there")
    return visit


def told(office: TravelledOffice) -> Codes:
    return office.there.register.write(lambda tx: entries_set_aside(tx.connection)).result()[0]


def test_what_it_set_aside_this_time_is_told_though_it_stood_in_the_feed_before(office: TravelledOffice) -> None:
    visit = corrected_there(office)
    assert office.homes("home_visit") == {visit: OTHER_COMMUNE}
    assert told(office) == (("moved", 1),)
    assert office.unrest() == {"there": {"set aside": [("moved", 1)]}}


def test_by_where_it_stood_before_it_would_be_gone_in_silence(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    blind = receipts._SET_ASIDE.replace("(seq IS NULL OR state IN ('waiting', 'sent'))", "seq IS NULL")
    monkeypatch.setattr(receipts, "_SET_ASIDE", blind)
    corrected_there(office)
    assert office.there.ask("SELECT phone FROM person") == [(None,)]
    assert told(office) == ()
