"""A guest of the house of whom nothing is known yet but the name she is called by: no PC is told to hold more than the
province."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import Scope, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import Placement
from commune_desk.store.intake import comparing
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter
from tests.helpers.enrolled_desks import EnrolledDesk, enrolled_desk
from tests.sync.actors.real_province import HOUSE, SHELTER, real_province

pytestmark = pytest.mark.usefixtures("store_engine")


@pytest.fixture
def house(tmp_path: Path) -> Iterator[EnrolledDesk]:
    with real_province(tmp_path) as province:
        desk = enrolled_desk(province, tmp_path / "house", grants=HOUSE)
        yield desk
        desk.close()


def admit(desk: EnrolledDesk, name: str = "") -> None:
    person = Person(id=new_record_id(), scope=Scope(SHELTER), full_name=name)
    stay = Placement(
        id=new_record_id(),
        scope=Scope(SHELTER),
        admitted_at="2026-11-20T01:00:00Z",
        reason="domestic_violence",
        alias="Hoa Sen",
    )
    desk.open.register.write(lambda tx: admit_to_shelter(tx, Admission(person=person, placement=stay))).result()


def compared(desk: EnrolledDesk) -> tuple[int, int, int]:
    """(put right, only here, unlike) of a comparison now."""
    desk.sync()
    desk.open.register.write(comparing.ask).result()
    desk.sync()
    found = desk.open.register.write(lambda tx: comparing.last(tx.connection)).result()[0]
    assert found.at
    return found.put_right, found.only_here, found.unlike


@pytest.mark.parametrize("name", ["", "Lò Thị Thử"])
def test_both_sides_are_the_same(house: EnrolledDesk, name: str) -> None:
    admit(house, name)
    assert compared(house) == (0, 0, 0)


def test_what_is_known_later_is_told_and_compared(house: EnrolledDesk) -> None:
    admit(house)
    assert compared(house) == (0, 0, 0)
    ((person,),) = house.ask("SELECT id FROM person")
    house.edit(person, full_name="Lò Thị Thử")
    assert compared(house) == (0, 0, 0)
    assert house.ask("SELECT count(*) FROM change WHERE kind='person' AND state='accepted'") == [(1,)]


def test_counted_though_nothing_was_told_it_would_be_said_to_be_here_alone(
    house: EnrolledDesk, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(comparing, "_is_told", lambda *_: True)
    admit(house)
    assert compared(house) == (0, 1, 0)
