"""The house and the commune write different birth dates of a child whom both hold: the house is asked too, and goes on
seeing what it had written."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.i18n import set_language
from commune_desk.presenters.day.today import TodayPage, badges
from commune_desk.presenters.frame.cards import Row
from commune_desk.presenters.shelter.admit_form import AdmitForm
from commune_desk.presenters.shelter.resident_page import ResidentPage
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.commune_and_house import Both
from tests.sync.actors.sheltered_office import admit, correct
from tests.sync.moves.test_children_shared import child, share

pytestmark = pytest.mark.usefixtures("store_engine")

__all__ = ["child"]
OURS, THEIRS = "05/05/2012", "01/01/2011"


def to_decide(at: Colleague) -> list[Row]:
    state = TodayPage(at.workplace).read()
    return [row for one in (*state.main, *state.side) if one.key == "decisions" for row in one.rows]


def number_on_the_rail(at: Colleague) -> int:
    clock = at.desk.register.clock
    return int(at.workplace.read(lambda c: badges(c, clock.now()))["today"][0])


def kept(at: Colleague, stay: RecordId) -> list[tuple[str, str, str]]:
    view = ResidentPage(at.workplace, stay).view()
    assert view is not None
    return [(one.heading, one.body, one.chip) for one in view.timeline if "kept here" in one.body]


@pytest.fixture
def house(both: Both) -> Colleague:
    set_language("en")
    return Colleague(both.house)


@pytest.fixture
def stay(both: Both, house: Colleague, child: RecordId) -> RecordId:
    """Of the child, about whom both have written by now."""
    share(both, child)
    stay = admit(both.house, child)
    both.sync()
    form = AdmitForm(house.workplace, stay=stay)
    correct(both.office, child, birth_date="2011-01-01")
    both.office.sync()
    house.save(form, birth_date=OURS)
    both.sync()
    return stay


def test_it_is_on_the_houses_day_as_the_rail_says(both: Both, house: Colleague, stay: RecordId) -> None:
    (row,) = to_decide(house)
    assert (row.title, row.second) == ("Birth date", "Hoa Sen: officers wrote different values")
    assert number_on_the_rail(house) == 1
    line = f"Birth date: 2014 → {OURS} (kept here, does not stand)"
    assert kept(house, stay) == [("Details edited", line, "in conflict, to be decided")]


def test_decided_for_the_communes_the_houses_stays_on_the_page(both: Both, house: Colleague, stay: RecordId) -> None:
    (card,) = conflict_cards(house.workplace, most=9)[0]
    operation = decision(card, chosen=next(hand.key for hand in card.hands if hand.text == THEIRS))
    assert not isinstance(operation, str)
    house.workplace.write(operation)
    both.sync()
    assert to_decide(house) == []
    assert number_on_the_rail(house) == 0
    ((heading, _body, chip),) = kept(house, stay)
    assert (heading, chip) == ("Details edited", "another value stands")


def test_neither_is_told_that_the_child_had_moved(both: Both, house: Colleague, stay: RecordId) -> None:
    commune = Colleague(both.office)
    (card,) = conflict_cards(commune.workplace, most=9)[0]
    assert card.note == "One value comes from Sunshine House, which holds this record too or has held it."
    correct(both.office, RecordId(card.conflict.record), full_name="Chìu Văn Sang")
    house.save(AdmitForm(house.workplace, stay=stay), full_name="Chìu Văn Sảng")
    for desk in (both.house, both.office):
        desk.sync()
    both.sync()
    notes = {one.conflict.field: one.note for one in conflict_cards(house.workplace, most=9)[0]}
    assert notes["full_name"] == ("One value comes from Bình Liêu Commune, which holds this record too or has held it.")
