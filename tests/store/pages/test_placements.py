"""What board and lists read of the stays: never a name, never what is sealed, never half a record."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec
import pytest

from commune_desk.store.pages import placements as store
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import placements
from commune_desk.usecases.shelter.beds import NewBed, set_up_shelter
from tests.helpers import shelter_house
from tests.helpers.builders import make_placement, save_all
from tests.helpers.workplaces import make_workplace


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Workplace]:
    made = make_workplace(tmp_path, scope="S:AD01", role="shelter_worker")
    yield made
    made.register.close()


def test_beds_stand_in_the_order_of_their_numbers(house: Workplace) -> None:
    beds = [NewBed(label, "standard") for label in ("A10", "B1", "A2")]
    house.write(lambda tx: set_up_shelter(tx, "Ngôi nhà Ánh Dương", beds))
    assert [row.bed.label for row in house.read(store.bed_board)] == ["A2", "A10", "B1"]


def test_board_lists_and_log_hold_no_name_and_nothing_sealed(house: Workplace) -> None:
    shelter_house.fill(house)
    shown = [
        house.read(store.bed_board),
        house.read(lambda c: store.stay_rows(c, store.stay_ids(c))),
        house.read(lambda c: store.log_between(c, "2026-11-22T17:00:00Z", "2026-11-23T17:00:00Z")),
    ]
    text = msgspec.json.encode(shown).decode()
    assert "Hoa Sen" in text
    assert [word for word in ("Mẫu Thị", "Bầm ở tay trái, mệt") if word in text] == []


def test_the_page_of_one_resident_holds_both(house: Workplace) -> None:
    """Twin: the words are in the register and would have been found."""
    stays = shelter_house.fill(house)
    record = house.read(lambda c: store.stay_record(c, stays["Hoa Sen"]))
    text = msgspec.json.encode(record).decode()
    assert all(word in text for word in ("Mẫu Thị Sen", "Bầm ở tay trái, mệt"))


def test_two_desks_may_give_one_bed_away_and_both_show(house: Workplace) -> None:
    beds = shelter_house.set_up(house)
    first = shelter_house.admission(house, beds["A1"].id)
    house.write(lambda tx: placements.admit_to_shelter(tx, first))
    other = shelter_house.admission(house, alias="Hoa Mai")
    house.write(save_all(other.person, make_placement(other.person.id, bed=beds["A1"].id, alias="Hoa Mai")))
    board = {row.bed.label: row.stays for row in house.read(store.bed_board)}
    assert sorted(stay.alias for stay in board["A1"]) == ["Hoa Mai", "Hoa Sen"]


def test_a_stay_of_which_only_a_part_has_come_waits_unseen(house: Workplace) -> None:
    stay = make_placement(shelter_house.admission(house).person.id, alias="Hoa Sen")
    insert = "INSERT INTO placement (id, scope, status, alias) VALUES (?, ?, ?, ?)"
    house.write(lambda tx: tx.connection.execute(insert, (stay.id, stay.scope, "staying", "Hoa Sen")))
    assert house.read(store.active_stays) == []
    assert house.read(store.stay_ids) == []
    house.write(save_all(stay))
    assert [stay.alias for stay in house.read(store.active_stays)] == ["Hoa Sen"]


def test_those_in_the_house_come_before_those_who_left(house: Workplace) -> None:
    stays = shelter_house.fill(house)
    house.write(
        lambda tx: placements.discharge(
            tx,
            placements.Leaving(stay=stays["Hoa Cúc"], at="2026-11-23T01:00:00Z", reason="family", receiver="Bà ngoại"),
        )
    )
    ids = house.read(store.stay_ids)
    assert ids[-1] == stays["Hoa Cúc"]
    assert house.read(lambda c: store.stay_ids(c, "ended")) == [stays["Hoa Cúc"]]
    assert set(house.read(lambda c: store.stay_ids(c, "here"))) == set(ids[:-1])


def test_a_former_resident_is_found_without_marks(house: Workplace) -> None:
    shelter_house.fill(house)
    found = house.read(store.residents_by_name)
    (person,) = found["mau thi sen"]
    assert house.read(lambda c: store.stays_of(c, person))[0].alias == "Hoa Sen"
    assert "" not in found


@pytest.mark.parametrize("query", ["log", "person", "active"])
def test_the_lists_are_read_by_index(house: Workplace, query: str) -> None:
    sql = {
        "log": "SELECT * FROM care_log_entry e WHERE e.logged_at>='2026' AND e.logged_at<'2027'",
        "person": "SELECT * FROM placement s WHERE s.person='x'",
        "active": "SELECT * FROM placement s WHERE s.status IN ('staying', 'out')",
    }[query]
    plan = house.read(lambda c: c.execute(f"EXPLAIN QUERY PLAN {sql}").fetchall())
    assert all("SEARCH" in row[3] for row in plan), plan
