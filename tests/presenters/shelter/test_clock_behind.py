"""Who goes out from a house whose PC's clock is behind is expected back today, by every PC of the house."""

from __future__ import annotations

from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.store.pages.placements import stay_row
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter import placements
from tests.helpers.shelter_house import admission, set_up
from tests.helpers.workplaces import fall_behind


def test_who_goes_out_is_due_back_today(house: Workplace) -> None:
    beds = set_up(house)
    stay = house.write(lambda tx: placements.admit_to_shelter(tx, admission(house, beds["A1"].id)))[0]
    fall_behind(house)
    form = OutingForm(house, stay)
    form.edit("back_at", "11:30")
    form.edit("note", "Đi khám")
    operation = form.submit()
    assert operation is not None, form.state()
    house.write(operation)
    row = house.read(lambda c: stay_row(c, stay))
    assert row is not None
    assert row.due_back_at == "2026-11-23T04:30:00Z"
