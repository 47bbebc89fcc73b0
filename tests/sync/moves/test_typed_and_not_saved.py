"""A visit lies as a draft while a colleague hands the child over: what was typed is not gone without a word."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.presenters.child.visit_form import FORM
from commune_desk.usecases.records.drafts import open_drafts, save_draft
from tests.sync.actors.real_desks import OFFICER
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, travelled_office

WORDS = "Cháu có vết bầm ở tay."


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TravelledOffice]:
    with travelled_office(tmp_path) as made:
        yield made


def test_it_is_still_among_the_drafts(office: TravelledOffice) -> None:
    child = office.child("Chìu Văn Sáng")
    typed = {"person": child, "observations": WORDS}
    office.ours.run(lambda tx: save_draft(tx, FORM, child, "observations", typed))
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    drafts = office.ours.register.write(lambda tx: open_drafts(tx.connection, OFFICER)).result()[0]
    assert [one.payload["observations"] for one in drafts] == [WORDS]
