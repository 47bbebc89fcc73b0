"""A card stands open while a colleague goes on from the value in use: the newer value is not written over unseen."""

from __future__ import annotations

from contextlib import suppress

import pytest

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.sync.conflict_page import ConflictCard, conflict_cards, decision
from commune_desk.usecases.sync.desk_sync import DeskSync
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.travelled_office import TravelledOffice

FIRST, SECOND, NEWER = "0912000111", "0912000222", "0912000999"


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    """Two numbers are to be decided between; a colleague has not heard of that and corrects the one in use."""
    child = office.child("Chìu Văn Sáng")
    office.colleague.edit(Person, child, phone=FIRST)
    office.sync("colleague")
    office.ours.edit(Person, child, phone=SECOND)
    office.sync("ours")
    office.colleague.edit(Person, child, phone=NEWER)
    office.sync("colleague")
    return child


def the_card(office: TravelledOffice) -> ConflictCard:
    (card,), _more = conflict_cards(Colleague(office.ours).workplace, most=9)
    return card


@pytest.mark.parametrize("hand", [0, 1])
def test_a_card_that_stood_open_does_not_write_over_it(office: TravelledOffice, child: RecordId, hand: int) -> None:
    card = the_card(office)
    assert NEWER not in [side.value for side in card.conflict.sides], "nobody can have seen it"
    office.sync("ours")
    assert office.ours.shown(child, "phone") == NEWER
    operation = decision(card, chosen=card.hands[hand].key)
    assert not isinstance(operation, str)
    with suppress(Refusal):
        office.ours.run(operation)
    office.sync()
    (still_open,) = office.ours.ask("SELECT count(*) FROM conflict WHERE state='open'")[0]
    assert office.ours.shown(child, "phone") == NEWER or still_open


def test_the_page_hears_that_its_card_says_something_else_now(office: TravelledOffice, child: RecordId) -> None:
    before, heard = the_card(office), list[ChangeSet]()
    DeskSync(
        office.ours.register,
        heard.append,
        connect=lambda pins: office.real.transport(pins.address, pins.ca_pem),
    ).sync()
    assert before.conflict != the_card(office).conflict
    assert any(one.touches("conflicts", before.conflict.kind) for one in heard), (
        "the Sync page reads its cards again after nothing else"
    )


@pytest.mark.parametrize("hand", [0, 1])
def test_decided_before_it_was_heard_people_are_asked_about_the_newer_one(
    office: TravelledOffice, child: RecordId, hand: int
) -> None:
    """The twin: without a line the province sees that two wrote the field."""
    card = the_card(office)
    operation = decision(card, chosen=card.hands[hand].key)
    assert not isinstance(operation, str)
    office.ours.run(operation)
    office.sync()
    (still_open,) = office.ours.ask("SELECT count(*) FROM conflict WHERE state='open'")[0]
    assert office.ours.shown(child, "phone") == NEWER or still_open
