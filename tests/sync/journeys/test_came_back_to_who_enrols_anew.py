"""A child of whom a desk wrote left and comes back while the desk enrols anew, and hears everything from the beginning:
what it wrote is in its register again, though something of the child still waited when it heard that the child left.
"""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.model.record import Kind
from commune_desk.store.intake.incoming import Incoming
from sync.change import Change
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def _there_and_back(office: TravelledOffice, *, is_back_before: bool) -> RecordId:
    """A visit of a child with a photo whose key is sealed for the new commune by the move; the visit's id."""
    child = office.child("Chìu Văn Sáng")
    office.photo("ours", child, 30_000)
    visit = office.visit("ours", child)
    office.sync("ours")
    office.move("ours", child, OTHER_COMMUNE)
    office.sync("ours", "ours", "there")
    if is_back_before:
        _comes_back(office, child)
    office.ours.enrol_anew()
    if not is_back_before:
        _comes_back(office, child)
    office.sync()
    office.sync()
    return visit


def _comes_back(office: TravelledOffice, child: RecordId) -> None:
    office.move("there", child, COMMUNE)
    office.sync("there")


@pytest.mark.parametrize("is_back_before", [True, False])
def test_what_was_written_of_it_is_here_again(office: TravelledOffice, *, is_back_before: bool) -> None:
    visit = _there_and_back(office, is_back_before=is_back_before)
    for desk in (office.ours, office.colleague):
        assert desk.ask("SELECT id FROM home_visit") == [(visit,)]
    assert office.unrest() == {}


def test_taken_for_here_because_it_is_ours_it_would_be_missing(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    is_shown = Incoming._is_shown

    def taken_for_here(self: Incoming, kind: Kind, change: Change) -> bool:
        return kind.append_only or is_shown(self, kind, change)

    monkeypatch.setattr(Incoming, "_is_shown", taken_for_here)
    _there_and_back(office, is_back_before=True)
    assert office.ours.ask("SELECT id FROM home_visit") == []
    assert office.unrest() != {}
