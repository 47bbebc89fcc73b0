"""After a restore the commune that a child had come to is heard before the one that let it go."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.store.exchange import receipts
from commune_desk.store.exchange.set_aside import Codes, entries_set_aside
from sync.server.intake import awaited
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller
from tests.sync.journeys.test_set_back_on_the_way import settled

THIRD = "C:06862"


def corrected_there(office: TravelledOffice) -> tuple[RecordId, RecordId]:
    """A correction of the new commune; the province, put back, takes the child for one of the old commune."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    office.there.edit(Person, child, phone="0912000003")
    visit = office.visit("there", child)
    office.sync()
    office.put_back()
    office.sync("there")
    return child, visit


def told(desk: Traveller) -> Codes:
    return desk.register.write(lambda tx: entries_set_aside(tx.connection)).result()[0]


def phones(desk: Traveller) -> list[str | None]:
    return [number for (number,) in desk.ask("SELECT phone FROM person ORDER BY id")]


def open_conflicts(office: TravelledOffice) -> list[object]:
    return [one for desk in office.desks.values() for one in desk.ask("SELECT field FROM conflict WHERE state='open'")]


def test_what_it_set_aside_this_time_is_told_though_it_stood_in_the_feed_before(office: TravelledOffice) -> None:
    corrected_there(office)
    assert told(office.there) == (("moved", 1),)


def test_by_where_it_stood_before_it_would_be_gone_in_silence(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    blind = receipts._SET_ASIDE.replace("(seq IS NULL OR state='waiting')", "seq IS NULL")
    monkeypatch.setattr(receipts, "_SET_ASIDE", blind)
    corrected_there(office)
    assert told(office.there) == ()


def test_it_is_taken_in_once_the_move_arrives(office: TravelledOffice) -> None:
    """Nobody is asked, and nobody types it again."""
    _child, visit = corrected_there(office)
    office.sync("colleague", "ours", "there")
    settled(office)
    assert office.homes("home_visit") == {visit: OTHER_COMMUNE}
    assert phones(office.there) == ["0912000003"]
    assert (told(office.there), open_conflicts(office)) == ((), [])


def test_if_nothing_waited_for_the_move_it_would_stay_aside(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(awaited, "places_of", lambda change, route: ())
    corrected_there(office)
    office.sync("colleague", "ours", "there", "there")
    assert office.unrest() == {"there": {"set aside": [("moved", 1)]}}


def test_put_back_once_more_it_is_taken_in_once_more(office: TravelledOffice) -> None:
    """Its number and its place in the desk's chain are what they were."""
    corrected_there(office)
    office.back_up("between")
    office.sync("colleague", "there")
    settled(office)
    office.put_back("between")
    office.sync("there", "there", "colleague", "there")
    settled(office)
    assert (phones(office.there), open_conflicts(office)) == (["0912000003"], [])


def test_of_what_was_typed_again_meanwhile_the_later_stands(office: TravelledOffice) -> None:
    child, _visit = corrected_there(office)
    office.there.edit(Person, child, phone="0912000004")
    office.sync("there")
    assert told(office.there) == (("moved", 2),)
    office.sync("colleague", "there")
    settled(office)
    assert (phones(office.there), open_conflicts(office)) == (["0912000004"], [])


def test_who_had_moved_back_is_where_they_went(office: TravelledOffice) -> None:
    """The move back waits for the move there, as the correction does."""
    child, _visit = corrected_there(office)
    office.sync("colleague", "there")
    office.put_back()
    office.move("there", child, COMMUNE)
    office.sync("there")
    assert office.homes("person") == {child: COMMUNE}
    assert told(office.there) == (("moved", 2),)
    office.sync("colleague", "ours", "there", "ours")
    settled(office)
    assert office.homes("person") == {child: COMMUNE}
    for desk in (office.ours, office.colleague):
        assert phones(desk) == ["0912000003"]
    assert phones(office.there) == []


@pytest.fixture
def moved_by_another(office: TravelledOffice) -> RecordId:
    """A child of one desk, made since the backup, whom another desk of the commune let go."""
    office.back_up()
    child = office.child("Chìu Văn Sáng")
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    office.put_back()
    return child


def test_a_move_that_is_heard_before_its_child_is_carried_out_behind_it(
    office: TravelledOffice, moved_by_another: RecordId
) -> None:
    office.sync("colleague")
    assert told(office.colleague) == (("moved", 1),)
    office.sync("ours", "colleague", "there")
    settled(office)
    assert office.homes("person") == {moved_by_another: OTHER_COMMUNE}
    assert office.there.ask("SELECT full_name FROM person") == [("Chìu Văn Sáng",)]
