"""A record that a house holds is joined to another: whoever sees the child as one still takes all of it back."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.domain.words.errors import Refusal
from commune_desk.presenters.child.share import sharing_view
from commune_desk.program_files import code_book
from commune_desk.store.pages.children import child_record
from commune_desk.usecases.desk.workplace import Workplace
from commune_desk.usecases.records import shares
from tests.helpers.joined import join
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.sheltered_office import ShelteredOffice, held_by, sheltered_office

HOUSE = ["S:AD01"]


@pytest.fixture
def office(tmp_path: Path) -> Iterator[ShelteredOffice]:
    with sheltered_office(tmp_path) as made:
        yield made


@pytest.fixture
def kept(office: ShelteredOffice) -> RecordId:
    """The house holds the other of two records that have become one."""
    shared, kept = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sang")
    office.share(shared)
    office.ours.register.write(lambda tx: join(tx, shared, kept)).result()
    office.sync()
    assert held_by(office.ours, kept) == []
    return kept


def told(office: ShelteredOffice, kept: RecordId) -> list[str]:
    """The places that the child's page names."""
    workplace = Workplace(office.ours.register, code_book())
    record = workplace.read(lambda c: child_record(c, kept))
    assert record is not None
    return [row.scope for row in sharing_view(workplace, record).rows]


def test_the_page_says_so_and_it_is_taken_back(office: ShelteredOffice, kept: RecordId) -> None:
    assert told(office, kept) == HOUSE
    office.take_back(kept)
    with pytest.raises(Refusal, match="already"):
        office.take_back(kept)
    office.sync()
    assert told(office, kept) == []
    assert office.house.ask("SELECT id FROM person") == []
    assert office.house.ask("SELECT is_sent FROM purge_receipt") == [(1,)]
    assert office.unrest() == {}


def test_both_of_its_records_are(office: ShelteredOffice, kept: RecordId) -> None:
    """Shared anew the house has what stands, and shows one child; it hands back all of it."""
    office.share(kept)
    assert len(office.house.ask("SELECT id FROM person")) == 2
    office.hand_back(kept)
    office.sync()
    assert office.house.ask("SELECT id FROM person") == []
    assert told(office, kept) == []


def test_by_the_commune_that_it_moved_to_as_well(office: ShelteredOffice, kept: RecordId) -> None:
    office.move("ours", kept, OTHER_COMMUNE)
    office.sync()
    office.take_back(kept, by="there")
    office.sync()
    assert office.house.ask("SELECT id FROM person") == []
    assert office.unrest() == {}


def test_looked_for_at_the_record_kept_it_would_stay_there_for_good(
    office: ShelteredOffice, kept: RecordId, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(shares, "joined_people", lambda *_: [])
    with pytest.raises(Refusal, match="does not hold"):
        office.take_back(kept)
