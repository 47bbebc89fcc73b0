"""A reply of before an erasure lay on a stick; read after it, it brings nobody back."""

from __future__ import annotations

import pytest

from commune_desk.domain.model.ids import RecordId
from commune_desk.store.desk import versions
from commune_desk.store.intake import erasing
from tests.sync.actors.couriers import bring
from tests.sync.actors.real_province import COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice

HERS = "SELECT (SELECT count(*) FROM person WHERE id=?1), (SELECT count(*) FROM home_visit WHERE person=?1)"


@pytest.fixture
def child(office: TravelledOffice) -> RecordId:
    office.child("Bàn Thị Một")
    made = office.child("Chìu Văn Sáng")
    office.visit("colleague", made)
    office.sync()
    return made


@pytest.fixture
def old(office: TravelledOffice, child: RecordId) -> list[bytes]:
    """A snapshot with the child, made for a PC that had to begin anew; it heard of the erasure over the line since."""
    office.ours.run(versions.begin_all_anew)
    reply = bring(office.real.province, *office.ours.stick_out())
    office.ours.go()
    office.erase(child)
    office.sync()
    assert office.ours.ask(HERS, child) == [(0, 0)]
    return reply


def test_read_by_a_pc_that_is_to_begin_once_more_it_does_not_bring_the_child_back(
    office: TravelledOffice, child: RecordId, old: list[bytes]
) -> None:
    office.ours.run(versions.begin_all_anew)
    assert office.ours.stick_in(old).begun == [COMMUNE]
    assert office.ours.ask(HERS, child) == [(0, 0)]
    assert "Chìu" not in office.ours.words()
    office.sync()
    assert office.ours.ask("SELECT full_name FROM person") == [("Bàn Thị Một",)]
    assert office.unrest() == {}


def test_taken_over_as_it_is_the_child_would_be_back(
    office: TravelledOffice, child: RecordId, old: list[bytes], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(erasing, "erase_again", lambda tx: None)
    office.ours.run(versions.begin_all_anew)
    office.ours.stick_in(old)
    assert office.ours.ask(HERS, child) == [(1, 1)]
