"""A PC of an older program keeps what it cannot read until its update; of a child who left, or was erased, it goes."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.kinds import KINDS
from commune_desk.store.desk import versions
from commune_desk.store.engine import settings
from commune_desk.store.intake import departures, erasing
from commune_desk.usecases.sync import courier
from sync.server.answers import pull
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

HERS = "SELECT id FROM change WHERE record=? AND length(raw)>0"
Leaves = Callable[[TravelledOffice, RecordId], None]


def older(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> None:
    """A round by a program that knows nothing of files."""
    few = {name: kind for name, kind in KINDS.items() if name != "attachment"}
    with monkeypatch.context() as then:
        for name, module in list(sys.modules.items()):
            if name.startswith("commune_desk.store") and getattr(module, "KINDS", None) is KINDS:
                then.setattr(module, "KINDS", few)
        then.setattr(versions, "SCHEMA_VERSION", 1)
        office.ours.register.write(lambda tx: settings.put(tx.connection, versions.OWN_SCHEMA, 1)).result()
        office.ours.go()


def moves(office: TravelledOffice, child: RecordId) -> None:
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague")


def is_erased(office: TravelledOffice, child: RecordId) -> None:
    office.erase(child)


def begun_anew(office: TravelledOffice, child: RecordId) -> None:
    """The older PC hears of the move by a snapshot."""
    moves(office, child)
    office.ours.replica().begin_all_anew()


@pytest.fixture
def photo(office: TravelledOffice, monkeypatch: pytest.MonkeyPatch) -> RecordId:
    """Of a child of whom the older PC has heard, as it has of the photo."""
    made = office.photo("colleague", office.child("Chìu Văn Sáng"))
    office.sync("colleague")
    older(office, monkeypatch)
    assert office.ours.ask(HERS, made.id) != []
    assert office.ours.ask("SELECT id FROM attachment") == []
    return made.id


def child_of(office: TravelledOffice, photo: RecordId) -> RecordId:
    ((child,),) = office.colleague.ask("SELECT person FROM attachment WHERE id=?", photo)
    return RecordId(child)


@pytest.mark.parametrize("leaves", [moves, is_erased, begun_anew])
def test_it_goes_with_its_child(
    office: TravelledOffice, photo: RecordId, monkeypatch: pytest.MonkeyPatch, leaves: Leaves
) -> None:
    monkeypatch.setattr(pull, "WORTH", 1)
    stays = office.photo("colleague", office.child("Bàn Thị Một"))
    leaves(office, child_of(office, photo))
    older(office, monkeypatch)
    assert office.ours.ask(HERS, photo) == []
    office.sync()
    office.sync()
    assert office.ours.ask("SELECT id FROM attachment") == [(stays.id,)]
    assert office.unrest() == {}


def test_it_is_back_with_its_child_and_shown_after_the_update(
    office: TravelledOffice, photo: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not sent yet kept it here until then."""
    child = child_of(office, photo)
    moves(office, child)
    office.sync("there")
    office.visit("ours", child)
    office.move("there", child, COMMUNE)
    office.sync("there")
    older(office, monkeypatch)
    assert office.ours.ask(HERS, photo) != []
    office.sync()
    assert office.ours.ask("SELECT id FROM attachment") == [(photo,)]
    assert office.unrest() == {}


def test_by_stick_alone_one_way_and_back_shows_it(office: TravelledOffice, photo: RecordId) -> None:
    read = office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))
    assert (read.begun, read.to_begin) == ([COMMUNE], [])
    assert office.ours.ask("SELECT id FROM attachment") == [(photo,)]


def test_asked_before_it_looked_the_reply_would_bring_nothing(
    office: TravelledOffice, photo: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin: with the reply alone it sees that everything is to be begun anew."""
    monkeypatch.setattr(courier, "catch_up", lambda tx: None)
    read = office.ours.stick_in(bring(office.real.province, *office.ours.stick_out()))
    assert (read.begun, read.to_begin) == ([], [COMMUNE])
    assert office.ours.ask("SELECT id FROM attachment") == []


@pytest.mark.parametrize(("place", "leaves"), [(departures, moves), (erasing, is_erased)])
def test_passed_over_it_would_stay_for_good(
    office: TravelledOffice, photo: RecordId, monkeypatch: pytest.MonkeyPatch, place: object, leaves: Leaves
) -> None:
    """The twin: as if a kind that the program does not know had nothing here."""
    name = "note" if place is departures else "carry_out"
    whole = getattr(place, name)

    def only_known(tx: object, change: object, named: object, **more: object) -> object:
        assert isinstance(named, list)
        return whole(tx, change, [one for one in named if one[0] != "attachment"], **more)

    monkeypatch.setattr(place, name, only_known)
    leaves(office, child_of(office, photo))
    older(office, monkeypatch)
    office.sync()
    assert office.ours.ask(HERS, photo) != []
