"""Of a child with two records that were joined the former commune is told once that it moved away."""

from __future__ import annotations

import pytest

from commune_desk.store.intake.departures import BETWEEN_CODES, Departed, count_departed, departed
from commune_desk.store.writing import joined
from tests.helpers.joined import join
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice


def moved_and_told(office: TravelledOffice) -> list[tuple[int, list[Departed]]]:
    """A child by two records that were joined moves away: what either desk of the former commune counts and tells."""
    kept, old = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng")
    office.ours.register.write(lambda tx: join(tx, old, kept)).result()
    office.sync()
    office.move("ours", kept, OTHER_COMMUNE)
    office.sync()
    office.sync()
    return [
        desk.register.write(lambda tx: (count_departed(tx.connection), departed(tx.connection))).result()[0]
        for desk in (office.ours, office.colleague)
    ]


def test_it_is_one_line_and_counts_as_one(office: TravelledOffice) -> None:
    for count, (told, *others) in moved_and_told(office):
        assert (count, others) == (1, [])
        assert len(told.case_number.split(BETWEEN_CODES)) == 2, "by either code it is found"


def test_not_asked_who_is_one_with_whom_it_is_told_twice(
    office: TravelledOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The twin."""
    monkeypatch.setattr(joined, "end_of", lambda _connection, person: person)
    assert [(count, len(told)) for count, told in moved_and_told(office)] == [(2, 2), (2, 2)]
