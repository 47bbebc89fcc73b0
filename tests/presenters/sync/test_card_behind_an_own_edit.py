"""A value that this PC has and has not sent yet is not put away by a decision between others."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.records.families import Person
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from commune_desk.store.writing.transaction import Tx
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.sync import conflicts
from tests.helpers.in_conflict import in_conflict

OWN = "0912000999"


@pytest.fixture
def person(workplace: Workplace) -> Person:
    """Whose number is to be decided, and was mended in the file meanwhile."""
    made = in_conflict(workplace, "0987111223", "0366404505")

    def mend(tx: Tx) -> None:
        tx.save(msgspec.structs.replace(tx.existing(Person, made.id), phone=OWN))

    workplace.write(mend)
    return made


def decided(workplace: Workplace) -> str:
    """For what the province holds; the note on the card."""
    (card,), _more = conflict_cards(workplace, most=9)
    operation = decision(card, chosen=card.hands[0].key)
    assert not isinstance(operation, str)
    workplace.write(operation)
    return card.note


def phone(workplace: Workplace, person: Person) -> str:
    return str(workplace.read(lambda c: c.execute("SELECT phone FROM person WHERE id=?", (person.id,)).fetchone()[0]))


def test_it_is_told_on_the_card_and_stays(workplace: Workplace, person: Person) -> None:
    (card,), _more = conflict_cards(workplace, most=9)
    assert card.note == "A newer value was written on this PC and is not sent yet. Sync first, then decide."
    with pytest.raises(Refusal):
        decided(workplace)
    assert phone(workplace, person) == OWN


def test_not_asked_for_it_would_be_put_away(
    workplace: Workplace, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(conflicts, "is_behind_ours", lambda *_: False)
    decided(workplace)
    assert phone(workplace, person) != OWN
