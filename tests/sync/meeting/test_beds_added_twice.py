"""Two desks of a new house set it up without a line: each bed is there twice until one of the two is closed."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

from commune_desk.i18n import set_language
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.beds_form import BedsForm
from commune_desk.presenters.shelter.page import ShelterPage
from commune_desk.store.pages.placements import bed_board
from tests.sync.actors.colleagues import Colleague, two_colleagues
from tests.sync.actors.real_province import HOUSE


def labels(at: Colleague) -> Counter[str]:
    return Counter(row.bed.label for row in at.workplace.read(bed_board))


def close_free(at: Colleague, label: str) -> None:
    form = BedsForm(at.workplace)
    bed = next(line for line in form.beds() if line.label == label and line.action == "close")
    at.workplace.write(form.close(bed.id, "Thừa"))


def test_the_one_that_is_closed_stands_nowhere_any_more(tmp_path: Path) -> None:
    set_language("en")
    with two_colleagues(tmp_path, HOUSE) as (here, there):
        for one in (here, there):
            one.save(BedsForm(one.workplace), name="Ngôi nhà Ánh Dương")
        for one in (here, there, here):
            one.sync()
        assert set(labels(here).values()) == {2}
        taken = next(row.bed.id for row in here.workplace.read(bed_board) if row.bed.label == "A1")
        here.save(AdmitForm(here.workplace, taken), reason="isolation")
        for label in labels(here):
            close_free(here, label)
        for one in (here, there):
            one.sync()
            assert set(labels(one).values()) == {1}
            assert ShelterPage(one.workplace).board().subtitle == "1 resident, 11 beds free"
        close_free(there, "A2")
        closed = [line for line in BedsForm(there.workplace).beds() if line.label == "A2"]
        assert [line.action for line in closed] == ["reopen"], "a bed of which none is in use is shown once"
        there.workplace.write(BedsForm(there.workplace).reopen(closed[0].id))
        assert labels(there)["A2"] == 1
