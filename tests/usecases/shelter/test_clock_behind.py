"""A house whose PC's clock is behind: who goes out and comes back is written down all the same."""

from __future__ import annotations

from datetime import timedelta

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.pages.placements import stay_row
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import placements
from tests.helpers.shelter_house import admission, set_up
from tests.helpers.workplaces import MORNING, clock_of, fall_behind


def test_a_resident_goes_out_and_comes_back(house: Workplace) -> None:
    beds = set_up(house)
    stay = house.write(lambda tx: placements.admit_to_shelter(tx, admission(house, beds["A1"].id)))[0]
    fall_behind(house)
    house.write(lambda tx: placements.go_out(tx, RecordId(stay), back_at=None, note="Đi khám"))
    house.write(lambda tx: placements.come_back(tx, RecordId(stay), note="Đã về"))
    row = house.read(lambda c: stay_row(c, stay))
    assert row is not None
    assert row.status == "staying"
    logged = house.read(lambda c: c.execute("SELECT logged_at FROM care_log_entry").fetchall())
    assert logged == [("2026-11-23T01:00:00Z",)] * 2


def test_days_behind_and_the_province_far_ahead_too(house: Workplace) -> None:
    """Which of the two clocks is wrong nobody can tell: nobody is kept in for it."""
    beds = set_up(house)
    stay = house.write(lambda tx: placements.admit_to_shelter(tx, admission(house, beds["A1"].id)))[0]
    fall_behind(house)
    clock_of(house).at = MORNING - timedelta(days=3)
    house.write(lambda tx: placements.go_out(tx, RecordId(stay), back_at=None, note="Đi khám"))
    house.write(lambda tx: placements.come_back(tx, RecordId(stay), note="Đã về"))
