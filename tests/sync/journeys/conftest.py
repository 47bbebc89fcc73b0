"""What the journeys begin with."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.sync.actors.sheltered_office import ShelteredOffice, sheltered_office
from tests.sync.actors.travelled_office import TravelledOffice, travelled_office


@pytest.fixture
def office(tmp_path: Path) -> Iterator[TravelledOffice]:
    with travelled_office(tmp_path) as made:
        yield made


@pytest.fixture
def sheltered(tmp_path: Path) -> Iterator[ShelteredOffice]:
    with sheltered_office(tmp_path) as made:
        yield made
