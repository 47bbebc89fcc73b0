"""A PC whose battery is empty stands days off for an hour: what is typed of who left stays as long as was told."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from commune_desk.presenters.child.visit_form import FORM
from commune_desk.usecases.records.drafts import open_drafts, save_draft
from tests.helpers.workplaces import HandClock
from tests.sync.actors.real_desks import OFFICER
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, travelled_office

WORDS = "Cháu có vết bầm ở tay."


@pytest.fixture
def clock() -> HandClock:
    return HandClock(datetime.now(UTC))


@pytest.fixture
def office(tmp_path: Path, clock: HandClock) -> Iterator[TravelledOffice]:
    with travelled_office(tmp_path, {"ours": clock}) as made:
        yield made


@pytest.mark.parametrize("back", [timedelta(0), timedelta(days=8), timedelta(days=3000), timedelta(days=-9)])
def test_it_is_still_there(office: TravelledOffice, clock: HandClock, back: timedelta) -> None:
    child = office.child("Chìu Văn Sáng")
    office.ours.run(lambda tx: save_draft(tx, FORM, child, "observations", {"person": child, "observations": WORDS}))
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync()
    clock.at -= back
    office.sync("ours")
    clock.at += back + timedelta(hours=1)
    office.sync("ours")
    found = office.ours.register.write(lambda tx: open_drafts(tx.connection, OFFICER)).result()[0]
    assert [one.payload["observations"] for one in found] == [WORDS]
