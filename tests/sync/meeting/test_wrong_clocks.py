"""A colleague's PC whose clock runs ahead, or one's own that runs behind, leaves nothing that cannot be answered."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commune_desk.domain.time.clock import lies_before, to_iso
from commune_desk.i18n import set_language
from commune_desk.presenters.frame.entry_form import moment_typed
from commune_desk.presenters.reports.form import MeasuresForm
from commune_desk.presenters.shelter.care_log_form import CareLogForm
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.presenters.shelter.page import ShelterPage
from commune_desk.store.pages.placements import stay_record
from commune_desk.store.pages.reports import report_view
from commune_desk.usecases.records.reports import acknowledge_report
from tests.helpers.builders import SHELTER_SCOPE, make_person, make_placement, make_report, save_all
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import HOUSE, OFFICE

pytestmark = pytest.mark.usefixtures("store_engine")

AHEAD = to_iso(datetime.now(UTC) + timedelta(hours=5))
"""An hour that a colleague's PC has reached and this one has not."""


@pytest.fixture
def house(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as both:
        yield both


@pytest.fixture
def office(tmp_path: Path) -> Iterator[tuple[Colleague, Colleague]]:
    set_language("en")
    with two_colleagues(tmp_path, OFFICE) as both:
        yield both


def test_a_report_of_an_hour_to_come_is_answered_now(office: tuple[Colleague, Colleague]) -> None:
    theirs, ours = office
    report = make_report(received_at=AHEAD)
    theirs.workplace.write(save_all(report))
    theirs.sync()
    ours.sync()
    ours.workplace.write(lambda tx: acknowledge_report(tx, report.id))
    ours.save(MeasuresForm(ours.workplace, report.id), measures="Đã đưa cháu đến bệnh viện.")
    view = ours.workplace.read(lambda c: report_view(c, report.id))
    assert view is not None
    assert view.record.status == "acted"


def test_a_resident_of_an_hour_to_come_is_logged_let_out_and_discharged(house: tuple[Colleague, Colleague]) -> None:
    theirs, ours = house
    person = make_person(scope=SHELTER_SCOPE)
    stay = make_placement(person.id, admitted_at=AHEAD)
    theirs.workplace.write(save_all(person, stay))
    theirs.sync()
    ours.sync()
    ours.save(CareLogForm(ours.workplace, stay.id), note="Ăn tối.")
    ours.save(OutingForm(ours.workplace, stay.id), note="Đi khám.")
    ours.workplace.write(ShelterPage(ours.workplace).came_back(stay.id))
    ours.save(DischargeForm(ours.workplace, stay.id), reason="family", receiver="Bà ngoại")
    record = ours.workplace.read(lambda c: stay_record(c, stay.id))
    assert record is not None
    assert (record.row.status, len(record.log)) == ("ended", 3)


def test_an_hour_before_the_admission_is_still_refused(house: tuple[Colleague, Colleague]) -> None:
    """The twin: the rule holds wherever the clocks agree, and for yesterday even where they do not."""
    _theirs, ours = house
    yesterday = datetime.now(UTC) - timedelta(days=1)
    for admitted_at in (to_iso(datetime.now(UTC) - timedelta(hours=1)), AHEAD):
        person = make_person(scope=SHELTER_SCOPE)
        stay = make_placement(person.id, admitted_at=admitted_at, alias=admitted_at)
        ours.workplace.write(save_all(person, stay))
        for form in (CareLogForm(ours.workplace, stay.id), DischargeForm(ours.workplace, stay.id)):
            name = "at" if isinstance(form, DischargeForm) else "logged_at"
            form.edit(name, moment_typed(yesterday))
            form.leave(name)
            assert form.submit() is None
            assert form.state().errors[name] == "This hour lies before the admission."


def test_hours_are_compared_to_the_minute() -> None:
    now = datetime(2026, 11, 23, 1, 0, 40, tzinfo=UTC)
    assert not lies_before("2026-11-23T01:00:00Z", "2026-11-23T01:00:30Z", now)
    assert lies_before("2026-11-23T00:59:00Z", "2026-11-23T01:00:30Z", now)
    assert not lies_before("2026-11-23T01:00:00Z", "2030-01-01T00:00:00Z", now)
    assert lies_before("2026-11-23T00:59:00Z", "2030-01-01T00:00:00Z", now)
