"""A child moved away and a backup has what was written of it: the words go, and what the move brought still counts."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId, Scope
from commune_desk.store.intake import departures
from commune_desk.store.intake.conflicts import open_conflicts
from tests.helpers.builders import make_person, make_relation, save_all
from tests.sync.actors.real_province import COMMUNE, OTHER_COMMUNE
from tests.sync.actors.sheltered_office import correct
from tests.sync.actors.travelled_office import TravelledOffice

CORRECTED = "0912000999"


@pytest.fixture
def mother(office: TravelledOffice) -> RecordId:
    """Of two children: one moves, so that she is a guest in the other commune; then a backup has all of it."""
    child, brother = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Minh")
    her = make_person("Chìu Thị Mây", scope=Scope(COMMUNE))
    ties = (make_relation(one, her.id, scope=Scope(COMMUNE)) for one in (child, brother))
    office.ours.run(save_all(her, *ties))
    office.sync()
    office.move("ours", child, OTHER_COMMUNE)
    office.sync()
    office.back_up()
    office.visit("ours", brother)  # its receipt says what the backup has
    office.sync()
    return her.id


@pytest.mark.parametrize("who", ["ours", "colleague"])
def test_who_moved_the_child_goes_on_hearing_of_the_mother(office: TravelledOffice, mother: RecordId, who: str) -> None:
    correct(office.there, mother, phone=CORRECTED)
    office.sync("there", who)
    assert office.desks[who].shown(mother, "phone") == CORRECTED
    office.sync()
    assert office.unrest() == {}


def test_of_the_child_the_move_alone_stays_and_it_names_nobody(office: TravelledOffice, mother: RecordId) -> None:
    kept = office.ours.ask("SELECT raw FROM change WHERE state='left' AND length(raw)>0")
    assert len(kept) == 1
    assert "Sáng" not in office.ours.words()


def test_without_the_move_it_could_not_sync_any_more(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest
) -> None:
    """The twin: the move went with the words."""
    monkeypatch.setattr(departures, "_SAYS_WHERE", "0")
    mother: RecordId = request.getfixturevalue("mother")
    correct(office.there, mother, phone=CORRECTED)
    office.sync("there")
    assert office.ours.stopped() == "Malformed"


def test_a_conflict_upon_a_word_that_was_let_go_can_be_shown_and_decided(office: TravelledOffice) -> None:
    """Of the value that both had before, nothing is left here; the two that meet are."""
    child = office.child("Chìu Văn Sáng")
    correct(office.ours, child, phone="0911")
    office.sync()
    correct(office.colleague, child, phone="0913")  # without a line
    office.move("ours", child, OTHER_COMMUNE)
    office.sync("ours", "there", "ours")
    office.back_up()
    office.ours.run(save_all(make_person("Người khác", scope=Scope(COMMUNE))))
    office.sync("ours")
    correct(office.there, child, phone="0912")
    office.sync("there")
    office.move("there", child, COMMUNE)
    office.sync("there", "ours", "colleague", "ours")
    for desk in (office.ours, office.colleague):
        (asked,) = desk.register.write(lambda tx: open_conflicts(tx.connection)).result()[0]
        assert [side.value for side in asked.sides] == ["0912", "0913"]
