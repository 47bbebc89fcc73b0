"""What a desk offered again under a new name, and a feed then tells as its former name's, keeps its number: the desk's
chain is made of all its numbers.
"""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.changes import journal
from commune_desk.store.engine.database import Connection
from sync.client.channel import Refused
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def offered_again_and_told(office: TravelledOffice) -> RecordId:
    """A child who left before a new enrolment, and comes back after what was offered again was set aside."""
    child = office.child("Chìu Văn Sáng")
    visit = office.visit("ours", child)
    office.sync("ours", "colleague")
    office.move("ours", child, OTHER_COMMUNE)
    office.sync("ours", "ours", "there")
    office.ours.enrol_anew()
    office.sync("ours")
    office.move("there", child, COMMUNE)
    office.sync("there", "ours")
    return visit


def goes_on(office: TravelledOffice) -> RecordId:
    visit = offered_again_and_told(office)
    office.visit("ours", office.child("Lò Thị Hai"))
    office.sync()
    office.sync()
    return visit


def test_who_goes_on_writing_is_heard(office: TravelledOffice) -> None:
    visit = goes_on(office)
    assert office.ours.ask("SELECT count(*) FROM change WHERE state='waiting'") == [(0,)]
    assert (visit,) in office.ours.ask("SELECT id FROM home_visit")
    assert office.unrest() == {}


def test_written_over_its_number_would_be_missing_for_ever(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    tell_place = journal.tell_place

    def written_over(connection: Connection, change: str, place: tuple[int, str | None]) -> None:
        tell_place(connection, change, place)
        connection.execute("UPDATE change SET desk='', n=NULL WHERE id=?", (change,))

    monkeypatch.setattr(journal, "tell_place", written_over)
    with pytest.raises(Refused):
        goes_on(office)
