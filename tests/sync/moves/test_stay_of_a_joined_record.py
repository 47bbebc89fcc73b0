"""A house holds one of two records of a child; the commune joins it to the other and hands the child over: its stay
follows, as that of any child."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId, new_record_id
from commune_desk.domain.records.families import Person
from commune_desk.domain.records.placements import Placement
from commune_desk.domain.time.clock import to_iso
from commune_desk.presenters.shelter.guests import home_of_guest
from commune_desk.program_files import code_book
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter
from tests.helpers.joined import join
from tests.sync.actors.real_desks import RealDesk
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.sheltered_office import THERE, ShelteredOffice, sheltered_office


@pytest.fixture
def sheltered(tmp_path: Path) -> Iterator[ShelteredOffice]:
    with sheltered_office(tmp_path) as made:
        yield made


def admit_from(house: RealDesk, child: RecordId) -> None:
    """As a form does: the home commune is the one that shared the child."""

    def run(tx: Tx) -> None:
        at, home = to_iso(tx.ledger.now()), COMMUNE[2:]
        stay = Placement(
            id=new_record_id(), scope=THERE, alias="Hoa Mai", admitted_at=at, reason="isolation", home_commune=home
        )
        admit_to_shelter(tx, Admission(person=tx.existing(Person, child), placement=stay))

    house.run(run)


def notices(office: ShelteredOffice, name: str) -> list[str]:
    return [status for (status,) in office.desks[name].ask("SELECT status FROM placement_notice")]


@pytest.mark.parametrize("held", ["old", "kept"])
def test_the_new_commune_is_told_and_the_former_one_no_more(sheltered: ShelteredOffice, held: str) -> None:
    two = {name: sheltered.child("Chìu Văn Sáng") for name in ("old", "kept")}
    sheltered.share(two[held])
    admit_from(sheltered.house, two[held])
    sheltered.sync()
    sheltered.ours.register.write(lambda tx: join(tx, two["old"], two["kept"])).result()
    sheltered.sync()
    sheltered.move("ours", two["kept"], OTHER_COMMUNE)
    for _ in range(3):
        sheltered.sync()
    assert set(sheltered.homes("person").values()) == {OTHER_COMMUNE}
    assert sheltered.house.ask("SELECT home_commune FROM placement") == [(OTHER_COMMUNE[2:],)]
    assert (notices(sheltered, "ours"), notices(sheltered, "there")) == (["ended"], ["staying"])


def test_whoever_admits_the_child_later_tells_the_commune_where_it_lives(sheltered: ShelteredOffice) -> None:
    old, kept = sheltered.child("Chìu Văn Sáng"), sheltered.child("Chìu Văn Sáng")
    sheltered.share(old)
    sheltered.ours.register.write(lambda tx: join(tx, old, kept)).result()
    sheltered.sync()
    sheltered.move("ours", kept, OTHER_COMMUNE)
    for _ in range(2):
        sheltered.sync()
    assert home_of_guest(Workplace(sheltered.house.register, code_book()), old) == OTHER_COMMUNE[2:]
