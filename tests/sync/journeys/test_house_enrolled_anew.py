"""A shelter's PC goes on under a new id: the province has what it told communes, and its own feed does not say so."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from commune_desk.domain.time.clock import SystemClock
from commune_desk.store.exchange import receipts
from commune_desk.store.exchange.set_aside import entries_set_aside
from tests.helpers.builders import make_notice, save_all
from tests.sync.actors.real_desks import make_register
from tests.sync.actors.real_province import COMMUNE, HOUSE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller


@pytest.fixture
def house(office: TravelledOffice) -> Iterator[Traveller]:
    """It has told the commune of a stay."""
    path = office.folder / "house.db"
    make_register(path, office.real.enrol(HOUSE))
    house = Traveller(path, SystemClock(), office.real)
    house.run(save_all(make_notice()))
    house.go()
    yield house
    house.register.close()


def set_aside(house: Traveller) -> object:
    return house.register.write(lambda tx: entries_set_aside(tx.connection)).result()[0]


def put_back_and_enrol(office: TravelledOffice, house: Traveller, backup: str = "backup") -> None:
    house.enrol_anew()
    house.go()
    office.put_back(backup)
    assert house.stopped() == "NotRecognised"
    house.enrol_anew()
    for _ in range(2):
        house.go()


def test_what_the_backup_has_of_its_notices_is_not_set_aside(office: TravelledOffice, house: Traveller) -> None:
    office.back_up()
    put_back_and_enrol(office, house)
    assert office.homes("placement_notice") == {one: COMMUNE for (one,) in house.ask("SELECT id FROM placement_notice")}
    assert set_aside(house) == ()
    assert house.ask("SELECT DISTINCT state FROM change WHERE scope=?", COMMUNE) == [("accepted",)]


def test_what_the_backup_lacks_is_sent_again(office: TravelledOffice, house: Traveller) -> None:
    office.back_up()
    house.run(save_all(make_notice(case_code="QN-2")))
    house.go()
    put_back_and_enrol(office, house)
    assert len(office.homes("placement_notice")) == 2
    assert set_aside(house) == ()


def test_told_only_what_came_of_its_number_it_would_be_set_aside(
    office: TravelledOffice, house: Traveller, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(receipts, "_is_held_of_a_former_name", lambda db, result: False)
    with pytest.raises(AssertionError):
        test_what_the_backup_has_of_its_notices_is_not_set_aside(office, house)
    assert set_aside(house) == (("id", 1),)
