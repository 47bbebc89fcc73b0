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
from commune_desk.store.intake import moved_along
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import Admission, admit_to_shelter
from sync.server.intake import relocating
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


@pytest.fixture
def three(sheltered: ShelteredOffice) -> tuple[RecordId, RecordId, RecordId]:
    """Records of one child, each joined to the next by and by."""
    first, second, kept = (sheltered.child("Chìu Văn Sáng") for _ in range(3))
    return first, second, kept


def joined(office: ShelteredOffice, old: RecordId, kept: RecordId) -> None:
    office.ours.register.write(lambda tx: join(tx, old, kept)).result()
    office.ours.go()


def moved(office: ShelteredOffice, child: RecordId, by: str = "ours", to: str = OTHER_COMMUNE) -> None:
    """Until the house has heard it, has followed, and both communes have heard that."""
    office.move(by, child, to)
    for _ in range(3):
        office.sync()


def told(office: ShelteredOffice) -> list[list[str]]:
    """What both communes are told of the one stay."""
    return [notices(office, name) for name in ("ours", "there")]


@pytest.mark.parametrize("held", ["old", "kept"])
def test_the_new_commune_is_told_and_the_former_one_no_more(sheltered: ShelteredOffice, held: str) -> None:
    two = {name: sheltered.child("Chìu Văn Sáng") for name in ("old", "kept")}
    sheltered.share(two[held])
    admit_from(sheltered.house, two[held])
    sheltered.sync()
    joined(sheltered, two["old"], two["kept"])
    moved(sheltered, two["kept"])
    assert set(sheltered.homes("person").values()) == {OTHER_COMMUNE}
    assert sheltered.house.ask("SELECT home_commune FROM placement") == [(OTHER_COMMUNE[2:],)]
    assert told(sheltered) == [["ended"], ["staying"]]
    assert sheltered.unrest() == {}


@pytest.fixture
def stay(sheltered: ShelteredOffice, three: tuple[RecordId, RecordId, RecordId]) -> RecordId:
    """The record kept, the end of a chain of three; the house has the child by the first one alone."""
    first, second, kept = three
    sheltered.share(first)
    admit_from(sheltered.house, first)
    sheltered.sync()
    joined(sheltered, first, second)
    joined(sheltered, second, kept)
    return kept


def test_through_records_that_the_house_knows_nothing_of(sheltered: ShelteredOffice, stay: RecordId) -> None:
    moved(sheltered, stay)
    assert told(sheltered) == [["ended"], ["staying"]]
    assert len(sheltered.house.ask("SELECT id FROM person")) == 1, "nothing of the others came"


def test_there_and_back(sheltered: ShelteredOffice, stay: RecordId) -> None:
    moved(sheltered, stay)
    moved(sheltered, stay, "there", COMMUNE)
    assert told(sheltered) == [["staying"], ["ended"]]
    assert sheltered.unrest() == {}


def tell_only_who_holds_whom_it_names(patch: pytest.MonkeyPatch) -> None:
    """As earlier programs told a move."""
    tell = relocating._tell_holders
    patch.setattr(
        relocating, "_tell_holders", lambda c, f, line, _, along: tell(c, f, line, [line.change.record], along)
    )


def test_a_province_that_tells_only_who_holds_the_record_named_would_leave_the_stay_behind(
    sheltered: ShelteredOffice, stay: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    tell_only_who_holds_whom_it_names(monkeypatch)
    moved(sheltered, stay)
    assert told(sheltered) == [["staying"], []]


def test_a_house_that_reads_only_who_is_named_would_not_follow(
    sheltered: ShelteredOffice, stay: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(moved_along, "note", lambda *_: None)
    moved(sheltered, stay)
    assert told(sheltered) == [["staying"], []]


def one_handed_back(office: ShelteredOffice) -> tuple[RecordId, set[str]]:
    """The record that the house still holds, and what it has once it hears all at once that the other was taken back,
    joined and moved."""
    old, kept = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng")
    for child in (old, kept):
        office.share(child)
    office.sync()
    office.take_back(kept)
    joined(office, old, kept)
    office.move("ours", kept, OTHER_COMMUNE)
    office.sync()
    return old, {record for (record,) in office.house.ask("SELECT id FROM person")}


def test_what_the_house_handed_back_before_goes_though_it_is_told_of_its_move(sheltered: ShelteredOffice) -> None:
    held, here = one_handed_back(sheltered)
    assert here == {held}
    assert home_of_guest(Workplace(sheltered.house.register, code_book()), held) == OTHER_COMMUNE[2:]
    assert sheltered.unrest() == {}


def test_whoever_holds_several_sees_each_with_the_new_commune(
    sheltered: ShelteredOffice, three: tuple[RecordId, RecordId, RecordId]
) -> None:
    """The first and the last: the house does not know what joins them."""
    first, second, kept = three
    for child in (first, kept):
        sheltered.share(child)
    joined(sheltered, first, second)
    joined(sheltered, second, kept)
    moved(sheltered, kept)
    house = Workplace(sheltered.house.register, code_book())
    assert {home_of_guest(house, child) for child in (first, kept)} == {OTHER_COMMUNE[2:]}


def test_whoever_admits_the_child_later_tells_the_commune_where_it_lives(sheltered: ShelteredOffice) -> None:
    old, kept = sheltered.child("Chìu Văn Sáng"), sheltered.child("Chìu Văn Sáng")
    sheltered.share(old)
    joined(sheltered, old, kept)
    moved(sheltered, kept)
    assert home_of_guest(Workplace(sheltered.house.register, code_book()), old) == OTHER_COMMUNE[2:]
