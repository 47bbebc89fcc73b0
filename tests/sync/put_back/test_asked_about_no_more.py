"""A late edit met what stood where its child had moved; once the province was put back it is heard before the move."""

from __future__ import annotations

import msgspec
import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.families import Person
from commune_desk.store.exchange.beginning import Beginning
from commune_desk.store.intake.conflicts import count_open
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def met_and_put_back(office: TravelledOffice) -> RecordId:
    """The new commune is asked about the number; the province has forgotten number and move, and it has heard that."""
    child = office.child("Chìu Văn Sáng")
    office.back_up()
    office.move("colleague", child, OTHER_COMMUNE)
    office.sync("colleague")
    office.ours.run(lambda tx: tx.save(msgspec.structs.replace(tx.existing(Person, child), phone="0912000001")))
    office.sync("ours", "there")
    assert asked(office) == 1
    office.put_back()
    office.sync("there", "there")
    return child


def asked(office: TravelledOffice) -> int:
    return office.there.register.write(lambda tx: count_open(tx.connection)).result()[0]


def test_what_the_new_place_does_not_have_to_decide_is_not_asked(office: TravelledOffice) -> None:
    child = met_and_put_back(office)
    office.sync("ours", "colleague", "there", "there")
    assert asked(office) == 0
    assert office.there.ask("SELECT phone FROM person WHERE id=?", child) == [("0912000001",)]
    office.sync()
    assert office.unrest() == {}


def test_met_again_it_is_asked_again(office: TravelledOffice) -> None:
    met_and_put_back(office)
    office.sync("colleague", "there", "ours", "there", "there")
    assert asked(office) == 1


def test_left_open_it_would_be_asked_although_nobody_else_knows_of_it(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(Beginning, "_close_what_was_not_told", lambda _self, _tx: None)
    met_and_put_back(office)
    office.sync("ours", "colleague", "there", "there")
    assert asked(office) == 1
