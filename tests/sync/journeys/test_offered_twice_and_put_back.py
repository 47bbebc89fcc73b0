"""What a PC offered again under a new name while the province had it, and the province lost when it was put back.

Its child has moved, and is still here: a photo of it waits for a province that takes photos.
"""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.exchange import staged
from sync.client.errors import NotRecognised
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice
from tests.sync.journeys import test_held_for_an_older_province
from tests.sync.journeys.test_held_for_an_older_province import Upgrade

upgrade = test_held_for_an_older_province.upgrade


def visited(office: TravelledOffice, upgrade: Upgrade, *, silently: bool = False) -> RecordId:
    """Signed for, set aside under the PC's next name as known, and lost together with that name."""
    child = office.child("Chìu Văn Sáng")
    office.copy_silently()
    office.back_up()
    visit = office.visit("ours", child)
    office.photo("ours", child)
    office.sync("ours", "colleague")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague")
    office.ours.enrol_anew()
    office.sync()
    (office.put_back_silently if silently else office.put_back)()
    office.sync("colleague", "there")
    with pytest.raises(NotRecognised):
        office.ours.go()
    upgrade()
    office.ours.enrol_anew()
    for _ in range(3):
        office.sync()
    return visit


@pytest.mark.parametrize("silently", [False, True])
def test_it_is_sent_once_more(office: TravelledOffice, upgrade: Upgrade, *, silently: bool) -> None:
    visit = visited(office, upgrade, silently=silently)
    assert office.homes("home_visit") == {visit: OTHER_COMMUNE}
    assert office.unrest() == {}


def test_taken_for_known_it_would_stay_lost(
    office: TravelledOffice, upgrade: Upgrade, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(staged, "_KNOWN_BY_FORMER_NAME", "SELECT 1")
    visited(office, upgrade)
    assert office.homes("home_visit") == {}
