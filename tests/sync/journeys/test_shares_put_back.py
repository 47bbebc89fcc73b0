"""A child is shared with the house, and a province that was put back to before hears what followed before the share."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from commune_desk.domain.model.ids import RecordId
from commune_desk.usecases.records.shares import share_child
from sync.server.engine import tables
from sync.server.intake import awaited, relocating
from tests.sync.actors.real_province import OTHER_COMMUNE, SHELTER
from tests.sync.actors.sheltered_office import THERE, ShelteredOffice, admit, correct, held_by

pytestmark = pytest.mark.usefixtures("store_engine")

WAYS = ["in silence", "by command"]


@pytest.fixture
def office(sheltered: ShelteredOffice) -> ShelteredOffice:
    return sheltered


@pytest.fixture
def child(office: ShelteredOffice) -> RecordId:
    """Known to everybody, and to the copies of the province that are put back."""
    one = office.child("Chìu Văn Sáng")
    office.sync()
    office.copy_silently()
    office.back_up()
    return one


def put_back(office: ShelteredOffice, way: str) -> None:
    if way == WAYS[0]:
        office.put_back_silently()
    else:
        office.put_back()


def holders(office: ShelteredOffice, child: RecordId) -> list[str]:
    guest = tables.guest
    return list(office.real.scalars(select(guest.c.scope).where(guest.c.record == child)))


def come_to_rest(office: ShelteredOffice) -> None:
    for _ in range(3):
        office.sync()


def taken_back(office: ShelteredOffice, child: RecordId, by: str) -> None:
    office.share(child, by="ours")
    assert office.house.shown(child, "full_name") is not None
    if by == "house":
        office.hand_back(child)
    else:
        office.take_back(child, by=by)
    office.sync()
    assert office.house.shown(child, "full_name") is None


@pytest.mark.parametrize("by", ["colleague", "house", "ours"])
@pytest.mark.parametrize("way", WAYS)
def test_what_was_taken_back_stays_so(office: ShelteredOffice, child: RecordId, way: str, by: str) -> None:
    taken_back(office, child, by)
    put_back(office, way)
    office.sync(by, by, "house", "shift", "ours")
    come_to_rest(office)
    assert holders(office, child) == []
    assert [desk.shown(child, "full_name") for desk in (office.house, office.shift)] == [None, None]
    assert office.unrest() == {}


def test_a_share_of_after_is_not_ended_by_what_waited(office: ShelteredOffice, child: RecordId) -> None:
    """Taken back by a PC that is heard first, and shared anew by another before the first share is heard."""
    taken_back(office, child, "colleague")
    put_back(office, WAYS[1])
    office.sync("colleague")
    assert list(office.real.scalars(select(tables.quarantine.c.code))) == ["moved"]
    office.colleague.run(lambda tx: share_child(tx, child, THERE, "protection"))
    office.sync("colleague")
    assert holders(office, child) == [SHELTER]
    come_to_rest(office)
    assert holders(office, child) == [SHELTER]
    assert office.house.shown(child, "full_name") is not None


@pytest.fixture
def shared_and_moved(office: ShelteredOffice, child: RecordId) -> RecordId:
    """Admitted to the house; then a colleague hands the child over."""
    office.share(child, by="ours")
    admit(office.house, child)
    office.sync()
    correct(office.house, child, phone="0911")
    office.sync()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    assert held_by(office.there, child) == [SHELTER]
    return child


def heard_move_first(office: ShelteredOffice) -> None:
    office.sync("colleague", "colleague", "there", "ours", "ours", "house", "house")
    come_to_rest(office)


@pytest.mark.parametrize("way", WAYS)
def test_a_share_of_before_the_move_holds(office: ShelteredOffice, shared_and_moved: RecordId, way: str) -> None:
    child = shared_and_moved
    put_back(office, way)
    heard_move_first(office)
    assert holders(office, child) == [SHELTER]
    assert held_by(office.there, child) == [SHELTER]
    correct(office.there, child, phone="0999")
    office.sync()
    assert office.house.shown(child, "phone") == "0999"
    assert office.unrest() == {}


@pytest.mark.parametrize("by", ["ours", "colleague", "there"])
def test_taken_back_and_moved_it_is_held_by_nobody(office: ShelteredOffice, child: RecordId, by: str) -> None:
    office.share(child, by="ours")
    if by != "there":
        office.take_back(child, by=by)
        office.sync()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    if by == "there":
        office.take_back(child, by=by)
        office.sync()
    put_back(office, WAYS[1])
    heard_move_first(office)
    assert holders(office, child) == []
    assert office.house.shown(child, "full_name") is None


def test_a_share_of_after_the_move_is_told_to_who_wrote_it(office: ShelteredOffice, child: RecordId) -> None:
    """The commune that wrote it was the child's home no more."""
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague")
    office.share(child, by="ours")
    come_to_rest(office)
    assert holders(office, child) == []
    assert list(office.real.scalars(select(tables.quarantine.c.code))) == ["moved"]


def test_without_waiting_the_share_would_come_back(
    office: ShelteredOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(awaited, "places_of", lambda *_: [])
    taken_back(office, child, "colleague")
    put_back(office, WAYS[1])
    office.sync("colleague", "colleague", "house", "shift", "ours")
    come_to_rest(office)
    assert holders(office, child) == [SHELTER]


def test_taken_for_too_late_the_house_would_be_cut_off(
    office: ShelteredOffice, shared_and_moved: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(relocating, "_is_of_before", lambda *_: False)
    put_back(office, WAYS[1])
    heard_move_first(office)
    assert holders(office, shared_and_moved) == []
    assert office.house.shown(shared_and_moved, "full_name") is not None
