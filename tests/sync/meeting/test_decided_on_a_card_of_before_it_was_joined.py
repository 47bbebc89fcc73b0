"""A card stands open while the record is joined to another: what nobody saw on it is not written over."""

from __future__ import annotations

from contextlib import suppress

import pytest

from commune_desk.domain.model.change_set import ChangeSet
from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.sync.conflict_page import ConflictCard, conflict_cards, decision
from commune_desk.usecases.sync.desk_sync import DeskSync
from tests.helpers.joined import join
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.travelled_office import TravelledOffice

FIRST, SECOND, KEPT = "0912000111", "0912000222", "0912000999"


@pytest.fixture
def children(office: TravelledOffice) -> tuple[RecordId, RecordId]:
    """The one kept has a number of its own; of the other two numbers are to be decided between at ours, and a
    colleague, who has not heard of that, joins the two."""
    kept, child = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng A")
    office.ours.edit(Person, kept, phone=KEPT)
    office.sync()
    office.colleague.edit(Person, child, phone=FIRST)
    office.sync("colleague")
    office.ours.edit(Person, child, phone=SECOND)
    office.sync("ours")
    office.colleague.register.write(lambda tx: join(tx, child, kept)).result()
    office.sync("colleague")
    return kept, child


def the_card(office: TravelledOffice) -> ConflictCard:
    (card,), _more = conflict_cards(Colleague(office.ours).workplace, most=9)
    return card


def test_a_card_that_stood_open_does_not_write_over_it(
    office: TravelledOffice, children: tuple[RecordId, RecordId]
) -> None:
    card = the_card(office)
    assert KEPT not in [side.value for side in card.conflict.sides], "nobody can have seen it"
    office.sync("ours")
    operation = decision(card, chosen=card.hands[1].key)
    assert not isinstance(operation, str)
    with suppress(Refusal):
        office.ours.run(operation)
    office.sync()
    assert office.ours.shown(children[0], "phone") == KEPT


def test_the_page_hears_that_its_card_says_something_else_now(
    office: TravelledOffice, children: tuple[RecordId, RecordId]
) -> None:
    before, heard = the_card(office), list[ChangeSet]()
    DeskSync(
        office.ours.register,
        heard.append,
        connect=lambda pins: office.real.transport(pins.address, pins.ca_pem),
    ).sync()
    after = the_card(office)
    assert (after.conflict.kept, after.conflict.sides[0].value) == (children[0], KEPT)
    assert before.conflict != after.conflict
    assert any(one.touches("conflicts", before.conflict.kind) for one in heard), (
        "the Sync page reads its cards again after nothing else"
    )
