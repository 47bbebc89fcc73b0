"""What a desk leaves to ring for while it is locked: a commune's reports, a shelter's outings and last days."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest

from commune_desk.domain.records.placements import has_isolation_ended
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.page import ShelterPage
from commune_desk.presenters.window.desk_window import next_due, place
from commune_desk.presenters.wording.labels import place_name
from commune_desk.store.pages.placements import active_stays
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.shelter.placements import come_back
from tests.helpers.builders import make_report, save_all
from tests.helpers.shelter_house import fill
from tests.helpers.workplaces import make_workplace


def test_a_commune_is_rung_for_when_twelve_hours_have_run_out(tmp_path: Path) -> None:
    workplace = make_workplace(tmp_path)
    workplace.write(save_all(make_report(received_at="2026-11-22T15:40:00Z")))
    assert workplace.read(next_due) == [datetime(2026, 11, 23, 3, 40, tzinfo=UTC)]
    workplace.register.close()


def test_a_shelter_is_rung_for_a_resident_due_back_until_she_is(house: Workplace) -> None:
    stays = fill(house)
    due_back = datetime(2026, 11, 23, 4, 30, tzinfo=UTC)
    assert due_back in house.read(next_due)
    house.write(lambda tx: come_back(tx, stays["Hoa Huệ"], note="Về đúng giờ."))
    assert due_back not in house.read(next_due)


def test_a_shelter_is_rung_for_on_the_morning_of_a_last_day(house: Workplace) -> None:
    stays = fill(house)
    admitted = {stay.id: stay.admitted_at for stay in house.read(active_stays)}
    assert admitted[stays["Hoa Đào"]].startswith("2026-08-27T23")
    eight = [instant for instant in house.read(next_due) if instant.astimezone(UTC).hour == 1]
    assert datetime(2026, 11, 28, 1, tzinfo=UTC) in eight, (
        "three months of emergency protection from 28 August in Viet Nam"
    )
    assert datetime(2026, 11, 25, 1, tzinfo=UTC) in eight, "fifteen days of isolation of Hoa Huệ"


def test_a_shelter_is_not_rung_for_an_isolation_that_is_over_by_its_last_day(house: Workplace) -> None:
    stays = fill(house)
    form = AdmitForm(house, stay=stays["Hoa Huệ"])
    form.edit("isolation_to", "22/11/2026")
    operation = form.submit()
    assert operation is not None, form.state().errors
    house.write(operation)
    assert datetime(2026, 11, 25, 1, tzinfo=UTC) not in house.read(next_due)


@pytest.mark.parametrize(
    ("ended", "is_over"), [(None, False), ("2026-11-24", False), ("2026-11-23", True), ("2026-11-22", True)]
)
def test_the_day_on_which_isolation_is_ended_is_none_of_its_own(ended: str | None, is_over: bool) -> None:
    assert has_isolation_ended(ended, "2026-11-23") is is_over


def test_the_window_calls_the_house_as_every_page_does(house: Workplace) -> None:
    assert place(house) == ShelterPage(house).board().title == place_name(house.codes, "S:AD01")
