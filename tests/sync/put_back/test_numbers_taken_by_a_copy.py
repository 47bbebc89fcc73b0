"""A copy of a PC's disk went on at a province that was put back, under numbers that the PC had given otherwise."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import Scope
from commune_desk.store.changes import journal
from commune_desk.store.desk.register import Register
from tests.helpers.builders import make_visit, save_all
from tests.sync.actors.real_desks import KEY, OFFICER
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, Traveller, travelled_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TravelledOffice]:
    """Ours was stopped as one of two that bear one name. What it had written stood in another commune's feed alone."""
    with travelled_office(tmp_path) as made:
        child, gone = made.child("Chìu Văn Sáng"), made.child("Bàn Văn Hai")
        made.move("colleague", gone, OTHER_COMMUNE)
        made.sync("colleague", "there")
        twin = copied(made)
        made.copy_silently()
        made.visit("ours", gone)
        made.sync("ours", "ours")
        made.put_back_silently()
        for _ in range(3):
            twin.run(save_all(make_visit(child, observations="Bản sao.", scope=Scope(COMMUNE))))
        twin.go()
        assert made.ours.stopped() == "Forked"
        yield made


def copied(office: TravelledOffice) -> Traveller:
    ours = office.ours
    ours.register.close()
    shutil.copy(office.folder / "ours.db", office.folder / "twin.db")
    ours.register = Register(office.folder / "ours.db", KEY, ours.register.clock, OFFICER)
    return office._open("twin")


def test_it_goes_on_under_its_new_name(office: TravelledOffice) -> None:
    office.ours.enrol_anew()
    for _ in range(2):
        office.sync("ours", "colleague")
    of_the_copy = set(office.homes("home_visit"))
    assert len(of_the_copy) == 3
    assert of_the_copy == {visit for (visit,) in office.ours.ask("SELECT id FROM home_visit")}
    assert office.unrest("ours", "colleague") == {}


def test_bound_to_the_numbers_of_its_former_name_it_would_never_sync_again(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(journal, "free_numbers", lambda *_: None)
    office.ours.enrol_anew()
    assert office.ours.stopped() == "Malformed"
