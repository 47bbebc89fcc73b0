"""Of a child with two records that were joined the former commune is told once that it moved away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from commune_desk.store.intake.departures import count_departed, departed
from tests.helpers.joined import join
from tests.sync.actors.real_province import OTHER_COMMUNE
from tests.sync.actors.travelled_office import TravelledOffice, travelled_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TravelledOffice]:
    with travelled_office(tmp_path) as made:
        yield made


def test_it_is_one_line_and_counts_as_one(office: TravelledOffice) -> None:
    kept, old = office.child("Chìu Văn Sáng"), office.child("Chìu Văn Sáng")
    office.ours.register.write(lambda tx: join(tx, old, kept)).result()
    office.sync()
    office.move("ours", kept, OTHER_COMMUNE)
    office.sync()
    office.sync()
    for desk in (office.ours, office.colleague):
        count, told = desk.register.write(lambda tx: (count_departed(tx.connection), departed(tx.connection))).result()[
            0
        ]
        assert (count, [one.person for one in told]) == (1, [kept])
