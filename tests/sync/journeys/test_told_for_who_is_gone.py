"""The PC of the house that told a commune of a stay is gone, and the province was put back to before: a colleague who
sends the stay for it tells the commune as well."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.intake import speaking_for
from commune_desk.usecases.shelter import commune_notices
from tests.sync.actors.real_province import OFFICE
from tests.sync.actors.sheltered_office import ShelteredOffice
from tests.sync.actors.travelled_office import Traveller
from tests.sync.journeys.test_protected_and_moved import TOLD, admit, end

THE_OTHERS = ("ours", "colleague", "there", "shift")


@pytest.fixture
def stay(sheltered: ShelteredOffice) -> RecordId:
    """Its house's other PC has heard of it, and so has the commune; then the province was put back."""
    child = sheltered.child("Chìu Văn Sáng")
    sheltered.share(child)
    sheltered.back_up()
    stay = admit(sheltered.house, child, "QN-1")
    sheltered.sync()
    sheltered.put_back()
    sheltered.sync(*THE_OTHERS, *THE_OTHERS)
    return stay


def spoken_for(office: ShelteredOffice) -> Traveller:
    """The colleague sends it; a PC of the commune that is enrolled now."""
    office.shift.run(speaking_for.ask)
    office.sync(*THE_OTHERS, *THE_OTHERS)
    new = office.join("new", OFFICE)
    office.sync("shift", "new")
    return new


def test_the_commune_is_told(sheltered: ShelteredOffice, stay: RecordId) -> None:
    new = spoken_for(sheltered)
    assert sheltered.homes("placement") == {stay: "S:AD01"}
    assert new.ask(TOLD) == [("QN-1", "staying")]
    end(sheltered.shift, stay)
    sheltered.sync("shift", "new", *THE_OTHERS)
    assert new.ask(TOLD) == [("QN-1", "ended")]
    assert sheltered.unrest(*THE_OTHERS, "new") == {}


def test_who_looks_only_at_what_was_told_here_would_tell_nothing(
    sheltered: ShelteredOffice, stay: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(commune_notices, "_named_here", lambda tx, stay: False)
    new = spoken_for(sheltered)
    assert sheltered.homes("placement") == {stay: "S:AD01"}
    assert new.ask(TOLD) == []
