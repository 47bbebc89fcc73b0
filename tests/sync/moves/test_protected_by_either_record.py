"""A house holds two records of one child and protects it by the older; joined, the commune takes back neither."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.records.placements import Placement
from commune_desk.usecases.records.children import ChildEntry, register_child
from commune_desk.usecases.records.shares import take_back
from sync.server.intake import relocating
from tests.helpers.builders import make_file, make_person
from tests.helpers.joined import join
from tests.sync.actors.commune_and_house import Both
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.sheltered_office import THERE, admit, correct
from tests.sync.moves.test_children_shared import child, end, share

pytestmark = pytest.mark.usefixtures("store_engine")

__all__ = ["child"]
VILLAGES = "SELECT p.village FROM placement s JOIN person p ON p.id=s.person"


@pytest.fixture
def kept(both: Both, child: RecordId) -> RecordId:
    """The record kept; the house has heard that the child it protects by the other one is the same."""
    entry = ChildEntry(person=make_person("Chìu Văn Sáng", birth_date="2014"), file=make_file(RecordId("")))
    kept: RecordId = both.office.register.write(lambda tx: register_child(tx, entry)).result()[0]
    for one in (child, kept):
        share(both, one)
    stay = admit(both.house, child)
    both.house.edit(Placement, stay, home_commune=COMMUNE[2:], case_code="QN-1")
    both.sync()
    both.office.register.write(lambda tx: join(tx, child, kept)).result()
    both.sync()
    return kept


def asked_back(both: Both, child: RecordId) -> list[str | None]:
    """What came of it, by record."""
    both.office.run(lambda tx: take_back(tx, child, THERE))
    both.sync()
    both.sync()
    return [code for (code,) in both.office.ask("SELECT code FROM change WHERE raw LIKE '%\"unshare\"%'")]


def test_the_house_goes_on_hearing_of_the_child(both: Both, kept: RecordId) -> None:
    assert asked_back(both, kept) == [relocating.PROTECTED] * 2
    correct(both.office, kept, village="Khe Mới")
    both.sync()
    assert both.house.ask(VILLAGES) == [("Khe Mới",)]


def test_after_the_stay_both_are_taken_back(both: Both, kept: RecordId) -> None:
    end(both.house, RecordId(both.house.ask("SELECT id FROM placement")[0][0]))
    both.sync()
    assert asked_back(both, kept) == [None, None]
    assert both.house.ask("SELECT id FROM person") == []


def test_looked_for_by_the_record_named_alone_one_would_go(
    both: Both, kept: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(relocating, "one_with", lambda _connection, people: set(people))
    assert sorted(asked_back(both, kept), key=str) == [None, relocating.PROTECTED]
