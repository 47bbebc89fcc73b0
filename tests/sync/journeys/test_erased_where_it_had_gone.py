"""A province that was put back is ordered to erase a child of whom it has forgotten where it went."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from sync.server.engine import tables
from sync.server.engine.database import WHOLE_PROVINCE
from sync.server.intake import erasure_orders, erasures
from sync.server.lifecycle import erased_list
from sync.server.lifecycle.erasure_status import erasures as erasures_of
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.sheltered_office import ShelteredOffice, admit
from tests.sync.actors.travelled_office import TravelledOffice

NAME, SAID = "Chìu Văn Sáng", "Cháu khóc nhiều."


def moved_and_forgotten(office: TravelledOffice) -> RecordId:
    """A child who lives in the other commune, as every desk knows but not the province."""
    child = office.child(NAME)
    office.back_up()
    office.move("ours", child, OTHER_COMMUNE)
    office.sync()
    office.put_back()
    return child


@pytest.mark.parametrize("order", [("ours", "there", "colleague"), ("there", "ours", "colleague")])
def test_who_moves_again_tells_where_and_the_place_hears_of_it(office: TravelledOffice, order: tuple[str, ...]) -> None:
    child = moved_and_forgotten(office)
    assert NAME in office.there.words()
    office.erase(child)
    office.sync(*order, *order)
    assert office.unrest() == {}
    for desk in office.desks.values():
        assert NAME not in desk.words()
    (told,) = office.real.province.database.read(erasures_of, WHOLE_PROVINCE)
    assert sorted(told.signed) == sorted(desk.register.identity.desk for desk in office.desks.values())
    assert told.waiting == []


def test_asked_of_nobody_the_place_would_keep_the_child(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(erasure_orders, "untold", lambda *_: {})
    office.erase(moved_and_forgotten(office))
    office.sync()
    assert NAME in office.there.words()


def test_what_the_new_commune_wrote_meanwhile_tells_it_too(office: TravelledOffice) -> None:
    """Its own words come first, of a child who is not there as far as the province knows."""
    child = moved_and_forgotten(office)
    office.visit("there", child, SAID)
    office.erase(child)
    office.sync("there", "there")
    assert {NAME, SAID} & {*office.there.words().splitlines()} == set()
    office.sync()
    assert office.unrest() == {}


def kept_of_what_waited(office: TravelledOffice) -> list[bytes]:
    """What was sealed for a photo's new place came before the photo, for a province that was put back."""
    child = office.child(NAME)
    office.back_up()
    office.photo("ours", child)
    office.move("ours", child, OTHER_COMMUNE)
    office.sync()
    office.put_back()
    office.move("there", child, COMMUNE)
    office.sync("there")
    office.erase(child)
    assert len(office.real.scalars(select(tables.awaited.c.n))) > 0
    office.sync()
    return [raw for raw in office.real.scalars(select(tables.quarantine.c.raw)) if raw]


def test_nothing_that_waited_for_the_child_is_kept(office: TravelledOffice) -> None:
    assert kept_of_what_waited(office) == []
    assert office.real.scalars(select(tables.awaited.c.n)) == []


def test_without_looking_there_words_would_stay_at_the_province(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(erasures, "_empty_what_waits", lambda *_: None)
    assert kept_of_what_waited(office) != []


def test_a_house_with_which_it_was_shared_hears_of_it(sheltered: ShelteredOffice) -> None:
    child = sheltered.child(NAME)
    sheltered.back_up()
    sheltered.share(child)
    sheltered.sync()
    admit(sheltered.house, child)
    sheltered.put_back()
    sheltered.erase(child)
    sheltered.sync()
    sheltered.sync()
    assert sheltered.unrest() == {}
    assert NAME not in sheltered.house.words()
    assert sheltered.house.ask("SELECT count(*) FROM placement") == [(0,)]


def test_the_list_beside_the_database_has_the_place(office: TravelledOffice) -> None:
    """Put back once more, the province tells it at once."""
    office.erase(moved_and_forgotten(office))
    office.sync()
    erased_list.settle(office.real.province)
    office.put_back()
    assert OTHER_COMMUNE in office.real.scalars(
        select(tables.departure.c.scope).join(tables.erasure, tables.erasure.c.record == tables.departure.c.record)
    )
