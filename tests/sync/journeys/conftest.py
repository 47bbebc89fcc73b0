"""What the journeys begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers.postgres_cluster import PostgresCluster
from tests.sync.actors.moving_office import MovingOffice
from tests.sync.actors.sheltered_office import ShelteredOffice, sheltered_office
from tests.sync.actors.travelled_office import TravelledOffice


@pytest.fixture
def moving(office: TravelledOffice, postgres_cluster: PostgresCluster) -> Iterator[MovingOffice]:
    target = postgres_cluster.empty()
    yield MovingOffice(office, target)
    office.real.province.close()
    postgres_cluster.drop(target)


@pytest.fixture
def sheltered(tmp_path: Path) -> Iterator[ShelteredOffice]:
    with sheltered_office(tmp_path) as made:
        yield made
