"""People decided that a stay goes on, and the province that is put back hears that before the end of the stay: asked
once more, they decide that it has ended after all, and the house asks how it goes."""

from __future__ import annotations

import pytest

from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.outing_form import OutingForm
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.usecases.shelter import tasks_of_stays
from sync.server.intake.merging import Batch
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.sheltered_office import ShelteredOffice
from tests.sync.meeting.test_discharged_twice import FOLLOW_UPS, leave
from tests.sync.meeting.test_notices_meet import decide


@pytest.fixture
def stay(sheltered: ShelteredOffice, monkeypatch: pytest.MonkeyPatch) -> str:
    """Ended at one PC, seen going out at the other, which is heard first after the restore: by a province of an earlier
    program, that does not know by then what the decision was written upon."""
    monkeypatch.setattr(Batch, "_load_upon", lambda *_: None)
    set_language("en")
    house, shift = Colleague(sheltered.house), Colleague(sheltered.shift)
    house.save(AdmitForm(house.workplace), reason="trafficking", full_name="Mẫu Thị Sen")
    sheltered.sync()
    (stay,) = sheltered.shift.ask("SELECT id FROM placement")[0]
    sheltered.back_up()
    leave(house, stay)
    shift.save(OutingForm(shift.workplace, stay), note="Đi khám")
    sheltered.sync("house", "shift", "house")
    decide(shift, "status", "gone out")
    sheltered.sync()
    sheltered.put_back()
    for _ in range(3):
        sheltered.sync("shift", "house")
    return str(stay)


def to_do(office: ShelteredOffice, stay: str) -> list[str]:
    """What the PC that was heard first shows once people decided there that the stay has ended."""
    shift = Colleague(office.shift)
    decide(shift, "status", "ended")
    office.sync()
    view = ResidentPage(shift.workplace, stay).view()
    assert view is not None
    assert (view.status, shift.conflicts()) == ("ended", [])
    return [step.text for step in view.steps]


def test_the_house_asks_how_it_goes(sheltered: ShelteredOffice, stay: str) -> None:
    assert to_do(sheltered, stay) == FOLLOW_UPS


def test_what_the_former_decision_left_off_would_stay_so(
    sheltered: ShelteredOffice, stay: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(tasks_of_stays, "_ask_again", lambda tx, stay: None)
    assert to_do(sheltered, stay) == []
