"""A value was being written to decide a conflict, and nobody is asked any more: what was typed does not lie on."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.presenters.sync.conflict_page import conflict_cards, decision
from commune_desk.usecases.records.drafts import DECISION, save_draft
from commune_desk.usecases.sync import around_sync
from tests.sync.actors.colleagues import Colleague
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    """Two numbers are to be decided between, and a third one is being written here."""
    child = office.child("Chìu Văn Sáng")
    office.colleague.edit(Person, child, phone="0912000111")
    office.sync("colleague")
    office.ours.edit(Person, child, phone="0912000222")
    office.sync()
    (card,), _more = conflict_cards(Colleague(office.ours).workplace, most=9)
    written = {"written": "0912000333", "record": child}
    office.ours.run(lambda tx: save_draft(tx, DECISION, card.conflict.ids[0], "", written))
    return child


def written(office: TravelledOffice) -> list[str]:
    return [form for (form,) in office.ours.ask("SELECT form FROM draft")]


def decide_elsewhere(office: TravelledOffice) -> None:
    (card,), _more = conflict_cards(Colleague(office.colleague).workplace, most=9)
    operation = decision(card, chosen=card.hands[0].key)
    assert not isinstance(operation, str)
    office.colleague.run(operation)


def test_as_long_as_it_is_asked_it_stays(office: TravelledOffice, child: RecordId) -> None:
    office.sync()
    assert written(office) == [DECISION]


def test_decided_by_a_colleague_nothing_is_left(office: TravelledOffice, child: RecordId) -> None:
    decide_elsewhere(office)
    for _ in range(2):
        office.sync()
    assert written(office) == []


def test_of_a_child_who_left_nothing_is_left(office: TravelledOffice, child: RecordId) -> None:
    office.move("colleague", child, OTHER_COMMUNE)
    for _ in range(3):
        office.sync()
    assert written(office) == []


def test_else_it_would_lie_on(office: TravelledOffice, child: RecordId, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(around_sync, "drop_decided", lambda _connection: None)
    decide_elsewhere(office)
    for _ in range(2):
        office.sync()
    assert written(office) == [DECISION]
