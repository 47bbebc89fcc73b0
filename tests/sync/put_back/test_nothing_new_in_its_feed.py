"""A province put back without a word is found out by a desk whose own feed says nothing of what it sent last."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from sync.client.session import Session
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

SAID = "Cháu đã đi học lại."


def written_late_and_put_back(office: TravelledOffice) -> RecordId:
    """A visit that went to the child's new commune alone, and of which the province knows nothing any more."""
    child = office.child("Chìu Văn Sáng")
    office.move("colleague", child, OTHER_COMMUNE)
    office.desks["colleague"].go()
    office.copy_silently()
    visit = office.visit("ours", child, SAID)
    office.sync("ours", "there")
    assert visit in office.homes("home_visit")
    office.put_back_silently()
    assert visit not in office.homes("home_visit")
    return visit


def test_its_next_round_sends_again_what_the_province_had_signed_for(office: TravelledOffice) -> None:
    visit = written_late_and_put_back(office)
    office.sync("ours")
    assert office.homes("home_visit") == {visit: OTHER_COMMUNE}
    office.sync()
    assert office.unrest() == {}


def test_whoever_asks_the_feeds_alone_would_lose_it(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """The twin."""
    monkeypatch.setattr(Session, "_refuse_forgetful", lambda *_: None)
    visit = written_late_and_put_back(office)
    office.sync()
    office.sync()
    assert visit not in office.homes("home_visit")
