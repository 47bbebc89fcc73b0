"""One desk ends a stay, the other writes without a line that the resident went out; people decide that it goes on."""

from __future__ import annotations

from pathlib import Path

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.placements import Placement
from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.discharge_form import DischargeForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.presenters.shelter.page import ShelterPage
from commune_desk.presenters.shelter.resident_page import ResidentPage, ResidentView
from tests.helpers.builders import SHELTER_SCOPE, make_person, make_placement, save_all
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import HOUSE
from tests.sync.meeting.test_notices_meet import decide


def view(at: Colleague, stay: RecordId) -> ResidentView:
    found = ResidentPage(at.workplace, stay).view()
    assert found is not None
    return found


def both_wrote(here: Colleague, there: Colleague, stay: Placement) -> None:
    there.save(DischargeForm(there.workplace, stay.id), reason="family", receiver="Bà ngoại")
    here.save(OutingForm(here.workplace, stay.id), note="Đi khám")
    for one in (there, here, there):
        one.sync()


def test_nothing_says_of_a_resident_that_she_has_left(tmp_path: Path) -> None:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as (here, there):
        person = make_person("Mẫu Thị Sen", scope=SHELTER_SCOPE)
        stay = make_placement(person.id, admitted_at="2026-01-22T15:40:25Z")
        here.workplace.write(save_all(person, stay))
        for one in (here, there):
            one.sync()
        both_wrote(here, there, stay)
        assert "Stay ended" in [moment.heading for moment in view(here, stay.id).timeline]
        decide(here, "status", "gone out")
        for one in (here, there):
            one.sync()
            shown = view(one, stay.id)
            assert shown.status == "out"
            assert "Stay ended" not in [moment.heading for moment in shown.timeline]
            assert {"Discharged", "Reason for discharge", "Handed over to"}.isdisjoint(
                fact.label for fact in shown.facts
            )
            (row,) = ShelterPage(one.workplace).rows([stay.id])
            assert row.length.startswith("night ")
